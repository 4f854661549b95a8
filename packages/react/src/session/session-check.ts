/**
 * Confirms the session after the user may have been away: private data is hidden until the server has said
 * whose session it is now, and the server is asked until it answers.
 */
import { useEffect, useLayoutEffect, useState, useSyncExternalStore } from 'react'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { ApiProblem, retryAt } from '../api/call.ts'
import { refetchSession, sessionQuery, useSession } from './session.ts'

const pollMs = 5000
/** A timer that is so much late has slept with the computer, in ms. */
const sleepThresholdMs = 5000
/** An answer that has just come needs no other one, in ms: a page gets the focus when it is loaded. */
const freshMs = 2000
/** After an older answer, data is hidden as soon as the user comes back, in ms. */
const trustMs = 60_000
/** How long a check may take before data is hidden, and then before the user is told, in ms. */
const patienceMs = 1000
/** The longest wait between two questions, in ms. */
const longestWaitMs = 30_000

/**
 * `confirmed`: nothing is hidden. `hidden`: the server is being asked. `late`: for so long that the user has
 * to be told. `answered`: the page is hidden until it shows what the server said.
 */
type CheckState = 'confirmed' | 'hidden' | 'late' | 'answered'

/** One page's check. It asks until there is an answer, with growing waits; see `useSessionCheck`. */
export class SessionCheck {
  readonly #client: QueryClient
  readonly #listeners = new Set<() => void>()
  #state: CheckState = 'confirmed'
  #isOpen = false
  #isAsking = false
  /** Numbers the requests: only the newest one decides what happens next. */
  #turn = 0
  #failures = 0
  /** What had the focus: a hidden element loses it. */
  #focused: Element | null = null
  #hideTimer: ReturnType<typeof setTimeout> | undefined
  #lateTimer: ReturnType<typeof setTimeout> | undefined
  #retryTimer: ReturnType<typeof setTimeout> | undefined

  constructor(client: QueryClient) {
    this.#client = client
  }

