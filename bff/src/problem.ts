/** Errors that a caller is meant to see: a code of the contract, and a sentence that is safe to show. */
import { STATUS_CODES } from 'node:http'
import {
  problemStatus,
  type Problem,
  type ProblemCode,
  type InteractionReason,
} from '@gatehouse/shared/problem'

interface ProblemFacts extends ErrorOptions {
  reason?: InteractionReason
  signInUrl?: string
  /** The downstream API that failed, by its name in the configuration. */
  api?: string
  /** The permissions that are missing. */
  scopes?: readonly string[]
  /** Seconds, for the Retry-After header. */
  retryAfterS?: number
  /** A status that says more than the code's own: 413, 414 and 415 are all `invalid_request`. */
  status?: number
}

/** `message` goes out as `detail`; what nobody outside may read belongs into `cause`, for the log. */
export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly reason: InteractionReason | undefined
  readonly signInUrl: string | undefined
  readonly api: string | undefined
  readonly scopes: readonly string[] | undefined
  readonly retryAfterS: number | undefined
  readonly status: number

  constructor(code: ProblemCode, detail: string, facts: ProblemFacts = {}) {
    super(detail, facts)
    this.name = 'ProblemError'
    this.code = code
    this.reason = facts.reason
    this.signInUrl = facts.signInUrl
    this.scopes = facts.scopes
    this.api = facts.api
    this.retryAfterS = facts.retryAfterS
    this.status = facts.status ?? problemStatus[code]
  }
}

/** The body for an error, RFC 9457 §3.1, plus `code` and `requestId`. */
export function toProblem(error: ProblemError, requestId: string): Problem {
  return {
    type: `about:blank#${error.code}`,
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    detail: error.message,
    code: error.code,
    requestId,
    ...(error.api && { api: error.api }),
    ...(error.reason && { reason: error.reason }),
    ...(error.signInUrl && { signInUrl: error.signInUrl }),
    ...(error.scopes && { scopes: [...error.scopes] }),
  }
}
