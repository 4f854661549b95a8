import type { SignedIn } from '@gatehouse/contract/session'
import { useEffect, useState } from 'react'
import { serverNow } from './server-clock.ts'

/** When people are told that a session ends, in ms before that. */
export const warnMs = 5 * 60_000

/** How much of a session is left, in ms, and its whole length; `now` is the server's clock. */
export function timeLeft(session: SignedIn, now: number): { left: number; whole: number } {
  const end = sessionEnd(session)
  return {
    left: Math.max(0, end - now),
    whole: Math.max(1, end - Date.parse(session.startedAt)),
  }
}

/** Whether staying signed in would move the end: by a minute at least, or it is not worth a button. */
export function canBeExtended(session: SignedIn): boolean {
  return Date.parse(session.absoluteExpiresAt) - sessionEnd(session) >= 60_000
}

/** What is left of a session, in ms. It moves on every second once the end is near, and sleeps before. */
export function useLastMinutes(session: SignedIn): number {
  const [left, setLeft] = useState(() => timeLeft(session, serverNow()).left)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    const look = () => {
      const now = timeLeft(session, serverNow()).left
      setLeft(now)
      if (now > 0) timer = setTimeout(look, now > warnMs ? now - warnMs : now % 1000 || 1000)
    }
    look()
    return () => clearTimeout(timer)
  }, [session])
  return left
}

function sessionEnd({ expiresAt, absoluteExpiresAt }: SignedIn): number {
  return Math.min(Date.parse(expiresAt), Date.parse(absoluteExpiresAt))
}
