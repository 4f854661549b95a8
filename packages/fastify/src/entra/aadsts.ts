/** What an error of Entra's means: for the person at the keyboard, for the operator, and for the session. */
import type { InteractionReason } from '@gatehouse/contract/problem'
import { meanings, type Advice, type SignInProblemCode } from './aadsts-table.ts'
import { EntraError } from './errors.ts'

export type { Advice, SignInProblemCode } from './aadsts-table.ts'

const byNumber = new Map(
  meanings.flatMap((meaning) => meaning.numbers.map((number) => [number, meaning] as const)),
)

/** The numbers that are known, and what each means to the person. */
export const causeByNumber: ReadonlyMap<number, SignInProblemCode> = new Map(
  [...byNumber].map(([number, { cause }]) => [number, cause]),
)

const byOauthError = new Map<string, SignInProblemCode>([
  ['access_denied', 'cancelled'],
  ['consent_required', 'consent_required'],
  ['temporarily_unavailable', 'unavailable'],
  ['server_error', 'unavailable'],
  ['invalid_client', 'misconfigured'],
  ['unauthorized_client', 'misconfigured'],
  ['invalid_scope', 'misconfigured'],
  ['invalid_grant', 'expired'],
  ['login_required', 'expired'],
  ['interaction_required', 'step_up'],
])

/** What to do about an error of Entra's; undefined where it has no number that is known. */
export function adviceFor({ aadsts }: { aadsts?: number | undefined }): Advice | undefined {
  const meaning = aadsts === undefined ? undefined : byNumber.get(aadsts)
  if (!meaning) return undefined
  const { fix, setting, portal } = meaning
  return { fix, ...(setting && { setting }), ...(portal && { portal }) }
}

/** Whether it is the app that Entra does not believe, and not the user's code or token. */
export function refusesClient({ code, oauthError, aadsts }: EntraError): boolean {
  if (code !== 'entra_refused') return false
  // Entra answers to some of them with another OAuth error.
  return oauthError === 'invalid_client' || byNumber.get(aadsts ?? 0)?.refusesClient === true
}

/** The page's word for an error that Entra sent, by its AADSTS number first and its OAuth code second. */
export function problemOf(
  oauthError: string | undefined,
  aadsts: number | undefined,
): SignInProblemCode {
  const known = aadsts === undefined ? undefined : causeByNumber.get(aadsts)
  return known ?? byOauthError.get(oauthError ?? '') ?? 'failed'
}

/** The page's word for anything that the exchange with Entra can throw. */
export function problemOfError(error: unknown): SignInProblemCode {
  if (!(error instanceof EntraError)) return 'failed'
  if (error.code === 'entra_unavailable') return 'unavailable'
  if (error.check === 'tenant_not_allowed' || error.check === 'personal_account') {
    return 'other_organisation'
  }
  // A credential that cannot be read is the operator's, as one that Entra refuses is.
  if (error.check === 'credential') return 'misconfigured'
  return error.code === 'entra_refused' ? problemOf(error.oauthError, error.aadsts) : 'failed'
}

/**
 * Why Entra wants to see the user before it gives another token; undefined where it did not say so.
 * Nothing but these two OAuth errors ends or interrupts a session: whatever else it answers may pass.
 */
export function interactionFor(error: EntraError): InteractionReason | undefined {
  const { oauthError, suberror, aadsts } = error
  if (oauthError !== 'invalid_grant' && oauthError !== 'interaction_required') return undefined
  const cause = aadsts === undefined ? undefined : causeByNumber.get(aadsts)
  if (cause === 'consent_required' || suberror === 'consent_required') return 'consent'
  if (cause !== undefined) return cause === 'step_up' ? 'step_up' : 'session_expired'
  return oauthError === 'interaction_required' ? 'step_up' : 'session_expired'
}
