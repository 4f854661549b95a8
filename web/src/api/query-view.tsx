import { type ComponentType, lazy, type ReactNode, Suspense } from 'react'
import type { ApiProblem } from '@gatehouse/react'
import { Spinner } from '../ui/progress.tsx'
import { ErrorCard } from './error-card.tsx'
import type { MessageOverrides } from './error-messages.ts'
import type { CountdownProps } from './retry-countdown.tsx'

/** The part of `useQuery`’s result that is drawn here. */
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
  /** Stands in while the data loads. */
  placeholder?: ReactNode
  /** Replace the general error messages. */
  messages?: MessageOverrides
  heading?: 'h1' | 'h2'
}

/**
 * Its code is fetched with it. A server that is too busy to send that leaves the page as it is: the request is repeated all the
 * same, and what the page shows is no less true.
 */
const RetryCountdown = lazy<ComponentType<CountdownProps>>(() =>
  import('./retry-countdown.tsx').catch(() => ({ default: ({ instead }) => instead })),
)

/** Draws a query: its data, its error, or a placeholder while it loads. */
export function QueryView<T>({
  query,
  children,
  placeholder = <Spinner />,
  messages,
  heading,
}: Props<T>) {
  const { data, error, failureReason, isPlaceholderData } = query
  // If the user has to sign in again or may no longer see the data, it is removed. After any other
  // failure, old data is better than none.
  if (error && (data === undefined || isRefusal(error))) {
    return <ErrorCard error={error} retry={query.refetch} messages={messages} heading={heading} />
  }
  const waitingFor = failureReason?.retryAfter === undefined ? undefined : failureReason
  if (data === undefined) {
    if (!waitingFor) return placeholder
    return (
      <Suspense fallback={placeholder}>
        <RetryCountdown problem={waitingFor} besideData={false} instead={placeholder} />
      </Suspense>
    )
  }
  return (
    <>
      {waitingFor && isPlaceholderData && (
        <Suspense fallback={null}>
          <RetryCountdown problem={waitingFor} besideData instead={null} />
        </Suspense>
      )}
      {children(data)}
    </>
  )
}

/** A proof of the device that is missing says nothing of the user, and comes with one of the next requests. */
function isRefusal({ status, code }: ApiProblem): boolean {
  return (status === 401 && code !== 'device_proof_required') || status === 403
}
