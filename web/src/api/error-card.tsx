import { lazy, Suspense, useEffect } from 'react'
import { announce, ApiProblem, appAddress, useContinueUrl } from '@gatehouse/react'
import { pages } from '@gatehouse/shared/paths'
import { ButtonLink } from '../ui/button.tsx'
import { MessageCard } from '../ui/card.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { asLines, Details, type Entries } from '../ui/details.tsx'
import { Spinner } from '../ui/progress.tsx'
import { type ErrorAction, messageFor, type MessageOverrides } from './error-messages.ts'
import { Actions, detailsOf, TryAgain } from './error-parts.tsx'
import { OfflineCard } from './offline-card.tsx'
import { actions, waiting } from './words.ts'

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
  if (problem.code === 'interaction_required' && problem.reason === 'consent') {
    return (
      <Suspense fallback={<Spinner />}>
        <ConsentCard problem={problem} retry={retry} heading={heading} />
      </Suspense>
    )
  }
  return <GeneralCard problem={problem} retry={retry} messages={messages} heading={heading} />
}

/** The server has just answered, so its code can be fetched. */
const ConsentCard = lazy(() => import('./consent-card.tsx'))

type GeneralProps = Omit<Props, 'error'> & { problem: ApiProblem; heading: 'h1' | 'h2' }

function GeneralCard({ problem, retry, messages, heading }: GeneralProps) {
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
const copies = new Set<ErrorAction['kind']>(['no-access', 'report', 'details'])

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
