/** Entra's errors: the AADSTS number determines the OAuth error and the message. */

import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { aadstsCodes } from './aadsts-codes.ts'

export interface Problem {
  /** The number behind `AADSTS`. */
  code: number
  /** The OAuth 2.0 error. */
  error: string
  /** HTTP status of a JSON answer. */
  status: number
  message: string
  suberror?: string
  /** Appears as `error_subcode` in a redirect. */
  subcode?: string
  /** A claims challenge, as a JSON string. */
  claims?: string
}

/** An error of the Entra endpoints. It is sent as a page, a redirect or JSON, by the kind of endpoint. */
export class EntraError extends Error {
  override name = 'EntraError'
  readonly problem: Problem

  constructor(code: number, details: Partial<Problem> = {}) {
    const known = aadstsCodes[code]
    const message = details.message ?? known?.message ?? 'The request was refused.'
    super(`AADSTS${code}: ${message}`)
    const error = details.error ?? known?.error ?? 'invalid_request'
    const status = details.status ?? (error === 'invalid_client' ? 401 : 400)
    this.problem = { ...known, ...details, code, error, status, message }
  }
}

/** The ids by which an operator can find a request at Entra. */
export interface Trace {
  traceId: string
  correlationId: string
  /** Ms since the epoch. */
  at: number
}

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

/** `error_description`: the message, then the trace, in Entra's form. */
export function describe(problem: Problem, trace: Trace): string {
  const { traceId, correlationId, at } = trace
  return (
    `AADSTS${problem.code}: ${problem.message} ` +
    `Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp(at)}`
  )
}

export function errorBody(problem: Problem, trace: Trace, origin: string) {
  return {
    error: problem.error,
    error_description: describe(problem, trace),
    error_codes: [problem.code],
    timestamp: timestamp(trace.at),
    trace_id: trace.traceId,
    correlation_id: trace.correlationId,
    error_uri: `${origin}/error?code=${problem.code}`,
    ...(problem.suberror === undefined ? {} : { suberror: problem.suberror }),
    ...(problem.claims === undefined ? {} : { claims: problem.claims }),
  }
}

function timestamp(at: number): string {
  return new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z')
}
