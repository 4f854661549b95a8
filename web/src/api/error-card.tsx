import { lazy, Suspense } from 'react'
import { ApiProblem } from '@gatehouse/react'
import { reloadOnce } from '../reload-on-stale-chunk.ts'
import { Spinner } from '../ui/progress.tsx'
import { OfflineCard, UnreachableCard } from './connection/card.tsx'
import type { MessageOverrides } from './error-messages.ts'

type Props = {
  error: Error
  retry: () => unknown
  /** Replace the general messages. */
  messages?: MessageOverrides | undefined
  heading?: 'h1' | 'h2' | undefined
}

/** Replaces data that could not be loaded: what happened, one action, and details for support. */
export function ErrorCard({ error, ...props }: Props) {
  const problem =
    error instanceof ApiProblem ? error : new ApiProblem('unreadable', 0, { cause: error })
  const { code } = problem
  if (code === 'offline') return <OfflineCard {...props} />
  if (code === 'unreachable' || code === 'no_answer') return <UnreachableCard {...props} />
  return (
    <Suspense fallback={<Spinner />}>
      <AnswerCard problem={problem} {...props} />
    </Suspense>
  )
}

const AnswerCard = lazy(() => import('./answer-card.tsx').catch(reloadOnce))
