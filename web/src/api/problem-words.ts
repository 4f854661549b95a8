import { clock, errorCircle, lock, noConnection, shield, warning } from '../ui/icons.generated.ts'
import type { ApiProblem, FailureCode } from './api-problem.ts'
import { scopesInWords } from './scope-words.ts'

/**
 * `retry`: Try again. `wait`: it goes on by itself. `report`: Try again, or send the details to us.
 * `continue`: go to Microsoft and come back. `ask`: that, or have an administrator do it.
 */
export type Remedy = 'retry' | 'wait' | 'report' | 'continue' | 'ask' | 'home'

export type Words = {
  title: string
  text: string
  remedy: Remedy
  /** The name of the action, where it has one of its own. */
  action?: string
  icon: string
  tone: 'neutral' | 'warning' | 'danger'
}

/** Words that fit one page better than the general ones. */
export type OwnWords = Partial<Record<FailureCode, Pick<Words, 'title' | 'text'>>>

const ours: Words = {
  title: 'Something went wrong on our side',
  text: 'Try again; if it keeps happening, send us the details below.',
  remedy: 'report',
  icon: errorCircle,
  tone: 'danger',
}

const upstream: Words = {
  title: 'Microsoft Graph did not answer',
  text: 'The problem is on the way to Microsoft, not with your account.',
  remedy: 'retry',
  icon: warning,
  tone: 'warning',
}

const unreached: Words = {
  title: 'This app’s server did not answer',
  text: 'Your connection or our server has a problem. Your account is fine.',
  remedy: 'retry',
  icon: noConnection,
  tone: 'warning',
}

/** Words where the failure is an API's, not this app's own. */
const ofApi: Partial<Record<FailureCode, Pick<Words, 'title' | 'text'>>> = {
  too_many_requests: {
    title: 'Microsoft Graph is busy',
    text: 'Too many requests arrived at once. Your account is fine.',
  },
  unavailable: {
    title: 'Microsoft Graph is not available just now',
    text: 'It cannot answer at the moment. Your account is fine.',
  },
}

const confirm: Words = {
  title: 'Microsoft asks you to confirm it is you',
  text: 'You come straight back to this page, search and all.',
  remedy: 'continue',
  icon: shield,
  tone: 'neutral',
}

const signInAgain: Words = {
  ...confirm,
  title: 'Sign in again to continue',
  action: 'Sign in again',
  icon: lock,
}

const words: Record<FailureCode, Words> = {
  sign_in_required: signInAgain,
  interaction_required: confirm,
  forbidden: {
    title: 'You may not see this',
    text: 'Your account lacks the permission for this page.',
    remedy: 'home',
    icon: lock,
    tone: 'neutral',
  },
  too_many_requests: {
    title: 'Too many requests at once',
    text: 'This app takes a short break from your requests. Your account is fine.',
    remedy: 'retry',
    icon: clock,
    tone: 'warning',
  },
  upstream_failed: upstream,
  upstream_timeout: upstream,
  unavailable: {
    title: 'Not available just now',
    text: 'This app or Microsoft cannot answer at the moment. Your account is fine.',
    remedy: 'retry',
    icon: clock,
    tone: 'warning',
  },
  offline: {
    title: 'You are offline',
    text: 'We load this page when your connection is back.',
    remedy: 'wait',
    icon: noConnection,
    tone: 'warning',
  },
  unreachable: unreached,
  no_answer: unreached,
  not_found: {
    title: 'Nothing here',
    text: 'What you asked for does not exist, or no longer does.',
    remedy: 'home',
    icon: errorCircle,
    tone: 'neutral',
  },
  invalid_request: ours,
  method_not_allowed: ours,
  cross_site: ours,
  internal: ours,
  unreadable: ours,
}

/** What a failed call means, in words for the person in front of it. */
export function wordsFor(problem: ApiProblem, own: OwnWords = {}): Words {
  if (problem.code === 'interaction_required') {
    if (problem.reason === 'consent') return consentWords(problem.scopes)
    return problem.reason === 'session_expired' ? signInAgain : confirm
  }
  // A newer back end may know codes that this page does not.
  const general = words[problem.code] ?? ours
  return { ...general, ...(problem.api && ofApi[problem.code]), ...own[problem.code] }
}

function consentWords(scopes: readonly string[]): Words {
  return {
    title: 'An administrator has to approve this app',
    text: scopes.length
      ? `It needs ${scopesInWords(scopes)}.`
      : 'It needs a permission that nobody in your organisation has granted yet.',
    remedy: 'ask',
    icon: shield,
    tone: 'neutral',
  }
}
