import { type ReactNode, useEffect } from 'react'
import { announce, type ApiProblem, retryAt } from '@gatehouse/react'
import { Callout } from '../ui/callout.tsx'
import { MessageCard } from '../ui/card.tsx'
import { clock } from '../ui/icons.generated.ts'
import { useNow } from '../ui/time.tsx'
import { messageFor } from './error-messages.ts'
import { waiting as words } from './words.ts'

export type CountdownProps = {
  problem: ApiProblem
  besideData: boolean
  /** What is shown if this code does not come. */
  instead: ReactNode
}

/** Says why an automatic retry waits, and for how long. */
export default function RetryCountdown({ problem, besideData }: CountdownProps) {
  const { title } = messageFor(problem)
  const left = useSecondsLeft(problem)
  useEffect(() => {
    // Once: a screen reader would read a moving number every second.
    announce(words.announcement(title, words.in(problem.retryAfter ?? 0)))
  }, [title, problem])
  const when = left ? words.in(left) : words.now
  if (besideData) {
    return (
      <Callout icon={clock} tone="warning">
        <p>
          <strong>{title}.</strong> <span>{when}</span>
        </p>
      </Callout>
    )
  }
  return (
    <MessageCard icon={clock} tone="warning" title={title} heading="h2">
      <p>{when}</p>
    </MessageCard>
  )
}

/** Whole seconds until the server accepts another request; 0 after that. */
export function useSecondsLeft(problem: ApiProblem): number {
  return Math.max(0, Math.ceil((retryAt(problem) - useNow(250)) / 1000))
}

/** "1 second", "7 seconds". */
export function inSeconds(count: number): string {
  return words.seconds(count)
}
