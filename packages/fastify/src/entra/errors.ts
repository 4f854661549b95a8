/** Errors from Entra. Their `message` is for the log and never shown to a person. */
import { isObject } from '../json.ts'
import { isUnreachable, type NetworkFailure } from '../outgoing/index.ts'

type EntraErrorCode =
  /** No usable answer: refused, timed out, too large, not JSON, 5xx. Try again later. */
  | 'entra_unavailable'
  /** A well-formed OAuth error (RFC 6749 §5.2). */
  | 'entra_refused'
  /** An ID token or token response that failed a check: it must not be trusted. */
  | 'entra_untrusted'

interface EntraErrorFacts extends ErrorOptions {
  /** `error` of the OAuth answer. */
  oauthError?: string
  suberror?: string
  /** Number of the AADSTS error, such as 50076. */
  aadsts?: number
  /** A claims challenge to send along with the next authorization request, as JSON. */
  claims?: string
  /** The check that failed, as one word for the log. */
  check?: string
  httpStatus?: number
  /** Microsoft's own ids of the request, GUIDs: its support asks for them. */
  traceId?: string
  correlationId?: string
  /** Retry-After: whole seconds from 1 to 300, if Entra sent one. */
  retryAfterS?: number
  /** Why there was no answer at all. */
  network?: NetworkFailure
}

export class EntraError extends Error {
  readonly code: EntraErrorCode
  readonly oauthError: string | undefined
  readonly suberror: string | undefined
  readonly aadsts: number | undefined
  readonly claims: string | undefined
  readonly check: string | undefined
  readonly httpStatus: number | undefined
  readonly traceId: string | undefined
  readonly correlationId: string | undefined
  readonly retryAfterS: number | undefined
  readonly network: NetworkFailure | undefined

  constructor(code: EntraErrorCode, message: string, facts: EntraErrorFacts = {}) {
    super(message, facts)
    this.name = 'EntraError'
    this.code = code
    this.oauthError = facts.oauthError
    this.suberror = facts.suberror
    this.aadsts = facts.aadsts
    this.claims = facts.claims
    this.check = facts.check
    this.httpStatus = facts.httpStatus
    this.traceId = facts.traceId
    this.correlationId = facts.correlationId
    this.retryAfterS = facts.retryAfterS
    this.network = facts.network
  }

  /** Whether no connection to Entra could be made: the operator has to mend the way there. */
  get isUnreachable(): boolean {
    return this.network !== undefined && isUnreachable(this.network)
  }
}

/** For an ID token or token response that failed `check`: the person is not signed in. */
export function checkFailed(check: string, facts?: EntraErrorFacts): EntraError {
  return new EntraError('entra_untrusted', `The answer failed the check "${check}"`, {
    ...facts,
    check,
  })
}

/** The number in `AADSTS50076: …`, which stands at the start of every description. */
export function aadstsNumber(description: unknown): number | undefined {
  if (typeof description !== 'string') return undefined
  const digits = /\bAADSTS(\d{4,8})\b/.exec(description.slice(0, 200))?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/**
 * Microsoft's ids of a request, as they stand at the end of every description: its support asks for them,
 * and the sign-in logs are searched by them.
 */
export function traceIn(description: unknown): { traceId?: string; correlationId?: string } {
  if (typeof description !== 'string') return {}
  const end = description.slice(-2000)
  const [, traceId] = /\bTrace ID: ([0-9a-f-]{36})\b/i.exec(end) ?? []
  const [, correlationId] = /\bCorrelation ID: ([0-9a-f-]{36})\b/i.exec(end) ?? []
  return {
    ...(ofForm(guid, traceId) && { traceId }),
    ...(ofForm(guid, correlationId) && { correlationId }),
  }
}

/**
 * The error in an answer from Entra, at any status. It keeps words of a fixed form, numbers and GUIDs.
 * It drops sentences: they hold names and e-mail addresses, and this error is logged.
 *
 * @returns undefined if the answer names no error in a known form
 */
export function errorIn({
  status,
  body,
}: {
  status: number
  body: unknown
}): EntraError | undefined {
  if (!isObject(body)) return undefined
  const oauthError = ofForm(word, body['error'])
  const suberror = ofForm(word, body['suberror'])
  const aadsts = aadstsNumber(body['error_description'])
  if (oauthError === undefined && aadsts === undefined) return undefined
  const claims = ofForm(claimsRequest, body['claims'])
  const traceId = ofForm(guid, body['trace_id'])
  const correlationId = ofForm(guid, body['correlation_id'])
  const message = [oauthError, aadsts && `AADSTS${aadsts}`].filter(Boolean).join(' ')
  return new EntraError('entra_refused', message, {
    httpStatus: status,
    ...(oauthError && { oauthError }),
    ...(suberror && { suberror }),
    ...(aadsts && { aadsts }),
    ...(claims && { claims }),
    ...(traceId && { traceId }),
    ...(correlationId && { correlationId }),
  })
}

const word = /^[a-z_]{1,64}$/
export const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** JSON that goes back to Entra and into no log. Real ones have 60 to 400 characters. */
const claimsRequest = /^[^]{1,8192}$/

function ofForm(form: RegExp, value: unknown): string | undefined {
  return typeof value === 'string' && form.test(value) ? value : undefined
}

/**
 * Keeps the name and the code of an error from MSAL or jose, for use as a cause. Their messages, and
 * those of their causes, quote the tokens and answers that they read.
 */
export function withoutWords(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('no error')
  const { name, errorCode, code } = error as Error & { errorCode?: unknown; code?: unknown }
  // MSAL's code may be any text that Entra sent.
  const kept = ofForm(/^[a-z_0-9]{1,64}$/, errorCode) ?? ofForm(/^[A-Z_0-9]{1,64}$/, code)
  return Object.assign(new Error(''), { name, ...(kept && { code: kept }) })
}
