/** What every card of a failed call has. */
import { type ReactNode, useEffect } from 'react'
import { announce, type ApiProblem } from '@gatehouse/react'
import { appearance } from '@gatehouse/shared/appearance'
import { Button } from '../ui/button.tsx'
import { formatClock } from '../ui/format.ts'
import { focusHeading } from '../ui/page-focus.tsx'
import css from './error-card.module.css'
import { useSecondsLeft } from './retry-countdown.tsx'
import { actions, details as names } from './words.ts'

export type FailureProps = {
  problem: ApiProblem
  retry: () => unknown
  heading?: 'h1' | 'h2' | undefined
}

/** What support needs to know. The query of the address is left out: a search may name people. */
export function detailsOf(
  problem: ApiProblem,
  permissions = problem.scopes,
): Record<string, string | undefined> {
  const { origin, pathname } = window.location
  return {
    [names.app]: appearance.name,
    [names.problem]: [problem.code, problem.reason].filter(Boolean).join(', '),
    [names.api]: problem.api,
    [names.status]: problem.status ? String(problem.status) : undefined,
    [names.permissions]: permissions.join(', ') || undefined,
    [names.roles]: problem.roles.join(', ') || undefined,
    [names.groups]: problem.groups.join(', ') || undefined,
    [names.requestId]: problem.requestId,
    [names.time]: new Date(problem.at).toISOString(),
    [names.page]: origin + pathname,
  }
}

export function Actions({ children }: { children: ReactNode }) {
  return <div className={css.actions}>{children}</div>
}

type TryAgainProps = Pick<FailureProps, 'problem' | 'retry'> & { variant: 'primary' | 'outline' }

/** Stays disabled until the server accepts another request, and counts down to that. */
export function TryAgain({ problem, retry, variant }: TryAgainProps) {
  const left = useSecondsLeft(problem)
  const ready = problem.retryAfter !== undefined && left === 0
  useEffect(() => {
    if (ready) announce(actions.tryAgainNow)
  }, [ready])
  const onClick = () => {
    // The focus would be lost when the button is removed with its card.
    focusHeading()
    void retry()
  }
  const time = left < 60 ? actions.shortSeconds(left) : formatClock(left * 1000)
  return (
    <Button variant={variant} disabled={left > 0} onClick={onClick} className={css.countdown}>
      {left > 0 ? actions.tryAgainIn(time) : actions.tryAgain}
    </Button>
  )
}
