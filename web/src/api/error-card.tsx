import { useEffect } from 'react'
import { announce, ApiProblem, appAddress, useContinueUrl } from '@gatehouse/react'
import { pages } from '@gatehouse/shared/paths'
import { Button, ButtonLink } from '../ui/button.tsx'
import { MessageCard } from '../ui/card.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { asLines, Details, type Entries } from '../ui/details.tsx'
import css from './error-card.module.css'
import { type ErrorAction, messageFor, type MessageOverrides } from './error-messages.ts'
import { inSeconds, useSecondsLeft } from './retry-countdown.tsx'

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
  const { icon, tone, title, text, action } = messageFor(problem, messages)
  const details = detailsOf(problem)
  // A screen reader would read an alert again with every second of its countdown.
  const countsDown = problem.retryAfter !== undefined
  useEffect(() => {
    if (countsDown) announce(`${title}. ${text}`)
  }, [countsDown, title, text])
  return (
    <MessageCard icon={icon} tone={tone} title={title} heading={heading} alert={!countsDown}>
      <p>{text}</p>
      <Action action={action} problem={problem} details={details} retry={retry} />
      <Details
        title="Details"
        entries={details}
        copy={!['ask', 'report', 'details'].includes(action.kind)}
      />
    </MessageCard>
  )
}

/** What support needs to know. The query of the address is left out: a search may name people. */
function detailsOf(problem: ApiProblem): Record<string, string | undefined> {
  const { origin, pathname } = window.location
  return {
    App: 'Gatehouse',
    Problem: [problem.code, problem.reason].filter(Boolean).join(', '),
    API: problem.api,
    Status: problem.status ? String(problem.status) : undefined,
    Permissions: problem.scopes.join(', ') || undefined,
    'Request id': problem.requestId,
    Time: new Date(problem.at).toISOString(),
    Page: origin + pathname,
  }
}

type ActionProps = {
  action: ErrorAction
  problem: ApiProblem
  details: Entries
  retry: () => unknown
}

/** One action that fits the failure, and at most one alternative. */
function Action({ action: { kind, label = 'Continue' }, problem, details, retry }: ActionProps) {
  const continueUrl = useContinueUrl(problem.signInUrl)
  if (kind === 'home') return <ButtonLink href={appAddress(pages.home)}>Home</ButtonLink>
  if (kind === 'continue') return <ButtonLink href={continueUrl}>{label}</ButtonLink>
  const copied = asLines(details)
  if (kind === 'ask') {
    return (
      <div className={css.actions}>
        <ButtonLink href={continueUrl}>{label}</ButtonLink>
        <CopyButton text={copied} label="Copy details for your administrator" wide />
      </div>
    )
  }
  if (kind === 'details') {
    return (
      <div className={css.actions}>
        <CopyButton text={copied} label="Copy details" wide />
      </div>
    )
  }
  return (
    <div className={css.actions}>
      <TryAgain problem={problem} retry={retry} variant={kind === 'wait' ? 'outline' : 'primary'} />
      {kind === 'report' && <CopyButton text={copied} label="Copy details" wide />}
    </div>
  )
}

type TryAgainProps = Pick<ActionProps, 'problem' | 'retry'> & { variant: 'primary' | 'outline' }

/** Stays disabled until the server accepts another request. */
function TryAgain({ problem, retry, variant }: TryAgainProps) {
  const left = useSecondsLeft(problem)
  const waited = problem.retryAfter !== undefined
  const ready = waited && left === 0
  useEffect(() => {
    if (ready) announce('You can try again now.')
  }, [ready])
  const onClick = () => {
    // The focus would be lost when the button is removed with its card.
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
    void retry()
  }
  return (
    <>
      {waited && (
        <p className={css.when}>You can try again {left ? `in ${inSeconds(left)}` : 'now'}.</p>
      )}
      <Button variant={variant} disabled={left > 0} onClick={onClick}>
        Try again
      </Button>
    </>
  )
}
