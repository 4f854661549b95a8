import { type ReactNode, useEffect } from 'react'
import { announce, ApiProblem, appAddress, useContinueUrl } from '@gatehouse/react'
import { pages } from '@gatehouse/shared/paths'
import { Button, ButtonLink } from '../ui/button.tsx'
import { MessageCard } from '../ui/card.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { asLines, Details, type Entries } from '../ui/details.tsx'
import { formatClock } from '../ui/format.ts'
import css from './error-card.module.css'
import { type ErrorAction, messageFor, type MessageOverrides } from './error-messages.ts'
import { OfflineCard } from './offline-card.tsx'
import { useSecondsLeft } from './retry-countdown.tsx'
import { actions, details as names, waiting } from './words.ts'

type Props = {
  error: Error
  retry: () => unknown
  /** Replace the general messages. */
  messages?: MessageOverrides | undefined
  heading?: 'h1' | 'h2' | undefined
}

/** Replaces data that could not be loaded: what happened, one action, and details for support. */
export function ErrorCard({ error, retry, messages, heading = 'h2' }: Props) {
  const problem =
    error instanceof ApiProblem ? error : new ApiProblem('unreadable', 0, { cause: error })
  const { icon, tone, title, text, action, permissions } = messageFor(problem, messages)
  const details = detailsOf(problem, permissions)
  // A screen reader would read an alert again with every second of its countdown.
  const countsDown = problem.retryAfter !== undefined
  useEffect(() => {
    if (countsDown) announce(waiting.announcement(title, text))
  }, [countsDown, title, text])
  if (action.kind === 'wait') return <OfflineCard retry={retry} heading={heading} />
  return (
    <MessageCard icon={icon} tone={tone} title={title} heading={heading} alert={!countsDown}>
      <p>{text}</p>
      <Action action={action} problem={problem} details={details} retry={retry} />
      <Details title={actions.details} entries={details} copy={!copies.has(action.kind)} />
    </MessageCard>
  )
}

/** Actions with a button that copies the details. */
const copies = new Set<ErrorAction['kind']>([
  'consent',
  'approval',
  'no-access',
  'report',
  'details',
])

/** What support needs to know. The query of the address is left out: a search may name people. */
function detailsOf(
  problem: ApiProblem,
  permissions = problem.scopes,
): Record<string, string | undefined> {
  const { origin, pathname } = window.location
  return {
    [names.app]: 'Gatehouse',
    [names.problem]: [problem.code, problem.reason].filter(Boolean).join(', '),
    [names.api]: problem.api,
    [names.status]: problem.status ? String(problem.status) : undefined,
    [names.permissions]: permissions.join(', ') || undefined,
    [names.requestId]: problem.requestId,
    [names.time]: new Date(problem.at).toISOString(),
    [names.page]: origin + pathname,
  }
}

type ActionProps = {
  action: ErrorAction
  problem: ApiProblem
  details: Entries
  retry: () => unknown
}

/** One action that fits the failure, and at most one alternative. */
function Action({ action, problem, details, retry }: ActionProps) {
  const { kind, label = actions.continue } = action
  const continueUrl = useContinueUrl(problem.signInUrl)
  const copy = (text: string) => <CopyButton text={asLines(details)} label={text} wide />
  const again = (variant: 'primary' | 'outline') => (
    <TryAgain problem={problem} retry={retry} variant={variant} />
  )
  switch (kind) {
    case 'home':
      return <ButtonLink href={appAddress(pages.home)}>{actions.home}</ButtonLink>
    case 'continue':
      return <ButtonLink href={continueUrl}>{label}</ButtonLink>
    case 'consent':
      return (
        <>
          <ButtonLink href={continueUrl}>{actions.reviewPermissions}</ButtonLink>
          <p className={css.quiet}>{actions.forAdministrator}</p>
          {copy(actions.copyForAdministrator)}
        </>
      )
    case 'approval':
      return (
        <Actions>
          {copy(actions.copyForAdministrator)}
          {again('outline')}
        </Actions>
      )
    case 'no-access':
      return (
        <Actions>
          <ButtonLink href={appAddress(pages.home)}>{actions.home}</ButtonLink>
          {copy(actions.copyForAdministrator)}
        </Actions>
      )
    case 'details':
      return <Actions>{copy(actions.copyDetails)}</Actions>
    case 'report':
      return (
        <Actions>
          {again('primary')}
          {copy(actions.copyDetails)}
        </Actions>
      )
    case 'retry':
    case 'wait':
      return <Actions>{again('primary')}</Actions>
  }
}

function Actions({ children }: { children: ReactNode }) {
  return <div className={css.actions}>{children}</div>
}

type TryAgainProps = Pick<ActionProps, 'problem' | 'retry'> & { variant: 'primary' | 'outline' }

/** Stays disabled until the server accepts another request, and counts down to that. */
function TryAgain({ problem, retry, variant }: TryAgainProps) {
  const left = useSecondsLeft(problem)
  const ready = problem.retryAfter !== undefined && left === 0
  useEffect(() => {
    if (ready) announce(actions.tryAgainNow)
  }, [ready])
  const onClick = () => {
    // The focus would be lost when the button is removed with its card.
    document.querySelector('main')?.querySelector('h1')?.focus({ preventScroll: true })
    void retry()
  }
  const time = left < 60 ? actions.shortSeconds(left) : formatClock(left * 1000)
  return (
    <Button variant={variant} disabled={left > 0} onClick={onClick} className={css.countdown}>
      {left > 0 ? actions.tryAgainIn(time) : actions.tryAgain}
    </Button>
  )
}