  readonly state = (): CheckState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Follows the answers of the server, whichever part asked. @returns a function that stops everything */
  start(): () => void {
    const stop = this.#client.getQueryCache().subscribe((event) => {
      const isSession = event.query.queryKey[0] === sessionQuery.queryKey[0]
      if (isSession && event.type === 'updated' && event.action.type === 'success') this.#answered()
    })
    return () => {
      stop()
      // An answer that is still on its way changes nothing any more.
      this.#turn += 1
      this.#isAsking = false
      this.#close()
      this.reveal()
    }
  }

  isAsking(): boolean {
    return this.#isAsking
  }

  /** How old the server's last answer is, in ms by the browser's clock; undefined without one. */
  age(): number | undefined {
    const { data, dataUpdatedAt = 0 } = this.#client.getQueryState(sessionQuery.queryKey) ?? {}
    return data && Math.abs(Date.now() - dataUpdatedAt)
  }

  /**
   * The user is back.
   *
   * @param returned `away`: hides at once, because the page cannot know what happened meanwhile. `present`:
   * hides if the server does not answer soon and the last answer is old
   */
  begin(returned: 'away' | 'present'): void {
    const data = this.#client.getQueryData(sessionQuery.queryKey)
    // A page that shows no session has nothing to hide.
    if (!data?.signedIn) this.reveal()
    else if (returned === 'away') this.hide()
    else this.#hideSoon()
    this.#isOpen = true
    void this.#ask()
  }

  /** Hides the page now: in the same step, because a page that is left for the browser's cache stops here. */
  hide(): void {
    this.#stopHiding()
    this.#focused ??= document.activeElement
    // `visibility` and not `display`: the page keeps its height, and with it the scroll position for Back.
    document.documentElement.style.visibility = 'hidden'
    if (this.#state === 'late') return
    this.#setState('hidden')
    clearTimeout(this.#lateTimer)
    this.#lateTimer = setTimeout(() => this.#setState('late'), patienceMs)
  }

  /** Shows the page again. */
  reveal(): void {
    this.#stopHiding()
    clearTimeout(this.#lateTimer)
    document.documentElement.style.visibility = ''
    this.#setState('confirmed')
    const focused = this.#focused
    this.#focused = null
    const isLost = document.activeElement === null || document.activeElement === document.body
    if (isLost && focused instanceof HTMLElement) focused.focus({ preventScroll: true })
  }

  #hideSoon(): void {
    if (this.#hideTimer !== undefined) return
    const untilOld = trustMs - (this.age() ?? trustMs)
    this.#hideTimer = setTimeout(() => this.hide(), Math.max(patienceMs, untilOld))
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#retryTimer)
    const turn = (this.#turn += 1)
    this.#isAsking = true
    // It cancels a request that is under way: its answer may be from before the sleep.
    await refetchSession(this.#client)
    if (turn !== this.#turn) return
    this.#isAsking = false
    if (!this.#isOpen) return
    this.#failures += 1
    const { error } = this.#client.getQueryState(sessionQuery.queryKey) ?? {}
    this.#retryTimer = setTimeout(() => void this.#ask(), waitMs(this.#failures, error))
  }

  #answered(): void {
    this.#close()
    this.#stopHiding()
    clearTimeout(this.#lateTimer)
    if (this.#state !== 'confirmed') this.#setState('answered')
  }

  #stopHiding(): void {
    clearTimeout(this.#hideTimer)
    this.#hideTimer = undefined
  }

  #close(): void {
    this.#isOpen = false
    this.#failures = 0
    clearTimeout(this.#retryTimer)
  }

  #setState(state: CheckState): void {
    if (state === this.#state) return
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}

/** Until the next question, in ms: 1 s, 2 s, 4 s … 30 s, and never before the server's Retry-After. */
function waitMs(failures: number, error: unknown): number {
  const wait = Math.min(1000 * 2 ** (failures - 1), longestWaitMs)
  return error instanceof ApiProblem ? Math.max(wait, retryAt(error) - Date.now()) : wait
}

/** What a page tells the user about the check of its session. */
export interface SessionCheckStatus {
  /** The page is hidden, and the server has not answered for a second. */
  isLate: boolean
  askNow: () => void
}

/** Checks the session of this page whenever the user comes back. */
export function useSessionCheck(): SessionCheckStatus {
  const client = useQueryClient()
  const [check] = useState(() => new SessionCheck(client))
  useEffect(() => {
    const stop = check.start()
    const stopListening = listenForReturns(check)
    return () => {
      stopListening()
      stop()
    }
  }, [check])
  const state = useSyncExternalStore(check.subscribe, check.state)
  const { data } = useSession()
  // In the same commit as the page that the answer leads to: the old one would be visible for a frame.
  useLayoutEffect(() => {
    if (state === 'answered' && data === client.getQueryData(sessionQuery.queryKey)) check.reveal()
  }, [check, client, state, data])
  return { isLate: state === 'late', askNow: () => check.begin('away') }
}

/** @returns a function that stops it */
export function listenForReturns(check: SessionCheck): () => void {
  let seen = clocks()
  const isOld = () => (check.age() ?? 0) > trustMs
  const isFresh = () => (check.age() ?? 0) < freshMs
  const timer = setInterval(() => {
    const before = seen
    seen = clocks()
    // Browsers slow the timers of hidden tabs down. Such a tab is checked when it is shown.
    if (document.visibilityState === 'visible' && hasSlept(before, seen)) check.begin('away')
  }, pollMs)
  const onFocus = () => {
    // Never hidden at once: the click that brings the focus would miss what it aims at.
    if (!isFresh() && !check.isAsking()) check.begin('present')
  }
  const onVisible = () => {
    if (document.visibilityState !== 'visible') return
    seen = clocks()
    if (!isFresh()) check.begin(isOld() ? 'away' : 'present')
  }
  const onOnline = () => check.begin(isOld() ? 'away' : 'present')
  const onHide = () => check.hide()
  const onShow = ({ persisted }: PageTransitionEvent) => {
    if (persisted) check.begin('away')
  }
  document.addEventListener('visibilitychange', onVisible)
  window.addEventListener('focus', onFocus)
  window.addEventListener('online', onOnline)
  window.addEventListener('pagehide', onHide)
  window.addEventListener('pageshow', onShow)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', onVisible)
    window.removeEventListener('focus', onFocus)
    window.removeEventListener('online', onOnline)
    window.removeEventListener('pagehide', onHide)
    window.removeEventListener('pageshow', onShow)
  }
}

type Clocks = { wall: number; steady: number }

function clocks(): Clocks {
  return { wall: Date.now(), steady: performance.now() }
}

/** During sleep, `performance.now()` stops on some systems, and `Date.now()` does not. */
function hasSlept(before: Clocks, after: Clocks): boolean {
  const passed = Math.max(after.wall - before.wall, after.steady - before.steady)
  return passed > pollMs + sleepThresholdMs
}
