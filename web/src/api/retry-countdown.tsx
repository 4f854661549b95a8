import { useEffect } from 'react'
import { announce, type ApiProblem, retryAt } from '@gatehouse/react'
import { Callout } from '../ui/callout.tsx'
import { MessageCard } from '../ui/card.tsx'
import { clock } from '../ui/icons.generated.ts'
import { useNow } from '../ui/time.tsx'
import { messageFor } from './error-messages.ts'

type Props = { problem: ApiProblem; besideData: boolean }

/** Says why an automatic retry waits, and for how long. */
export function RetryCountdown({ problem, besideData }: Props) {
  const { title } = messageFor(problem)
  const left = useSecondsLeft(problem)
  useEffect(() => {
    // Once: a screen reader would read a moving number every second.
    announce(`${title}. We try again in ${inSeconds(problem.retryAfter ?? 0)}.`)
  }, [title, problem])
  const when = left ? `in ${inSeconds(left)}` : 'now'
  if (besideData) {
    return (
      <Callout icon={clock} tone="warning">
        <p>
          <strong>{title}.</strong> We try again {when}.
        </p>
      </Callout>
    )
  }
  return (
    <MessageCard icon={clock} tone="warning" title={title} heading="h2">
      <p>We try again {when}.</p>
    </MessageCard>
  )
}

/** Whole seconds until the server accepts another request; 0 after that. */
export function useSecondsLeft(problem: ApiProblem): number {
  return Math.max(0, Math.ceil((retryAt(problem) - useNow(250)) / 1000))
}

/** "1 second", "7 seconds". */
export function inSeconds(count: number): string {
  return count === 1 ? '1 second' : `${count} seconds`
}
