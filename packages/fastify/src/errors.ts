/** Errors for the caller: a code of the contract, and a sentence that is safe to show. */
import { STATUS_CODES } from 'node:http'
import {
  type FieldError,
  type InteractionReason,
  type Problem,
  type ProblemCode,
  problemStatus,
} from '@gatehouse/contract/problem'
import { publicAddress } from './base-path.ts'

interface ProblemFacts extends ErrorOptions {
  reason?: InteractionReason
  signInUrl?: string
  /** The downstream API that failed, by its name in the configuration. */
  api?: string
  /** What happened there; continues the API's name, and ends without a full stop. */
  what?: string
  /** The HTTP status of that API's answer, if it answered. */
  apiStatus?: number | undefined
  /** The error codes in that answer, such as `Directory_ExpiredPageToken`, from the outside in. */
  apiCodes?: readonly string[] | undefined
  /** The id that the API gave this call, such as Graph's `request-id`: its support asks for it. */
  apiRequestId?: string | undefined
  /** The permissions that are missing. */
  scopes?: readonly string[]
  /** Only an administrator can grant them. */
  adminConsent?: true
  /** Seconds, for the Retry-After header. */
  retryAfterS?: number
  /** What is wrong with the request, by field. */
  errors?: readonly FieldError[]
  /** The app roles of which the user needs one. */
  roles?: readonly string[]
  /** The groups of which the user has to be in one. */
  groups?: readonly string[]
  /** A more exact status than the code's own: 413, 414 and 415 are all `invalid_request`. */
  status?: number
}

/** `message` is sent as `detail`. What is for the log only belongs into `cause`. */
export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly reason: InteractionReason | undefined
  readonly signInUrl: string | undefined
  readonly api: string | undefined
  readonly what: string | undefined
  /** For the route and the log. None is sent to the caller. */
  readonly apiStatus: number | undefined
  readonly apiCodes: readonly string[]
  readonly apiRequestId: string | undefined
  readonly scopes: readonly string[] | undefined
  readonly adminConsent: true | undefined
  readonly retryAfterS: number | undefined
  readonly errors: readonly FieldError[] | undefined
  readonly roles: readonly string[] | undefined
  readonly groups: readonly string[] | undefined
  readonly status: number

  constructor(code: ProblemCode, detail: string, facts: ProblemFacts = {}) {
    super(detail, facts)
    this.name = 'ProblemError'
    this.code = code
    this.reason = facts.reason
    this.signInUrl = facts.signInUrl
    this.scopes = facts.scopes
    this.adminConsent = facts.adminConsent
    this.api = facts.api
    this.what = facts.what
    this.apiStatus = facts.apiStatus
    this.apiCodes = facts.apiCodes ?? []
    this.apiRequestId = facts.apiRequestId
    this.retryAfterS = facts.retryAfterS
    this.errors = facts.errors
    this.roles = facts.roles
    this.groups = facts.groups
    this.status = facts.status ?? problemStatus[code]
  }
}

/** What people call the APIs that have a name for them, by their names in the configuration. */
export type ApiNames = ReadonlyMap<string, string>

/** Where an answer is found in the log, and in traces. */
export interface ProblemIds {
  requestId: string
  /** Undefined if the request was refused before its headers were read. */
  traceId?: string | undefined
}

/** What an answer says of the app that sends it. */
interface ProblemApp {
  apiNames?: ApiNames
  /** The path of `publicUrl`; empty without one. */
  basePath?: string
}

/** The body for an error, RFC 9457 §3.1, plus `code`, `requestId` and `traceId`. */
export function toProblem(
  error: ProblemError,
  { requestId, traceId }: ProblemIds,
  { apiNames = new Map(), basePath = '' }: ProblemApp = {},
): Problem {
  const apiName = error.api === undefined ? undefined : apiNames.get(error.api)
  return {
    type: `about:blank#${error.code}`,
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    detail: apiName && error.what ? `${apiName} ${error.what}.` : error.message,
    code: error.code,
    requestId,
    ...(traceId !== undefined && { traceId }),
    ...(error.api && { api: error.api }),
    ...(apiName && { apiName }),
    ...(error.reason && { reason: error.reason }),
    ...(error.signInUrl && { signInUrl: publicAddress(basePath, error.signInUrl) }),
    ...(error.scopes && { scopes: [...error.scopes] }),
    ...(error.adminConsent && { adminConsent: error.adminConsent }),
    ...(error.errors && { errors: [...error.errors] }),
    ...(error.roles && { roles: [...error.roles] }),
    ...(error.groups && { groups: [...error.groups] }),
  }
}

/**
 * A failure of a downstream API. It names the API as the configuration does, so that a page can say
 * which API failed.
 *
 * @param what continues "The API …"
 */
export function apiProblem(
  api: string,
  code: ProblemCode,
  what: string,
  facts: Omit<ProblemFacts, 'api' | 'what'> = {},
): ProblemError {
  return new ProblemError(code, `The API "${api}" ${what}.`, { ...facts, api, what })
}

export function notFound(): ProblemError {
  return new ProblemError('not_found', 'There is nothing at this address.')
}

export function signInRequired(): ProblemError {
  return new ProblemError('sign_in_required', 'Sign in to see this.')
}

/** The session goes on; this request, or this browser, does not prove its device. */
export function deviceProofRequired(proof: 'missing' | 'unsupported'): ProblemError {
  const detail =
    proof === 'missing'
      ? 'This session is bound to a device, and the request does not prove it. Send it once more.'
      : 'This app needs a browser that binds its session to the device.'
  return new ProblemError('device_proof_required', detail)
}

/** The configuration or the registration has to change before this can succeed; the log says what. */
export function misconfigured(cause?: unknown, api?: string): ProblemError {
  const detail = 'This app is not set up for this yet. Its operator finds the reason in the log.'
  return new ProblemError('misconfigured', detail, { cause, ...(api && { api }) })
}

/** @param reached whether there was an answer of Microsoft; without one, the way there has failed */
export function unavailable(cause?: unknown, retryAfterS = 5, reached = true): ProblemError {
  const sentence = reached ? 'Microsoft did not answer.' : 'This server cannot reach Microsoft.'
  const detail = `${sentence} Try again in a moment.`
  return new ProblemError('unavailable', detail, { cause, retryAfterS })
}

/** The store does not answer. The session has not ended, and continues when the store answers again. */
export function sessionsUnavailable(cause: unknown): ProblemError {
  const detail = 'Sessions cannot be read right now. Try again in a moment.'
  return new ProblemError('unavailable', detail, { cause, retryAfterS: 5 })
}

export function tooManyRequests(retryAfterS: number): ProblemError {
  const detail = 'Too many requests. Try again in a moment.'
  return new ProblemError('too_many_requests', detail, { retryAfterS })
}
