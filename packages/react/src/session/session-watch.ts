import { useEffect, useState } from 'react'
import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { hostRedirected, noAutomaticSignIn } from '@gatehouse/contract/paths'
import type { SignedIn } from '@gatehouse/contract/session'
import { extendMutation } from '../actions.ts'
import { serverNow } from './server-clock.ts'
import { useSessionChannel } from './session-channel.ts'
import { type SessionCheckStatus, useSessionCheck } from './session-check.ts'
import { refetchSession, sessionQuery, setSignedOut, useClearCacheOnSignOut } from './session.ts'
import { useClearStorageOnSignOut } from '../storage.ts'

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
  useEffect(hideMarkers, [])
  useClearCacheOnSignOut()
  useClearStorageOnSignOut(keepInStorage)
  useSessionChannel()
  useDeviceOffer()
  return useSessionCheck()
}

function useDeviceOffer(): void {
  const client = useQueryClient()
  useEffect(() => acceptDeviceOffer(client), [client])
}

/** When the first data and images of a page are there, as a rule, in ms. */
const offerAfterMs = 3000

/**
 * Lets the browser bind the session to its device: it does so with the header of `GET /api/session`, which no page
 * brings. Once per page, and only if nothing has asked for the session yet: that answer had the header. Not at once: what
 * the page asks for while the browser registers comes without a proof, and images are not asked for again.
 *
 * @returns a function that stops it
 */
export function acceptDeviceOffer(client: QueryClient): () => void {
  const accept = () => {
    const state = client.getQueryState(sessionQuery.queryKey)
    const isAsked = !state || state.dataUpdateCount + state.errorUpdateCount > 0
    if (isAsked || state.fetchStatus !== 'idle') return
    if (state.data?.signedIn && state.data.deviceOffer) void refetchSession(client)
  }
  // Safari binds no sessions, and has no idle time to ask for.
  if (!('requestIdleCallback' in window)) return () => undefined
  let handle: number | undefined
  const timer = setTimeout(() => (handle = window.requestIdleCallback(accept)), offerAfterMs)
  return () => {
    clearTimeout(timer)
    if (handle !== undefined) window.cancelIdleCallback(handle)
  }
}

/** How long before the end of a session the user is warned at most, in ms. */
const maxWarnMs = 5 * 60_000

/** How often the end is checked with the server after that, in ms: work in another tab moves it. */
const checkEveryMs = 30_000

/** When the server is asked for the last time, in ms before the end. */
const lastCheckMs = 3000

/**
 * Follows the end of a session: extends it while the user is active on the page, asks the server whether it
 * has moved, and signs the user out at zero.
 *
 * @returns the time left in ms, once the user is to be warned; undefined before that
 */
export function useSessionEnding(session: SignedIn): number | undefined {
  const client = useQueryClient()
  const warnMs = warnBefore(session)
  const left = useTimeLeft(session)
  const check = checkOf(left, warnMs)
  useExtendOnActivity(client, session)
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

/** Five minutes, and half of a short idle time: a warning that is always there warns of nothing. In ms. */
export function warnBefore({ idleSeconds }: SignedIn): number {
  return Math.min(maxWarnMs, (idleSeconds * 1000) / 2)
}

/** Takes what the server added for itself out of the address. */
function hideMarkers(): void {
  const shown = withoutMarkers(window.location)
  if (shown !== undefined) window.history.replaceState(window.history.state, '', shown)
}

/**
 * The whole address, with its origin: the path `//other.example` alone would be the address of another site, and the
 * browser would throw.
 *
 * @returns undefined if there is nothing to take out
 */
export function withoutMarkers({
  origin,
  pathname,
  search,
  hash,
}: Pick<Location, 'origin' | 'pathname' | 'search' | 'hash'>): string | undefined {
  const rest = search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== noAutomaticSignIn && pair !== hostRedirected)
  const shown = rest.join('&')
  if (shown === search.slice(1)) return undefined
  return `${origin}${pathname}${shown && `?${shown}`}${hash}`
}

/** What shows that a user is there, beside requests. Moving the mouse is not meant to. */
const activity = ['click', 'keyup', 'wheel', 'touchmove'] as const

/**
 * Reading and typing send no requests, so the page tells the server, at most ten times per idle time.
 *
 * @returns a function that stops it
 */
export function extendOnActivity(
  client: QueryClient,
  session: SignedIn,
  extend: () => Promise<unknown>,
): () => void {
  const idleMs = session.idleSeconds * 1000
  const isFinal = sessionEnd(session) >= Date.parse(session.absoluteExpiresAt)
  let nextAt = Date.parse(session.expiresAt) - idleMs * 0.9
  const onActivity = () => {
    // A command of the page tells the server as well; an extension must not follow a sign-out.
    if (isFinal || serverNow() < nextAt || client.isMutating() > 0) return
    nextAt = serverNow() + idleMs / 10
    // If it fails, the next activity after that tries again.
    extend().catch(() => undefined)
  }
  for (const type of activity) window.addEventListener(type, onActivity, { passive: true })
  return () => {
    for (const type of activity) window.removeEventListener(type, onActivity)
  }
}

function useExtendOnActivity(client: QueryClient, session: SignedIn): void {
  const { mutateAsync } = useMutation(extendMutation(client))
  useEffect(() => extendOnActivity(client, session, mutateAsync), [client, session, mutateAsync])
}

/** Changes whenever the server has to be asked. */
function checkOf(left: number, warnMs: number): number | 'last' | 'over' | undefined {
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
  const warnMs = warnBefore(session)
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
  }, [session, warnMs])
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
