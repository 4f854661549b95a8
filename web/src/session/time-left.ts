import { useQueryClient } from '@tanstack/react-query'
import type { SignedIn } from '@gatehouse/shared/session'
import { useEffect } from 'react'
import { useNow } from '../ui/use-now.ts'
import { sessionQuery } from './session.ts'

/** How much of a session is left, in ms, and its whole length; `now` is the server's clock. */
export function timeLeft(session: SignedIn, now: number): { left: number; whole: number } {
  const end = Math.min(Date.parse(session.expiresAt), Date.parse(session.absoluteExpiresAt))
  return {
    left: Math.max(0, end - now),
    whole: Math.max(1, end - Date.parse(session.startedAt)),
  }
}

/** The server's clock in ms, as far as this browser can tell: its own clock may be wrong. */
export function useServerNow(session: SignedIn, everyMs: number): number {
  const state = useQueryClient().getQueryState(sessionQuery.queryKey)
  const now = useNow(everyMs)
  return state?.data?.now === session.now
    ? Date.parse(session.now) + now - state.dataUpdatedAt
    : now
}

/** Asks the server once more when the session should be over, so that an idle page notices it by itself. */
export function useSessionEnd(session: SignedIn): void {
  const client = useQueryClient()
  useEffect(() => {
    const { left } = timeLeft(session, Date.parse(session.now))
    const timer = setTimeout(() => void client.refetchQueries(sessionQuery), left + 1000)
    return () => clearTimeout(timer)
  }, [client, session])
}
