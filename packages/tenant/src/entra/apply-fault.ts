import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Endpoint } from '../endpoint.ts'
import type { World } from '../world.ts'
import { EntraError, type Trace } from './errors.ts'
import { randomUUID } from 'node:crypto'

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

// The ids that Entra and Graph put on every answer.

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** @param asked the caller's `client-request-id` from the query or form, if the header has none */
export function traceOf(request: FastifyRequest, at: number, asked?: string): Trace {
  const header = request.headers['client-request-id']
  const wanted = typeof header === 'string' ? header : asked
  return {
    traceId: randomUUID(),
    correlationId: wanted && guid.test(wanted) ? wanted : randomUUID(),
    at,
  }
}

export function sendTrace(reply: FastifyReply, trace: Trace): void {
  reply.header('x-ms-request-id', trace.traceId)
  reply.header('client-request-id', trace.correlationId)
}
