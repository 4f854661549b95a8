import type { FastifyRequest } from 'fastify'
import type { Endpoint } from '../endpoint.ts'
import type { World } from '../world.ts'
import { EntraError } from './errors.ts'

/** Throws the `aadsts` fault that is set for this request, if one is. */
export function throwFault(world: World, at: Endpoint, request: FastifyRequest): void {
  const fault = world.faults.take(at, ['aadsts'], request)
  if (!fault) return
  const { code, error, suberror, claims, description } = fault
  throw new EntraError(code, {
    ...(error === undefined ? {} : { error }),
    ...(suberror === undefined ? {} : { suberror }),
    ...(claims === undefined ? {} : { claims }),
    ...(description === undefined ? {} : { message: description }),
  })
}
