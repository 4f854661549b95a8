/** When a session ends. Both limits are kept on the server and inside the sealed record. */

/** Milliseconds. */
export interface Lifetimes {
  readonly idleMs: number
  readonly absoluteMs: number
}

/** Moments in milliseconds since the epoch. */
export interface SessionTimes {
  startedAt: number
  /** The last request that counts as activity, to the minute. */
  seenAt: number
}

/** Activity is written at most this often: a write per request would cost more than the request. */
const touchEveryMs = 60_000

export function idleEnd(times: SessionTimes, { idleMs }: Lifetimes): number {
  return times.seenAt + idleMs
}

export function absoluteEnd(times: SessionTimes, { absoluteMs }: Lifetimes): number {
  return times.startedAt + absoluteMs
}

/** When the session ends if nothing happens until then. */
export function sessionEnd(times: SessionTimes, lifetimes: Lifetimes): number {
  return Math.min(idleEnd(times, lifetimes), absoluteEnd(times, lifetimes))
}

export function hasEnded(times: SessionTimes, lifetimes: Lifetimes, now: number): boolean {
  return now >= sessionEnd(times, lifetimes)
}

/**
 * Whether activity at `now` is worth writing down. A last activity in the future was written by a
 * clock that was wrong: it is corrected, or the session would live longer than it should.
 */
export function isTouchDue(times: SessionTimes, now: number): boolean {
  return Math.abs(now - times.seenAt) >= touchEveryMs
}
