/** What Entra said, or failed to say. `message` is for the log; nothing of it reaches a person. */
import type { EntraAnswer } from './network.ts'

export type EntraErrorCode =
  /** No usable answer: refused, timed out, too large, not JSON, 5xx. Try again later. */
  | 'entra_unavailable'
  /** A well-formed OAuth error (RFC 6749 §5.2), with what is needed to tell its kind. */
  | 'entra_refused'
  /** An answer that must not be trusted: an ID token or token response that fails a check. */
  | 'entra_untrusted'

interface EntraErrorFacts extends ErrorOptions {
  /** `error` of the OAuth answer. */
  oauthError?: string
  suberror?: string
  /** Number of the AADSTS error, such as 50076. */
  aadsts?: number
  /** A claims challenge to send along with the next authorization request, as JSON. */
  claims?: string
  /** Which check failed, as one word for the audit line. */
  check?: string
  httpStatus?: number
  /** Microsoft's own names for the request, GUIDs: what its support asks for. */
  traceId?: string
  correlationId?: string
  /** Whole seconds from 1 to 300: how long Entra wants to be left alone, if it said so. */
  retryAfterS?: number
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
  }
}

/** An ID token or token response failed `check`; the person is not signed in. */
export function untrusted(check: string, facts?: EntraErrorFacts): EntraError {
  return new EntraError('entra_untrusted', `The answer failed the check "${check}"`, {
    ...facts,
    check,
  })
}

/** Finds the number in `AADSTS50076: …`; Entra writes it at the start of every description. */
export function aadstsNumber(description: unknown): number | undefined {
  if (typeof description !== 'string') return undefined
  const digits = /\bAADSTS(\d{4,8})\b/.exec(description.slice(0, 200))?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/**
 * The error that an answer of Entra's holds, whatever its status. Words of a fixed form, numbers and
 * GUIDs are kept. Sentences are not: they hold names and e-mail addresses, and this error is logged.
 *
 * @returns undefined if the answer names no error in a form that is known
 */
export function errorIn({ status, body }: EntraAnswer): EntraError | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const members: Record<string, unknown> = { ...body }
  const oauthError = ofForm(word, members['error'])
  const suberror = ofForm(word, members['suberror'])
  const aadsts = aadstsNumber(members['error_description'])
  if (oauthError === undefined && aadsts === undefined) return undefined
  const claims = ofForm(claimsRequest, members['claims'])
  const traceId = ofForm(guid, members['trace_id'])
  const correlationId = ofForm(guid, members['correlation_id'])
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
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** JSON, which goes back to Entra and into no log. Real ones are 60 to 400 characters long. */
const claimsRequest = /^[^]{1,8192}$/

function ofForm(form: RegExp, value: unknown): string | undefined {
  return typeof value === 'string' && form.test(value) ? value : undefined
}

/**
 * What is kept of an error of MSAL's or jose's as a cause: which kind it was, and its code. Their
 * messages quote what they read, and their causes do too.
 */
export function withoutWords(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('no error')
  const { name, errorCode, code } = error as Error & { errorCode?: unknown; code?: unknown }
  // MSAL makes its code of whatever Entra wrote in that place.
  const kept = ofForm(/^[a-z_0-9]{1,64}$/, errorCode) ?? ofForm(/^[A-Z_0-9]{1,64}$/, code)
  return Object.assign(new Error(''), { name, ...(kept && { code: kept }) })
}
