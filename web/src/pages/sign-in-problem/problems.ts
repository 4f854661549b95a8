/** Why a sign-in failed, in words for the user. The codes are those of the back end. */

/** Who can fix it. */
type Who =
  | 'You'
  | 'Your administrator'
  | 'The developer of this app'
  | 'Microsoft, or nobody: it passes'

export type SignInProblem = {
  title: string
  text: string
  who: Who
  /** The text of the button. */
  action: string
  /** `again`: sign in; `picker`: sign in with the account picker; `copy`: copy details for support. */
  does: 'again' | 'picker' | 'copy'
}

const failed: SignInProblem = {
  title: 'Signing in did not work',
  text: 'Something went wrong between this app and Microsoft. Nothing was changed.',
  who: 'Microsoft, or nobody: it passes',
  action: 'Try again',
  does: 'again',
}

const problems: Record<string, SignInProblem> = {
  failed,
  expired: {
    title: 'This sign-in is no longer valid',
    text: 'It took too long, or it was finished or interrupted earlier. Start again to get to your page.',
    who: 'You',
    action: 'Start again',
    does: 'again',
  },
  invalid_link: {
    title: 'This sign-in link does not work',
    text: 'It asks for something that this app does not offer. Nothing was shared. Sign in here instead.',
    who: 'You',
    action: 'Sign in',
    does: 'again',
  },
  cookies_blocked: {
    title: 'Your browser blocks cookies',
    text: 'Signing in needs one cookie of this site. Allow cookies here, then try again.',
    who: 'You',
    action: 'Try again',
    does: 'again',
  },
  cancelled: {
    title: 'You stopped the sign-in',
    text: 'You went back, or did not agree to the request. Nothing was shared.',
    who: 'You',
    action: 'Try again',
    does: 'again',
  },
  denied: {
    title: 'Your organisation did not let you in',
    text: 'Its rules ask for another device, place or account, or yours is blocked. Your administrator knows which.',
    who: 'Your administrator',
    action: 'Use another account',
    does: 'picker',
  },
  consent_required: {
    title: 'An administrator has to approve this app',
    text: 'Your organisation lets administrators alone decide which apps people may use.',
    who: 'Your administrator',
    action: 'Copy details for your administrator',
    does: 'copy',
  },
  password: {
    title: 'Your password needs attention',
    text: 'It has expired, has to be changed, or was not accepted. Sign in again: Microsoft leads you through it. If that does not help, your administrator can reset it.',
    who: 'You',
    action: 'Sign in again',
    does: 'again',
  },
  step_up: {
    title: 'Microsoft asks you to confirm it is you',
    text: 'Your organisation wants one more proof, such as a code on your phone. Nothing is wrong with your account.',
    who: 'You',
    action: 'Continue',
    does: 'again',
  },
  not_assigned: {
    title: 'You are not assigned to this app',
    text: 'Your organisation gives this app to chosen people. Ask its owner to add you.',
    who: 'Your administrator',
    action: 'Use another account',
    does: 'picker',
  },
  other_organisation: {
    title: 'That account is not from this organisation',
    text: 'This app is for the accounts of one organisation, and you chose one of another.',
    who: 'You',
    action: 'Use another account',
    does: 'picker',
  },
  misconfigured: {
    title: 'This app is set up wrongly',
    text: 'Not your fault: the developer has to fix it. The server’s log says what is wrong.',
    who: 'The developer of this app',
    action: 'Copy details for the developer',
    does: 'copy',
  },
  app_unavailable: {
    title: 'This app cannot sign you in just now',
    text: 'Its server cannot read or store sessions at the moment. Your account is fine.',
    who: 'The developer of this app',
    action: 'Try again',
    does: 'again',
  },
  unavailable: {
    title: 'Microsoft does not answer just now',
    text: 'Signing in has to wait until it does. Your account is fine.',
    who: 'Microsoft, or nobody: it passes',
    action: 'Try again',
    does: 'again',
  },
  unreachable: {
    title: 'This app cannot reach Microsoft',
    text: 'The way from the app’s server to Microsoft is interrupted. The server’s log says why. Your account is fine.',
    who: 'The developer of this app',
    action: 'Try again',
    does: 'again',
  },
}

/** The problem for a code; the general one if the page does not know the code. */
export function problemFor(code: string | null): SignInProblem {
  return (Object.hasOwn(problems, code ?? '') && problems[code ?? '']) || failed
}

const menders: Record<string, Who> = {
  user: 'You',
  administrator: 'Your administrator',
  developer: 'The developer of this app',
  microsoft: 'Microsoft, or nobody: it passes',
}

/** Who can fix it: what Microsoft's number says, before what the code says. */
export function whoCanFix(problem: SignInProblem, who: string | undefined): Who {
  return (who !== undefined && Object.hasOwn(menders, who) && menders[who]) || problem.who
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

export const problemCodes = Object.keys(problems)
