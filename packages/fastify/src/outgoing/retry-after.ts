/** Reads the Retry-After header of Entra and of APIs. */

const minS = 1
/** Longer waits are cut to this: a page that says "in 11 days" is of no use. */
const maxS = 300
const fallbackS = 10

/**
 * Reads a Retry-After header in both forms, seconds and HTTP date (RFC 9110 §10.2.3), and the date in
 * all three of its forms (§5.6.7).
 *
 * @returns whole seconds from 1 to 300; undefined if the header is missing or makes no sense
 */
export function parseRetryAfter(
  header: string | string[] | undefined,
  nowMs: number,
): number | undefined {
  if (typeof header !== 'string') return undefined
  const text = header.trim()
  const seconds = /^\d+$/.test(text) ? Number(text) : secondsUntil(text, nowMs)
  return seconds === undefined ? undefined : Math.min(Math.max(Math.ceil(seconds), minS), maxS)
}

/** The same with a default: 10 seconds if the header names no wait. */
export function retryAfterOrDefault(header: string | string[] | undefined, nowMs: number): number {
  return parseRetryAfter(header, nowMs) ?? fallbackS
}

/** `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`. */
const dates = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} (?: \d|\d{2}) \d{2}:\d{2}:\d{2} \d{4}$/,
]

function secondsUntil(text: string, nowMs: number): number | undefined {
  // Date.parse accepts almost anything, so only the forms of HTTP get that far.
  if (!dates.some((date) => date.test(text))) return undefined
  // The last form means GMT without naming it.
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(at) ? undefined : (at - nowMs) / 1000
}
