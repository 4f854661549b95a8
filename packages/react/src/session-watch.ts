import { useEffect, useState } from 'react'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import type { SignedIn } from '@gatehouse/contract/session'
import { serverNow } from './server-clock.ts'
import { useSessionChannel } from './session-channel.ts'
import { type SessionCheckStatus, useSessionCheck } from './session-check.ts'
import { refetchSession, sessionQuery, setSignedOut, useClearCacheOnSignOut } from './session.ts'
import { useClearStorageOnSignOut } from './storage.ts'

interface SessionWatchOptions {
  /** Keys of local storage that a sign-out leaves: they belong to the computer, not to the user. */
  keepInStorage?: readonly string[]
}

/**
 * Keeps the session that this page shows true while it is open. Use it once, near the root of the app.
 *
 * After the user was away, the whole page is hidden (`visibility` of the document) until the server has
 * confirmed the session.
 *
 * @returns whether that takes long: then show a notice, which needs `visibility: visible` to be seen
 */
export function useSessionWatch({
  keepInStorage = [],
}: SessionWatchOptions = {}): SessionCheckStatus {
  useClearCacheOnSignOut()
  useClearStorageOnSignOut(keepInStorage)
  useSessionChannel()
  return useSessionCheck()
}

/** How long before the end of a session the user is warned, in ms. */
const warnMs = 5 * 60_000

/** How often the end is checked with the server after that, in ms: work in another tab moves it. */
const checkEveryMs = 30_000

/** When the server is asked for the last time, in ms before the end. */
const lastCheckMs = 3000

/**
 * Follows the end of a session: asks the server whether it has moved, and signs the user out at zero.
 *
 * @returns the time left in ms, once the user is to be warned; undefined before that
 */
export function useSessionEnding(session: SignedIn): number | undefined {
  const client = useQueryClient()
  const left = useTimeLeft(session)
  const check = checkOf(left)
  useEffect(() => {
    if (check === undefined) return
    const { data } = client.getQueryState(sessionQuery.queryKey) ?? {}
    const fresh = data && serverNow() - Date.parse(data.now) < 2000
    if (check === 'over') setSignedOut(client, 'ended')
    if (check === 'over' || !fresh) void refetchSession(client)
  }, [client, check])
  useRefetchOnActivity(client, left <= warnMs)
  // An old answer gives no warning, because requests since then may have moved the end. If the server
  // does not answer within ten seconds, the warning comes without it.
  const leftWhenAsked = timeLeft(session, Date.parse(session.now)).left
  const confirmed = leftWhenAsked <= warnMs || left <= warnMs - 10_000
  return confirmed && left <= warnMs && left > 0 ? left : undefined
}

/** Changes whenever the server has to be asked. */
function checkOf(left: number): number | 'last' | 'over' | undefined {
  if (left > warnMs) return undefined
  if (left === 0) return 'over'
  return left <= lastCheckMs ? 'last' : Math.ceil(left / checkEveryMs)
}

/** Every answer of the API moves the end of the session, so the warning is out of date at once. */
function useRefetchOnActivity(client: QueryClient, active: boolean): void {
  useEffect(() => {
    if (!active) return undefined
    return client.getQueryCache().subscribe((event) => {
      if (event.type !== 'updated' || event.action.type !== 'success') return
      if (event.query.queryKey[0] !== sessionQuery.queryKey[0]) void refetchSession(client)
    })
  }, [client, active])
}

/** The time left in ms. It ticks every second during the last minutes, and sleeps before. */
function useTimeLeft(session: SignedIn): number {
  const [left, setLeft] = useState(() => timeLeft(session, serverNow()).left)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    const tick = () => {
      const now = timeLeft(session, serverNow()).left
      setLeft(now)
      if (now > 0) timer = setTimeout(tick, now > warnMs ? now - warnMs : now % 1000 || 1000)
    }
    tick()
    return () => clearTimeout(timer)
  }, [session])
  return left
}

/** The time left of a session and its whole length, in ms. @param now by the server's clock, in ms */
export function timeLeft(session: SignedIn, now: number): { left: number; whole: number } {
  const end = sessionEnd(session)
  return {
    left: Math.max(0, end - now),
    whole: Math.max(1, end - Date.parse(session.startedAt)),
  }
}

/** Whether *Stay signed in* would move the end by at least a minute; less is not worth a button. */
export function canBeExtended(session: SignedIn): boolean {
  return Date.parse(session.absoluteExpiresAt) - sessionEnd(session) >= 60_000
}

function sessionEnd({ expiresAt, absoluteExpiresAt }: SignedIn): number {
  return Math.min(Date.parse(expiresAt), Date.parse(absoluteExpiresAt))
}
