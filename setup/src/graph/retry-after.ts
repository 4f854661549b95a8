/** Longer than any wait that Graph asks for in earnest; beyond it, a person is better told. */
const longestMs = 60_000

/**
 * How long to wait before the next attempt, in ms: what `Retry-After` says (RFC 9110 §10.2.3,
 * seconds or a date), or twice as long each time.
 *
 * @param attempt how many there were, from 1
 */
export function retryDelayMs(
  header: string | undefined,
  attempt: number,
  now = Date.now(),
): number {
  const asked = /^\d{1,6}$/.test(header ?? '')
    ? Number(header) * 1000
    : Date.parse(header ?? '') - now
  const doubled = 500 * 2 ** (attempt - 1)
  return Math.min(Math.max(Number.isNaN(asked) ? doubled : asked, 0), longestMs)
}
