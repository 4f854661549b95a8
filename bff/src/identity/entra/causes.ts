/** What an AADSTS error means for the person at the keyboard. */
import type { InteractionReason } from '@gatehouse/shared/problem'
import { EntraError } from './errors.ts'

/** The causes that the sign-in problem page knows; one word each, as in its `code` parameter. */
export type SignInProblemCode =
  | 'expired'
  | 'cookies_blocked'
  | 'cancelled'
  | 'step_up'
  | 'denied'
  | 'consent_required'
  | 'not_assigned'
  | 'other_organisation'
  | 'misconfigured'
  | 'unavailable'
  | 'failed'

/** Microsoft's published numbers (reference-error-codes), by what a person can do about them. */
export const causeByNumber = new Map<number, SignInProblemCode>(
  (
    [
      [
        'expired',
        [70008, 54005, 501481, 700005, 50089, 50132, 50133, 50173, 70043, 700082, 700020, 50058],
      ],
      ['cancelled', [65004]],
      ['step_up', [50076, 50079, 50072, 50074, 50078, 50158, 50097]],
      ['consent_required', [65001, 90094, 90095]],
      ['not_assigned', [50105]],
      ['other_organisation', [50020, 50034, 16000, 90072, 500200, 500021, 500022, 500212, 500213]],
      ['denied', [53000, 53001, 53003, 530032, 50057]],
      ['misconfigured', [700016, 500011, 50011, 7000215, 7000222, 70011, 50194, 90002]],
      ['misconfigured', [650056, 650057, 7000218, 9002313]],
      ['misconfigured', [700027, 50027, 700030, 700024, 70021, 700211, 700212, 700213, 700223]],
      ['unavailable', [90033, 50033, 90006, 90012, 90055]],
      // A loop that Entra noticed: nothing that leads back into it.
      ['failed', [50196]],
    ] satisfies [SignInProblemCode, number[]][]
  ).flatMap(([code, numbers]) => numbers.map((number) => [number, code])),
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
