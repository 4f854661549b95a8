import { useEffect, useState } from 'react'

/** The server's time, and `performance.now()` at the moment it arrived, both in ms. */
let known: { server: number; steady: number } | undefined

/**
 * Sets the clock for all countdowns. The browser's own clock may be hours wrong, or change while the page
 * is open; `performance.now()` only moves forward.
 *
 * @param now the server's time, ISO 8601, from an answer
 * @param ageMs how long ago it arrived
 */
export function setServerClock(now: string, ageMs = 0): void {
  known = { server: Date.parse(now), steady: performance.now() - ageMs }
}

/** The server's time in ms; the browser's until the first answer. */
export function serverNow(): number {
  return known ? known.server + performance.now() - known.steady : Date.now()
}

/** The server's time in ms, updated every `everyMs`. */
export function useServerNow(everyMs: number): number {
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
