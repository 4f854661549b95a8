/** The card for a failure that an answer told. Its code is fetched with it: the server has just answered. */
import { useEffect } from 'react'
import { announce, appAddress, useContinueUrl } from '@gatehouse/react'
import { pages } from '@gatehouse/shared/paths'
import { ButtonLink } from '../ui/button.tsx'
import { MessageCard } from '../ui/card.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { asLines, Details, type Entries } from '../ui/details.tsx'
import { ConsentCard } from './consent-card.tsx'
import { type ErrorAction, messageFor, type MessageOverrides } from './error-messages.ts'
import { Actions, detailsOf, type FailureProps, TryAgain } from './error-parts.tsx'
import { SupportLink } from './support-link.tsx'
import { actions, waiting } from './words.ts'

type Props = FailureProps & {
  /** Replace the general messages. */
  messages?: MessageOverrides | undefined
}

export default function AnswerCard(props: Props) {
  const { code, reason } = props.problem
  const isConsent = code === 'interaction_required' && reason === 'consent'
  return isConsent ? <ConsentCard {...props} /> : <GeneralCard {...props} />
}

function GeneralCard({ problem, retry, messages, heading = 'h2' }: Props) {
  const { icon, tone, title, text, action, permissions } = messageFor(problem, messages)
  const details = detailsOf(problem, permissions)
  // A screen reader would read an alert again with every second of its countdown.
  const countsDown = problem.retryAfter !== undefined
  useEffect(() => {
    if (countsDown) announce(waiting.announcement(title, text))
  }, [countsDown, title, text])
  return (
    <MessageCard icon={icon} tone={tone} title={title} heading={heading} alert={!countsDown}>
      <p>{text}</p>
      <Action action={action} problem={problem} details={details} retry={retry} />
      <SupportLink />
      <Details title={actions.details} entries={details} copy={!copies.has(action.kind)} />
    </MessageCard>
  )
}

/** Actions with a button that copies the details. */
const copies = new Set<ErrorAction['kind']>(['no-access', 'report', 'details'])

type ActionProps = Omit<FailureProps, 'heading'> & { action: ErrorAction; details: Entries }

/** One action that fits the failure, and at most one alternative. */
function Action({ action, problem, details, retry }: ActionProps) {
  const { kind, label = actions.continue } = action
  const continueUrl = useContinueUrl(problem.signInUrl)
  const copy = (text: string) => <CopyButton text={asLines(details)} label={text} wide />
  if (kind === 'home') return <ButtonLink href={appAddress(pages.home)}>{actions.home}</ButtonLink>
  if (kind === 'continue') return <ButtonLink href={continueUrl}>{label}</ButtonLink>
  if (kind === 'no-access') {
    return (
      <Actions>
        <ButtonLink href={appAddress(pages.home)}>{actions.home}</ButtonLink>
        {copy(actions.copyForAdministrator)}
      </Actions>
    )
  }
  if (kind === 'details') return <Actions>{copy(actions.copyDetails)}</Actions>
  return (
    <Actions>
      <TryAgain problem={problem} retry={retry} variant="primary" />
      {kind === 'report' && copy(actions.copyDetails)}
    </Actions>
  )
}
