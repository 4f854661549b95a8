/** The ids that Entra and Graph put on every answer. */

import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Trace } from './errors.ts'

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
