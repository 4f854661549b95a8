/** Entra's errors: the AADSTS number settles the OAuth error and the words. */

import { aadstsCodes } from './aadsts-codes.ts'

export interface Problem {
  /** The number behind `AADSTS`. */
  code: number
  /** The OAuth 2.0 error. */
  error: string
  /** HTTP status where the answer is JSON. */
  status: number
  message: string
  suberror?: string
  /** Appears as `error_subcode` in a redirect. */
  subcode?: string
  /** A claims challenge, as a JSON string. */
  claims?: string
}

/** Thrown by the Entra side; becomes a page, a redirect or JSON, whichever the endpoint answers with. */
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

/** What Entra lets an operator look a request up by. */
export interface Trace {
  traceId: string
  correlationId: string
  /** Ms since the epoch. */
  at: number
}

/** `error_description`: the words, then the trace, in Entra's form. */
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
