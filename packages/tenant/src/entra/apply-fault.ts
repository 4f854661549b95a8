import type { FastifyRequest } from 'fastify'
import type { Endpoint } from '../endpoint.ts'
import type { TenantState } from '../tenant-state.ts'
import { EntraError } from './errors.ts'

/** Throws the `aadsts` fault that is set for this request, if one is. */
export function applyFault(tenant: TenantState, at: Endpoint, request: FastifyRequest): void {
  const fault = tenant.faults.consume(at, ['aadsts'], request)
  if (!fault) return
  const { code, error, suberror, claims, description } = fault
  throw new EntraError(code, {
    ...(error === undefined ? {} : { error }),
    ...(suberror === undefined ? {} : { suberror }),
    ...(claims === undefined ? {} : { claims }),
    ...(description === undefined ? {} : { message: description }),
  })
}
