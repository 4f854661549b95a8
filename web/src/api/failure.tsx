import { useEffect } from 'react'
import { announce, ApiProblem, useContinueUrl } from '@gatehouse/react'
import { asLines, Details, type Entries } from '../ui/details.tsx'
import { MessageCard } from '../ui/message-card.tsx'
import { type OwnWords, type Words, wordsFor } from './messages.ts'
import { pages } from '@gatehouse/shared/paths'
import { Button, ButtonLink } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import css from './failure.module.css'
import { inSeconds, useSecondsLeft } from './query-view.tsx'

type Props = {
  error: Error
  retry: () => unknown
  /** Instead of the general words, where the page knows better ones. */
  words?: OwnWords | undefined
  heading?: 'h1' | 'h2' | undefined
}

/** Stands where the data would: what happened, whose it is, one thing to do, and details to send. */
export function Failure({ error, retry, words: own, heading = 'h2' }: Props) {
  const problem =
    error instanceof ApiProblem ? error : new ApiProblem('unreadable', 0, { cause: error })
  const words = wordsFor(problem, own)
  const details = detailsOf(problem)
  // A card that is an alert would be read again with every second that its number loses.
  const moves = problem.retryAfter !== undefined
  useEffect(() => {
    if (moves) announce(`${words.title}. ${words.text}`)
  }, [moves, words.title, words.text])
  return (
    <MessageCard
      icon={words.icon}
      tone={words.tone}
      title={words.title}
      heading={heading}
      alert={!moves}
    >
      <p>{words.text}</p>
      <Action words={words} problem={problem} details={details} retry={retry} />
      <Details title="Details" entries={details} copy={!['ask', 'report'].includes(words.remedy)} />
    </MessageCard>
  )
}

/** What somebody who is asked for help wants to know. The search is left out: it may name people. */
function detailsOf(problem: ApiProblem): Record<string, string | undefined> {
  const { origin, pathname } = window.location
  return {
    App: 'Gatehouse',
    Problem: [problem.code, problem.reason].filter(Boolean).join(', '),
    Status: problem.status ? String(problem.status) : undefined,
    Permissions: problem.scopes.join(', ') || undefined,
    'Request id': problem.requestId,
    Time: new Date(problem.at).toISOString(),
    Page: origin + pathname,
  }
}

type ActionProps = { words: Words; problem: ApiProblem; details: Entries; retry: () => unknown }

/** The one thing to do about a failure, and at most one other way. */
function Action({ words: { remedy, action = 'Continue' }, problem, ...rest }: ActionProps) {
  const continueUrl = useContinueUrl(problem.signInUrl)
  if (remedy === 'home') return <ButtonLink href={pages.home}>Home</ButtonLink>
  if (remedy === 'continue') return <ButtonLink href={continueUrl}>{action}</ButtonLink>
  const copied = asLines(rest.details)
  if (remedy === 'ask') {
    return (
      <div className={css.actions}>
        <ButtonLink href={continueUrl}>{action}</ButtonLink>
        <CopyButton text={copied} label="Copy details for your administrator" wide />
      </div>
    )
  }
  return (
    <div className={css.actions}>
      <TryAgain problem={problem} look={remedy === 'wait' ? 'outline' : 'primary'} {...rest} />
      {remedy === 'report' && <CopyButton text={copied} label="Copy details" wide />}
    </div>
  )
}

type TryAgainProps = Pick<ActionProps, 'problem' | 'retry'> & { look: 'primary' | 'outline' }

/** Not before the server wants to be asked again. */
function TryAgain({ problem, retry, look }: TryAgainProps) {
  const left = useSecondsLeft(problem)
  const waited = problem.retryAfter !== undefined
  const ready = waited && left === 0
  useEffect(() => {
    if (ready) announce('You can try again now.')
  }, [ready])
  const onClick = () => {
    // The button goes with its card, and would take the focus along.
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
    void retry()
  }
  return (
    <>
      {waited && (
        <p className={css.when}>You can try again {left ? `in ${inSeconds(left)}` : 'now'}.</p>
      )}
      <Button look={look} disabled={left > 0} onClick={onClick}>
        Try again
      </Button>
    </>
  )
}
