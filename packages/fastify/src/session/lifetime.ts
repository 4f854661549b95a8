/** When a session ends. Both limits are kept on the server and inside the sealed record. */

/** Milliseconds. */
export interface Lifetimes {
  readonly idleMs: number
  readonly absoluteMs: number
}

/** Moments in milliseconds since the epoch. */
interface SessionTimes {
  startedAt: number
  /** The last request that counts as activity, to the minute. */
  seenAt: number
}

/** Activity is written at most this often: a write per request would cost more than the request. */
const touchEveryMs = 60_000

function idleEnd(times: SessionTimes, { idleMs }: Lifetimes): number {
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

/**
 * How often one session may ask. Counted beside its open cookie, in a window of a minute: a counter
 * there costs a request nothing, a rate-limiting hook cost a sixth of it.
 */

const windowMs = 60_000

/** Changes with each request. */
export interface Pace {
  /** When the window began, ms since the epoch. */
  since: number
  count: number
}

export function newPace(): Pace {
  return { since: 0, count: 0 }
}

/**
 * Counts a request.
 *
 * @param perMinute how many are allowed
 * @returns seconds until the next one is allowed; 0 where this one is
 */
export function secondsToWait(pace: Pace, perMinute: number, now: number): number {
  const age = now - pace.since
  // A clock that was set back starts a new window, like a minute that is over.
  if (age >= windowMs || age < 0) {
    pace.since = now
    pace.count = 0
  }
  pace.count += 1
  return pace.count <= perMinute ? 0 : Math.max(1, Math.ceil((pace.since + windowMs - now) / 1000))
}
