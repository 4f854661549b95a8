/** What Entra said, or failed to say. `message` is for the log; nothing of it reaches a person. */
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
}

export class EntraError extends Error {
  readonly code: EntraErrorCode
  readonly oauthError: string | undefined
  readonly suberror: string | undefined
  readonly aadsts: number | undefined
  readonly claims: string | undefined
  readonly check: string | undefined

  constructor(code: EntraErrorCode, message: string, facts: EntraErrorFacts = {}) {
    super(message, facts)
    this.name = 'EntraError'
    this.code = code
    this.oauthError = facts.oauthError
    this.suberror = facts.suberror
    this.aadsts = facts.aadsts
    this.claims = facts.claims
    this.check = facts.check
  }
}

/** An ID token or token response failed `check`; the person is not signed in. */
export function untrusted(check: string, options?: ErrorOptions): EntraError {
  return new EntraError('entra_untrusted', `The answer failed the check "${check}"`, {
    ...options,
    check,
  })
}

/** Finds the number in `AADSTS50076: …`; Entra writes it at the start of every description. */
export function aadstsNumber(description: unknown): number | undefined {
  if (typeof description !== 'string') return undefined
  const digits = /\bAADSTS(\d{4,8})\b/.exec(description.slice(0, 200))?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** The client was refused, whoever the user is. Beside `invalid_client`, as Entra answers to some of them. */
const clientRefusals = new Set([
  7000215, 7000222, 7000218, 700027, 700024, 700030, 70021, 700211, 700212, 700213, 700223, 50027,
])

/** Whether it is the app that Entra does not believe, and not the user's code or token. */
export function refusesClient({ code, oauthError, aadsts }: EntraError): boolean {
  if (code !== 'entra_refused') return false
  return oauthError === 'invalid_client' || (aadsts !== undefined && clientRefusals.has(aadsts))
}
