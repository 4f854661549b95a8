import type { ApiProblem, FailureCode } from '@gatehouse/react'
import { clock, errorCircle, lock, noConnection, shield, warning } from '../ui/icons.generated.ts'
import { apiMessage } from './api-messages.ts'

/** What the user can do about a failure. */
export type ErrorAction = {
  /**
   * `retry`: Try again. `wait`: the page continues by itself. `report`: Try again, or send the details
   * to support. `details`: send the details to support; a repetition cannot help. `continue`: go to
   * Microsoft and come back. `ask`: the same, or ask an administrator.
   */
  kind: 'retry' | 'wait' | 'report' | 'details' | 'continue' | 'ask' | 'home'
  /** The text of the button; "Continue" by default. */
  label?: string
}

type ErrorMessage = {
  title: string
  text: string
  action: ErrorAction
  icon: string
  tone: 'neutral' | 'warning' | 'danger'
}

/** Messages of one page that replace the general ones. */
export type MessageOverrides = Partial<Record<FailureCode, Pick<ErrorMessage, 'title' | 'text'>>>

/** The message for a failed call. @param overrides messages of the page that made it */
export function messageFor(problem: ApiProblem, overrides: MessageOverrides = {}): ErrorMessage {
  if (problem.code === 'interaction_required') {
    if (problem.reason === 'consent') return consentMessage(problem.scopes)
    return problem.reason === 'session_expired' ? signInAgain : confirm
  }
  // A newer back end may have codes that this page does not know.
  const general = messages[problem.code] ?? internalError
  return { ...general, ...apiMessage(problem), ...overrides[problem.code] }
}

const internalError: ErrorMessage = {
  title: 'Something went wrong on our side',
  text: 'Try again; if it keeps happening, send us the details below.',
  action: { kind: 'report' },
  icon: errorCircle,
  tone: 'danger',
}

/** `apiMessage` names the API. */
const upstream: ErrorMessage = {
  title: 'A service behind this app did not answer',
  text: 'The problem is on the way to it, not with your account.',
  action: { kind: 'retry' },
  icon: warning,
  tone: 'warning',
}

const unreachable: ErrorMessage = {
  title: 'This app’s server did not answer',
  text: 'Your connection or our server has a problem. Your account is fine.',
  action: { kind: 'retry' },
  icon: noConnection,
  tone: 'warning',
}

const confirm: ErrorMessage = {
  title: 'Microsoft asks you to confirm it is you',
  text: 'You come straight back to this page, search and all.',
  action: { kind: 'continue' },
  icon: shield,
  tone: 'neutral',
}

const signInAgain: ErrorMessage = {
  ...confirm,
  title: 'Sign in again to continue',
  action: { kind: 'continue', label: 'Sign in again' },
  icon: lock,
}

const messages: Record<FailureCode, ErrorMessage> = {
  sign_in_required: signInAgain,
  interaction_required: confirm,
  forbidden: {
    title: 'You may not see this',
    text: 'Your account lacks the permission for this page.',
    action: { kind: 'home' },
    icon: lock,
    tone: 'neutral',
  },
  too_many_requests: {
    title: 'Too many requests at once',
    text: 'This app takes a short break from your requests. Your account is fine.',
    action: { kind: 'retry' },
    icon: clock,
    tone: 'warning',
  },
  upstream_failed: upstream,
  upstream_timeout: upstream,
  unavailable: {
    title: 'Not available just now',
    text: 'This app or Microsoft cannot answer at the moment. Your account is fine.',
    action: { kind: 'retry' },
    icon: clock,
    tone: 'warning',
  },
  offline: {
    title: 'You are offline',
    text: 'We load this page when your connection is back.',
    action: { kind: 'wait' },
    icon: noConnection,
    tone: 'warning',
  },
  unreachable,
  no_answer: unreachable,
  not_found: {
    title: 'Nothing here',
    text: 'What you asked for does not exist, or no longer does.',
    action: { kind: 'home' },
    icon: errorCircle,
    tone: 'neutral',
  },
  conflict: {
    title: 'Something changed in the meantime',
    text: 'There is a newer version of this, or someone else has locked it.',
    action: { kind: 'retry' },
    icon: warning,
    tone: 'warning',
  },
  storage_full: {
    title: 'There is no space left',
    text: 'There is no room for this. Delete something first.',
    action: { kind: 'retry' },
    icon: warning,
    tone: 'warning',
  },
  misconfigured: {
    title: 'This app is not set up for this',
    text: 'Trying again does not help. Send the details below to the people who run this app.',
    action: { kind: 'details' },
    icon: errorCircle,
    tone: 'warning',
  },
  invalid_request: internalError,
  method_not_allowed: internalError,
  cross_site: internalError,
  internal: internalError,
  unreadable: internalError,
}

function consentMessage(scopes: readonly string[]): ErrorMessage {
  return {
    title: 'An administrator has to approve this app',
    text: scopes.length
      ? `It needs ${quoteScopes(scopes)}.`
      : 'It needs a permission that nobody in your organisation has granted yet.',
    action: { kind: 'ask' },
    icon: shield,
    tone: 'neutral',
  }
}

/** What each permission of Microsoft Graph allows, in words for the user or administrator who consents. */
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

/** A permission in words, or its name if this page has none. */
export function scopeText(scope: string): string {
  const name = scope.startsWith(graph) ? scope.slice(graph.length) : scope
  return scopeNames.get(name) ?? name
}

/** Several permissions, each in quotes: "“Read your mail” and “Read your files”". */
function quoteScopes(scopes: readonly string[]): string {
  const quoted = scopes.map((scope) => `“${scopeText(scope)}”`)
  return new Intl.ListFormat('en').format(quoted)
}
