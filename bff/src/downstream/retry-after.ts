const minS = 1
/** Longer waits are passed on as this: a page that says "in 11 days" helps nobody. */
const maxS = 300
const fallbackS = 10

/**
 * Reads a Retry-After header in both its forms, seconds and HTTP date (RFC 9110 §10.2.3).
 *
 * @returns seconds from 1 to 300; 10 where the header is missing or makes no sense
 */
export function retryAfterSeconds(header: string | string[] | undefined, nowMs: number): number {
  if (typeof header !== 'string') return fallbackS
  const text = header.trim()
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : secondsUntil(text, nowMs)
  return seconds === undefined ? fallbackS : Math.min(Math.max(Math.ceil(seconds), minS), maxS)
}

function secondsUntil(text: string, nowMs: number): number | undefined {
  // Date.parse takes almost anything, so only the form that HTTP knows gets that far.
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text))
    return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : (at - nowMs) / 1000
}
