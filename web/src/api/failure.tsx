import { useEffect } from 'react'
import { announce } from '../ui/announce.ts'
import { Details } from '../ui/details.tsx'
import { MessageCard } from '../ui/message-card.tsx'
import { ApiProblem } from './api-problem.ts'
import { wordsFor, type OwnWords } from './problem-words.ts'
import { Action } from './action.tsx'

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
