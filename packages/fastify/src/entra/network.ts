/** The one way out to Entra: bounded in time and size, never following a redirect. */
import { Agent, request } from 'undici'
import { statedRetryAfter } from '../retry-after.ts'
import { EntraError, errorIn } from './errors.ts'
import type { FastifyBaseLogger } from 'fastify'

/** Entra answers within a second; a person waiting for a sign-in gives up at about ten. */
const totalMs = 8_000
const connectMs = 4_000
/** Token responses are about 6 kB, key sets about 15 kB. */
const maxBytes = 512 * 1024

export interface EntraAnswer {
  status: number
  headers: Record<string, string>
  body: unknown
}

export interface EntraNetwork {
  get(url: string, headers?: Record<string, string>): Promise<EntraAnswer>
  /** @param body form-encoded */
  post(url: string, headers: Record<string, string>, body: string): Promise<EntraAnswer>
  close(): Promise<void>
}

/**
 * Opens the connections to Entra.
 *
 * Both verbs throw an `EntraError` with code `entra_unavailable` for anything that is not JSON
 * with a status below 500: transport faults, timeouts, redirects, HTML from a proxy in between. It
 * says how long to wait if a 429 or 5xx said so.
 */
export function createEntraNetwork(now: () => number = Date.now): EntraNetwork {
  const agent = new Agent({
    connect: { timeout: connectMs },
    headersTimeout: totalMs,
    bodyTimeout: totalMs,
    maxResponseSize: maxBytes,
    connections: 32,
  })

  async function send(
    method: 'GET' | 'POST',
    url: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<EntraAnswer> {
    try {
      const response = await request(url, {
        method,
        headers: { accept: 'application/json', ...headers },
        body: body ?? null,
        dispatcher: agent,
        // One clock for the whole exchange: undici's own timers restart with every chunk.
        signal: AbortSignal.timeout(totalMs),
      })
      const text = await response.body.text()
      return { status: response.statusCode, headers: single(response.headers), body: parse(text) }
    } catch (error) {
      throw new EntraError('entra_unavailable', `${method} ${originOf(url)} failed`, {
        cause: error,
      })
    }
  }

  return {
    get: async (url, headers = {}) => refuseUnusable(await send('GET', url, headers), url, now()),
    post: async (url, headers, body) =>
      refuseUnusable(await send('POST', url, headers, body), url, now()),
    close: () => agent.destroy(),
  }
}

function refuseUnusable(answer: EntraAnswer, url: string, nowMs: number): EntraAnswer {
  const { status, headers, body } = answer
  const usable = status === 200 || (status >= 400 && status < 500)
  if (usable && body !== undefined && status !== 429) return answer
  const isBusy = status === 429 || status >= 500
  const retryAfterS = isBusy ? statedRetryAfter(headers['retry-after'], nowMs) : undefined
  const cause = errorIn(answer)
  const form = body === undefined ? ', not JSON' : ''
  const sentence = `${originOf(url)} answered with status ${status}${form}`
  throw new EntraError('entra_unavailable', sentence, {
    httpStatus: status,
    ...(retryAfterS !== undefined && { retryAfterS }),
    ...(cause && { cause }),
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function single(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value ?? '')])
  return Object.fromEntries(entries) as Record<string, string>
}

/** Addresses go to the log without path and query: a query may hold what is nobody's business. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'an unparsable address'
}

// Whether this machine's clock is right: every answer of Entra's says what time it is there.

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
