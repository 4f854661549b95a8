import { clock, errorCircle, lock, noConnection, shield, warning } from '../ui/icons.generated.ts'
import type { ApiProblem, FailureCode } from '@gatehouse/react'

/**
 * `retry`: Try again. `wait`: it goes on by itself. `report`: Try again, or send the details to us.
 * `continue`: go to Microsoft and come back. `ask`: that, or have an administrator do it.
 */
type Remedy = 'retry' | 'wait' | 'report' | 'continue' | 'ask' | 'home'

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

/** What the permissions of Microsoft Graph let this app do, in words for whoever has to agree to them. */
const scopeNames = new Map([
  ['User.Read', 'Read your own profile'],
  ['User.ReadBasic.All', 'See the names and addresses of the people in your organisation'],
  ['User.Read.All', 'Read the profiles of the people in your organisation'],
  ['User.ReadWrite.All', 'Read and change the profiles of the people in your organisation'],
  ['People.Read', 'See whom you work with'],
  ['Presence.Read.All', 'See who is available'],
  ['Directory.Read.All', 'Read your organisation’s directory'],
  ['Organization.Read.All', 'Read the facts about your organisation'],
  ['Group.Read.All', 'Read the groups of your organisation and what is in them'],
  ['GroupMember.Read.All', 'See who is in which group'],
  ['Mail.Read', 'Read your mail'],
  ['Mail.Send', 'Send mail as you'],
  ['Calendars.Read', 'Read your calendar'],
  ['Calendars.ReadWrite', 'Read and change your calendar'],
  ['Contacts.Read', 'Read your contacts'],
  ['Files.Read', 'Read your files'],
  ['Files.Read.All', 'Read every file that you can open'],
  ['Sites.Read.All', 'Read every site that you can open'],
  ['Tasks.Read', 'Read your tasks'],
])

const graph = 'https://graph.microsoft.com/'

/** One permission in words; its own name where nobody has found better ones. */
export function scopeWords(scope: string): string {
  const name = scope.startsWith(graph) ? scope.slice(graph.length) : scope
  return scopeNames.get(name) ?? name
}

/** Several of them, each in quotes: "“Read your mail” and “Read your files”". */
function scopesInWords(scopes: readonly string[]): string {
  const quoted = scopes.map((scope) => `“${scopeWords(scope)}”`)
  return new Intl.ListFormat('en').format(quoted)
}
