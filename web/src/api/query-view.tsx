import { useEffect } from 'react'
import { announce, type ApiProblem, openAgainAt } from '@gatehouse/react'
import { clock } from '../ui/icons.generated.ts'
import { MessageCard } from '../ui/message-card.tsx'
import { Note } from '../ui/note.tsx'
import { useNow } from '../ui/time.tsx'
import { wordsFor } from './messages.ts'

type Props = { problem: ApiProblem; besideData: boolean }

/** While we wait to ask again by ourselves: why, and for how long. */
export function Wait({ problem, besideData }: Props) {
  const { title } = wordsFor(problem)
  const left = useSecondsLeft(problem)
  useEffect(() => {
    // Once. A number that moves would talk without end.
    announce(`${title}. We try again in ${inSeconds(problem.retryAfter ?? 0)}.`)
  }, [title, problem])
  const when = left ? `in ${inSeconds(left)}` : 'now'
  if (besideData) {
    return (
      <Note icon={clock} tone="warning">
        <p>
          <strong>{title}.</strong> We try again {when}.
        </p>
      </Note>
    )
  }
  return (
    <MessageCard icon={clock} tone="warning" title={title} heading="h2">
      <p>We try again {when}.</p>
    </MessageCard>
  )
}

/** Whole seconds until the server may be asked again; 0 once that is so. */
export function useSecondsLeft(problem: ApiProblem): number {
  return Math.max(0, Math.ceil((openAgainAt(problem) - useNow(250)) / 1000))
}

export function inSeconds(count: number): string {
  return count === 1 ? '1 second' : `${count} seconds`
}
