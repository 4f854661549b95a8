import type { ReactNode } from 'react'
import { Waiting } from '../ui/waiting.tsx'
import type { ApiProblem } from '@gatehouse/react'
import { Failure } from './failure.tsx'
import type { OwnWords } from './messages.ts'
import { Wait } from './query-view.tsx'

/** As much of `useQuery`’s result as is drawn here. */
type Query<T> = {
  data: T | undefined
  error: ApiProblem | null
  failureReason: ApiProblem | null
  isPlaceholderData: boolean
  refetch: () => unknown
}

type Props<T> = {
  query: Query<T>
  /** Draws the data. */
  children: (data: T) => ReactNode
  /** Holds the place of data that is on its way. */
  waiting?: ReactNode
  words?: OwnWords
  heading?: 'h1' | 'h2'
}

/** What a query has come to: its data, why there is none, or the place where it will stand. */
export function Answer<T>({ query, children, waiting = <Waiting />, words, heading }: Props<T>) {
  const { data, error, failureReason, isPlaceholderData } = query
  // Data whose reader has to prove who it is, or may no longer see it, goes; an old answer to
  // another failure is better than none.
  if (error && (data === undefined || isRefusal(error))) {
    return <Failure error={error} retry={query.refetch} words={words} heading={heading} />
  }
  const held = failureReason?.retryAfter === undefined ? undefined : failureReason
  if (data === undefined) return held ? <Wait problem={held} besideData={false} /> : waiting
  return (
    <>
      {held && isPlaceholderData && <Wait problem={held} besideData />}
      {children(data)}
    </>
  )
}

function isRefusal({ status }: ApiProblem): boolean {
  return status === 401 || status === 403
}
