import type { ApiProblem, FailureCode } from '@gatehouse/react'
import { formatList } from '../ui/format.ts'
import { clock, errorCircle, lock, shield, warning } from '../ui/icons.generated.ts'
import { apiMessage } from './api-messages.ts'
import { words as deviceProof } from './device-proof-words.ts'
import { permissionText } from './permission-words.ts'
import { actions, consent, failures as words } from './words.ts'

/** What the user can do about a failure. */
export type ErrorAction = {
  /**
   * `retry`: Try again. `report`: Try again, or send the details
   * to support. `details`: send the details to support; a repetition cannot help. `continue`: go to
   * Microsoft and come back. `no-access`: go home, or ask an administrator. `home`: go home.
   */
  kind: 'retry' | 'report' | 'details' | 'continue' | 'no-access' | 'home'
  /** The text of the button; "Continue" by default. */
  label?: string
}

type ErrorMessage = {
  title: string
  text: string
  action: ErrorAction
  icon: string
  tone: 'neutral' | 'warning' | 'danger'
  /** What the page needs, for an administrator; by default, what the problem names. */
  permissions?: readonly string[]
}

type Override = Pick<ErrorMessage, 'title' | 'text' | 'permissions'>

/** Messages of one page that replace the general ones. */
export type MessageOverrides = Partial<Record<FailureCode, Override>>

/** These have cards of their own; see `connection/card.tsx`. */
type NoAnswer = 'offline' | 'unreachable' | 'no_answer'

/** The message for a failed call; for missing consent, see `consentMessage`. @param overrides messages of the page that made it */
export function messageFor(problem: ApiProblem, overrides: MessageOverrides = {}): ErrorMessage {
  if (problem.code === 'interaction_required') {
    return problem.reason === 'session_expired' ? signInAgain() : confirm()
  }
  if (problem.code === 'forbidden' && !overrides.forbidden) {
    const general = messages().forbidden
    if (problem.roles.length > 0) return { ...general, ...roleMissing(problem.roles) }
    if (problem.groups.length > 0) return { ...general, ...words.groupMissing }
  }
  // A newer back end may have codes that this page does not know.
  const general = messages()[causeOf(problem) as Exclude<FailureCode, NoAnswer>] ?? internalError()
  return { ...general, ...apiMessage(problem), ...overrides[problem.code] }
}

/** A proxy in front of this app answers with a page of its own while the app restarts; its status says enough. */
function causeOf({ code, status }: ApiProblem): FailureCode {
  if (code !== 'unreadable') return code
  if (status === 429) return 'too_many_requests'
  return [502, 503, 504].includes(status) ? 'unavailable' : code
}

function roleMissing(roles: readonly string[]): Override {
  const { title, text } = words.roleMissing
  const quoted = roles.map((role) => consent.quoted(role))
  return { title, text: text(formatList(quoted, 'disjunction')) }
}

const internalError = (): ErrorMessage => ({
  ...words.internal,
  action: { kind: 'report' },
  icon: errorCircle,
  tone: 'danger',
})

const confirm = (): ErrorMessage => ({
  ...words.confirm,
  action: { kind: 'continue' },
  icon: shield,
  tone: 'neutral',
})

const signInAgain = (): ErrorMessage => ({
  ...words.signInAgain,
  action: { kind: 'continue', label: actions.signInAgain },
  icon: lock,
  tone: 'neutral',
})

/** A failure that may be over in a moment. */
const passing = { action: { kind: 'retry' }, icon: warning, tone: 'warning' } as const
const wait = { ...passing, icon: clock } as const

const messages = (): Record<Exclude<FailureCode, NoAnswer>, ErrorMessage> => ({
  sign_in_required: signInAgain(),
  interaction_required: confirm(),
  device_proof_required: { ...deviceProof, ...passing, icon: shield },
  forbidden: {
    ...words.forbidden,
    action: { kind: 'no-access' },
    icon: lock,
    tone: 'neutral',
  },
  too_many_requests: { ...words.tooManyRequests, ...wait },
  // `apiMessage` names the API.
  upstream_failed: { ...words.upstreamFailed, ...passing },
  upstream_timeout: { ...words.upstreamTimeout, ...passing },
  unavailable: { ...words.unavailable, ...wait },
  not_found: {
    ...words.notFound,
    action: { kind: 'home' },
    icon: errorCircle,
    tone: 'neutral',
  },
  conflict: { ...words.conflict, ...passing },
  idempotency_key_in_use: { ...words.stillRunning, ...wait },
  storage_full: { ...words.storageFull, ...passing },
  misconfigured: {
    ...words.misconfigured,
    action: { kind: 'details' },
    icon: errorCircle,
    tone: 'warning',
  },
  invalid_request: internalError(),
  idempotency_key_reused: internalError(),
  method_not_allowed: internalError(),
  cross_site: internalError(),
  internal: internalError(),
  unreadable: { ...internalError(), ...words.unreadable },
})

/** What a page needs and was not granted. An administrator is named only if Microsoft says that the user cannot. */
export function consentMessage({
  scopes,
  adminConsent,
}: Pick<ApiProblem, 'scopes' | 'adminConsent'>) {
  const quoted = scopes.map((scope) => consent.quoted(permissionText(scope)))
  return {
    title: adminConsent ? consent.titleForAdministrator : consent.title,
    text: scopes.length ? consent.text(formatList(quoted, 'conjunction')) : consent.textWithout,
  }
}
