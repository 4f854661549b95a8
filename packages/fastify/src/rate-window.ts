/**
 * Counts requests in windows of a minute. The counter is kept with its owner, such as an open
 * cookie. That costs a request nothing; a rate-limiting hook cost a sixth of its time.
 */

const windowMs = 60_000

/** Changes with each request. */
export interface RateWindow {
  /** When the window began, ms since the epoch. */
  since: number
  count: number
}

export function newRateWindow(): RateWindow {
  return { since: 0, count: 0 }
}

/**
 * Counts a request.
 *
 * @param perMinute how many are allowed
 * @param now ms since the epoch
 * @returns seconds until the next request is allowed; 0 if this one is
 */
export function retryAfterSeconds(window: RateWindow, perMinute: number, now: number): number {
  const age = now - window.since
  // A clock that was set back starts a new window, as the end of a minute does.
  if (age >= windowMs || age < 0) {
    window.since = now
    window.count = 0
  }
  window.count += 1
  if (window.count <= perMinute) return 0
  return Math.max(1, Math.ceil((window.since + windowMs - now) / 1000))
}
