/** Whether this machine's clock is right: every answer of Entra's says what time it is there. */
import type { FastifyBaseLogger } from 'fastify'
import type { EntraAnswer, EntraNetwork } from './network.ts'

/** The header counts whole seconds, and answers travel; well inside of what tokens are given (five minutes). */
const toleratedMs = 2 * 60_000
const warnAgainMs = 60 * 60_000

export interface Clock {
  /** Whether our clock and Entra's were more than two minutes apart when Entra last answered. */
  isOff(): boolean
}

/**
 * Compares our clock with the `Date` (RFC 9110 §6.6.1) of each answer that a network brings. A
 * difference is logged, once an hour at most: before tokens begin to be refused for it.
 *
 * @returns the network to use instead, and what is known of the clock
 */
export function watchClock(
  network: EntraNetwork,
  log: FastifyBaseLogger,
  now: () => number,
): { network: EntraNetwork; clock: Clock } {
  let offMs = 0
  let warnedAt: number | undefined

  function noted(answer: EntraAnswer): EntraAnswer {
    const theirs = Date.parse(answer.headers['date'] ?? '')
    // What a cache in between kept is dated by when it was made.
    if (Number.isNaN(theirs) || answer.headers['age'] !== undefined) return answer
    offMs = now() - theirs
    if (isOff() && (warnedAt === undefined || Math.abs(now() - warnedAt) >= warnAgainMs)) {
      warnedAt = now()
      const fields = { event: 'clock', aheadS: Math.round(offMs / 1000) }
      log.warn(fields, 'This server’s clock and Microsoft’s differ: is the clock right (NTP)?')
    }
    return answer
  }

  const isOff = () => Math.abs(offMs) > toleratedMs

  return {
    network: {
      get: async (url, headers) => noted(await network.get(url, headers)),
      post: async (url, headers, body) => noted(await network.post(url, headers, body)),
      close: () => network.close(),
    },
    clock: { isOff },
  }
}
