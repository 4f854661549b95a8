import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import type { SignedIn } from '@gatehouse/contract/session'
import { useEffect, useState } from 'react'
import { serverNow } from './server-clock.ts'
import { useOtherTabs } from './session-channel.ts'
import { askAgain, sessionQuery, setSignedOut, useForgetting } from './session.ts'
import { useReturn } from './use-refetch-on-return.ts'

/** Keeps what this page knows of the session true while it is open: once, near the root of the app. */
export function useSessionWatch(): void {
  useForgetting()
  useOtherTabs()
  useReturn()
}

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

/** How often the last minutes are checked against the server, in ms: work in another tab moves the end. */
const checkEveryMs = 30_000

/** When the server is asked for the last time, in ms before the end. */
const lastCheckMs = 3000

/**
 * Looks after the end of a session: asks the server whether it has moved, and ends it at zero.
 *
 * @returns what is left in ms, if it is time to warn; undefined before that
 */
export function useSessionEnding(session: SignedIn): number | undefined {
  const client = useQueryClient()
  const left = useLastMinutes(session)
  const check = checkOf(left)
  useEffect(() => {
    if (check === undefined) return
    const { data } = client.getQueryState(sessionQuery.queryKey) ?? {}
    const fresh = data && serverNow() - Date.parse(data.now) < 2000
    if (check === 'over') setSignedOut(client, 'ended')
    if (check === 'over' || !fresh) void askAgain(client)
  }, [client, check])
  useActivity(client, left <= warnMs)
  // Nobody is warned by an old answer: requests since then may have moved the end. A server that does
  // not answer is not waited for.
  const asked = timeLeft(session, Date.parse(session.now)).left
  const soon = asked <= warnMs || left <= warnMs - 10_000
  return soon && left <= warnMs && left > 0 ? left : undefined
}

/** Changes whenever the server has to be asked. */
function checkOf(left: number): number | 'last' | 'over' | undefined {
  if (left > warnMs) return undefined
  if (left === 0) return 'over'
  return left <= lastCheckMs ? 'last' : Math.ceil(left / checkEveryMs)
}

/** What a person does in the last minutes moves the end as well: then the warning is wrong at once. */
function useActivity(client: QueryClient, near: boolean): void {
  useEffect(() => {
    if (!near) return undefined
    return client.getQueryCache().subscribe((event) => {
      if (event.type !== 'updated' || event.action.type !== 'success') return
      if (event.query.queryKey[0] !== sessionQuery.queryKey[0]) void askAgain(client)
    })
  }, [client, near])
}
