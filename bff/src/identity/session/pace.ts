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
