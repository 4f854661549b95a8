/** What an error from Entra means: to the person, to the operator, and to the session. */
import type { InteractionReason } from '@gatehouse/contract/problem'
import {
  meanings,
  type Mender,
  type Remedy,
  signInLogs,
  type SignInProblemCode,
} from './aadsts-table.ts'
import { EntraError } from './errors.ts'

export type { Remedy, SignInProblemCode } from './aadsts-table.ts'

/** Who can mend a cause as a rule. */
const menders: Readonly<Record<SignInProblemCode, Mender>> = {
  expired: 'user',
  cookies_blocked: 'user',
  cancelled: 'user',
  step_up: 'user',
  password: 'user',
  denied: 'administrator',
  consent_required: 'user',
  admin_consent_required: 'administrator',
  not_assigned: 'administrator',
  other_organisation: 'user',
  misconfigured: 'developer',
  unavailable: 'microsoft',
  unreachable: 'developer',
  not_verified: 'developer',
  failed: 'microsoft',
}

const byNumber = new Map(
  meanings.flatMap((meaning) => meaning.numbers.map((number) => [number, meaning] as const)),
)

const byOauthError = new Map<string, SignInProblemCode>([
  ['access_denied', 'cancelled'],
  ['consent_required', 'consent_required'],
  ['temporarily_unavailable', 'unavailable'],
  ['server_error', 'unavailable'],
  ['invalid_client', 'misconfigured'],
  ['unauthorized_client', 'misconfigured'],
  ['invalid_scope', 'misconfigured'],
  ['invalid_resource', 'misconfigured'],
  // RFC 8707 §2.
  ['invalid_target', 'misconfigured'],
  ['invalid_grant', 'expired'],
  ['login_required', 'expired'],
  ['interaction_required', 'step_up'],
])

/** The cause of an error that Entra sent, by its AADSTS number first and its OAuth code second. */
export function causeOf(
  oauthError: string | undefined,
  aadsts: number | undefined,
): SignInProblemCode {
  return causeOfNumber(aadsts) ?? byOauthError.get(oauthError ?? '') ?? 'failed'
}

function causeOfNumber(aadsts: number | undefined): SignInProblemCode | undefined {
  return aadsts === undefined ? undefined : byNumber.get(aadsts)?.cause
}

/** Failed checks that say nothing about whom the answer is from: it could not be used, or there was none. */
const notOfTrust = new Set([
  'token_response',
  'access_token',
  'token_type',
  'expires_in',
  'authorize_url',
])

/** The cause of anything that the exchange with Entra can throw. */
export function causeOfError(error: unknown): SignInProblemCode {
  if (!(error instanceof EntraError)) return 'failed'
  if (error.code === 'entra_unavailable') return error.isUnreachable ? 'unreachable' : 'unavailable'
  if (error.check === 'tenant_not_allowed' || error.check === 'personal_account') {
    return 'other_organisation'
  }
  // A credential that cannot be read is for the operator to fix, like one that Entra rejects.
  if (error.check === 'credential') return 'misconfigured'
  if (error.code === 'entra_refused') return causeOf(error.oauthError, error.aadsts)
  return notOfTrust.has(error.check ?? '') ? 'failed' : 'not_verified'
}

/** What to do about an error from Entra; undefined if its number is not in the table. */
export function remedyFor({ aadsts }: { aadsts?: number | undefined }): KnownRemedy | undefined {
  const meaning = aadsts === undefined ? undefined : byNumber.get(aadsts)
  if (!meaning) return undefined
  const { cause, fix, setting, portal = signInLogs, who = menders[cause] } = meaning
  return { fix, who, ...(setting && { setting }), portal }
}

type KnownRemedy = Remedy & Required<Pick<Remedy, 'portal' | 'who'>>

/** Whether Entra rejected the app's credential, and not the user's code or token. */
export function refusesClient({ code, oauthError, aadsts }: EntraError): boolean {
  if (code !== 'entra_refused') return false
  // Entra sends some of these numbers with another OAuth error, and `invalid_client` with others.
  const meaning = byNumber.get(aadsts ?? 0)
  return meaning ? meaning.refusesClient === true : oauthError === 'invalid_client'
}

/**
 * Whether Entra refused what was asked for: an API that the tenant does not know, a scope that the API
 * does not have, a permission that the registration lacks. Neither the user nor another attempt helps.
 */
export function refusesScopes(error: EntraError): boolean {
  return (
    causeOfError(error) === 'misconfigured' &&
    error.code === 'entra_refused' &&
    !refusesClient(error)
  )
}

/** Whether the consent that is missing can be given by an administrator alone. */
export function needsAdministrator({ aadsts }: EntraError): boolean {
  return causeOfNumber(aadsts) === 'admin_consent_required'
}

/**
 * Why Entra wants to see the user before it gives another token; undefined if it does not.
 * Only these two OAuth errors end or interrupt a session: every other one may pass.
 */
export function interactionFor(error: EntraError): InteractionReason | undefined {
  const { oauthError, suberror, aadsts } = error
  if (refusesScopes(error)) return undefined
  if (oauthError !== 'invalid_grant' && oauthError !== 'interaction_required') return undefined
  const cause = causeOfNumber(aadsts)
  if (cause === 'consent_required' || cause === 'admin_consent_required') return 'consent'
  if (suberror === 'consent_required') return 'consent'
  if (cause !== undefined) return cause === 'step_up' ? 'step_up' : 'session_expired'
  return oauthError === 'interaction_required' ? 'step_up' : 'session_expired'
}
