/** What to do about each failed sign-in, and whose it is. The codes are those of the back end. */
import type { Session } from '@gatehouse/contract/session'
import type { SignInProblem as Known } from '@gatehouse/contract/sign-in-problem'
import { actions, owners as ownerWords, problems as words } from './words.ts'

/** Who can fix it. `temporary`: it passes. `unknown`: nothing is known of the cause. */
export type Owner = 'user' | 'administrator' | 'developer' | 'temporary' | 'unknown'

type Code = keyof typeof words

type Handling = {
  owner: Owner
  /** The text of the button, by its name. */
  action: keyof typeof actions
  /** `again`: sign in; `picker`: sign in with the account picker; `copy`: copy details for support. */
  does: 'again' | 'picker' | 'copy'
}

export type SignInProblem = Omit<Handling, 'action'> & {
  code: Code
  title: string
  text: string
  /** The text of the button. */
  action: string
}

const handlings: Record<Code, Handling> = {
  failed: { owner: 'unknown', action: 'tryAgain', does: 'again' },
  not_verified: { owner: 'unknown', action: 'tryAgain', does: 'again' },
  expired: { owner: 'user', action: 'startAgain', does: 'again' },
  invalid_link: { owner: 'user', action: 'signIn', does: 'again' },
  cookies_blocked: { owner: 'user', action: 'tryAgain', does: 'again' },
  cancelled: { owner: 'user', action: 'tryAgain', does: 'again' },
  denied: { owner: 'administrator', action: 'anotherAccount', does: 'picker' },
  consent_required: { owner: 'user', action: 'reviewPermissions', does: 'again' },
  admin_consent_required: {
    owner: 'administrator',
    action: 'copyForAdministrator',
    does: 'copy',
  },
  password: { owner: 'user', action: 'signInAgain', does: 'again' },
  step_up: { owner: 'user', action: 'continue', does: 'again' },
  not_assigned: { owner: 'administrator', action: 'anotherAccount', does: 'picker' },
  other_organisation: { owner: 'user', action: 'anotherAccount', does: 'picker' },
  misconfigured: { owner: 'developer', action: 'copyForDeveloper', does: 'copy' },
  app_unavailable: { owner: 'temporary', action: 'tryAgain', does: 'again' },
  unavailable: { owner: 'temporary', action: 'tryAgain', does: 'again' },
  unreachable: { owner: 'developer', action: 'tryAgain', does: 'again' },
}

export const problemCodes = Object.keys(handlings) as Code[]

/**
 * The problem for a code; the general one if the page does not know the code.
 *
 * @param who who can fix it by Microsoft's number, which says more than the code
 */
export function problemFor(code: string | null, who?: string): SignInProblem {
  const known = problemCodes.find((one) => one === code) ?? 'failed'
  const handling = handlings[known]
  const owner = owners.get(who ?? '') ?? handling.owner
  const action = actions[handling.action]
  const problem = { code: known, ...words[known], ...handling, action, owner }
  // Both codes say little of themselves; Microsoft's number says whose it is.
  if (known !== 'misconfigured' && known !== 'failed') return problem
  if (owner === 'developer') return { ...problem, text: words.misconfigured.text }
  if (owner !== 'administrator') return problem
  return {
    ...problem,
    text: ownerWords.administratorFixes,
    action: handling.does === 'copy' ? actions.copyForAdministrator : action,
  }
}

const owners = new Map<string, Owner>([
  ['user', 'user'],
  ['administrator', 'administrator'],
  ['developer', 'developer'],
  ['microsoft', 'temporary'],
])

/** `choice`: the user's own. `request`: Microsoft asks for something first. Neither is a reason to warn. */
export function kindOf({ code }: SignInProblem): 'choice' | 'request' | 'failure' {
  if (code === 'cancelled') return 'choice'
  return requests.has(code) ? 'request' : 'failure'
}

const requests = new Set<Code>(['consent_required', 'admin_consent_required', 'step_up'])

/** Whether the doctor may find the cause: it looks at the app and its way to Microsoft, and signs nobody in. */
export function isForDoctor({ owner }: SignInProblem): boolean {
  return owner !== 'user' && owner !== 'administrator'
}

/** Codes of an attempt that does not matter to a user who is signed in. */
const harmless = new Set<Code>(['expired', 'invalid_link', 'cookies_blocked'])

/**
 * Whether the failure is over for a user with a session: the session is newer, or nothing was lost. A failure
 * that is newer than the session came from within it, such as consent that was not given.
 */
export function isOver(
  { code }: SignInProblem,
  session: Extract<Session, { signedIn: true }>,
  failure: Known['failure'],
): boolean {
  if (failure === undefined || harmless.has(code)) return true
  return Date.parse(failure.at) < Date.parse(session.startedAt)
}

/** The parts of the query that are safe to show. An attacker can write a link, so nothing else is shown. */
export function validDetails(query: URLSearchParams): { requestId?: string; aadsts?: string } {
  const requestId = query.get('id') ?? ''
  const aadsts = /^(?:AADSTS)?(\d{4,7})$/.exec(query.get('aadsts') ?? '')?.[1]
  return {
    ...(/^[\w-]{1,64}$/.test(requestId) ? { requestId } : {}),
    ...(aadsts ? { aadsts: `AADSTS${aadsts}` } : {}),
  }
}
