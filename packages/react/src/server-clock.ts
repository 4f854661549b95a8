import { useEffect, useState } from 'react'

/** What the server's clock said, and what the browser's steady one said then, both in ms. */
let known: { server: number; steady: number } | undefined

/**
 * Sets the clock that times are counted down by. The browser's own clock may be hours wrong or be set
 * while the page is open; `performance.now()` only ever goes on.
 *
 * @param now the server's time, ISO 8601, as an answer has just brought it
 */
export function setServerClock(now: string): void {
  known = { server: Date.parse(now), steady: performance.now() }
}

/** The server's time in ms; the browser's until the server has told its own. */
export function serverNow(): number {
  return known ? known.server + performance.now() - known.steady : Date.now()
}

/** The same, moving on every `everyMs`. */
export function useServerNow(everyMs: number): number {
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
