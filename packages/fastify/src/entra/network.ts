/** Requests to Entra: bounded in time and size, without redirects. Also watches the clock skew. */
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node'
import type { FastifyBaseLogger } from 'fastify'
import { Agent, request } from 'undici'
import { statedRetryAfter } from '../retry-after.ts'
import { EntraError, errorIn } from './errors.ts'

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
 * Both methods throw an `EntraError` with code `entra_unavailable` for anything but JSON with a status
 * below 500: transport faults, timeouts, redirects, HTML from a proxy. It carries the Retry-After of
 * a 429 or 5xx.
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
        // One timer for the whole exchange: undici's own restart with every chunk.
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
    get: async (url, headers = {}) => throwIfUnusable(await send('GET', url, headers), url, now()),
    post: async (url, headers, body) =>
      throwIfUnusable(await send('POST', url, headers, body), url, now()),
    close: () => agent.destroy(),
  }
}

function throwIfUnusable(answer: EntraAnswer, url: string, nowMs: number): EntraAnswer {
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

/** The log gets addresses without path and query, because a query may hold secrets. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'an unparsable address'
}

/** MSAL's network module over ours. It keeps the last answer, or the failure, of one operation. */
export function capturingNetwork(network: EntraNetwork) {
  let answer: EntraAnswer | undefined
  let failure: unknown

  async function capture<T>(send: Promise<EntraAnswer>): Promise<NetworkResponse<T>> {
    try {
      answer = await send
      return { ...answer, body: answer.body as T }
    } catch (error) {
      failure = error
      throw error
    }
  }

  const module: INetworkModule = {
    sendGetRequestAsync: <T>(url: string, options?: NetworkRequestOptions) =>
      capture<T>(network.get(url, options?.headers ?? {})),
    sendPostRequestAsync: <T>(url: string, options?: NetworkRequestOptions) =>
      capture<T>(network.post(url, options?.headers ?? {}, options?.body ?? '')),
  }
  return { module, answer: () => answer, failure: () => failure }
}

/** `Date` has whole seconds, and answers take time. Well below the tolerance for tokens (5 minutes). */
const toleratedSkewMs = 2 * 60_000
const warnAgainMs = 60 * 60_000

export interface ClockSkew {
  /** Whether our clock and Entra's differed by more than two minutes at Entra's last answer. */
  isSkewed(): boolean
}

/**
 * Compares our clock with the `Date` (RFC 9110 §6.6.1) of each answer. It logs a difference, at most
 * once an hour, before tokens begin to be refused for it.
 *
 * @returns the network to use instead, and what is known of the clock
 */
export function watchClockSkew(
  network: EntraNetwork,
  log: FastifyBaseLogger,
  now: () => number,
): { network: EntraNetwork; clock: ClockSkew } {
  let skewMs = 0
  let warnedAt: number | undefined

  function observe(answer: EntraAnswer): EntraAnswer {
    const entraTime = Date.parse(answer.headers['date'] ?? '')
    // An answer from a cache carries the time at which it was made.
    if (Number.isNaN(entraTime) || answer.headers['age'] !== undefined) return answer
    skewMs = now() - entraTime
    if (isSkewed() && (warnedAt === undefined || Math.abs(now() - warnedAt) >= warnAgainMs)) {
      warnedAt = now()
      const fields = { event: 'clock', aheadS: Math.round(skewMs / 1000) }
      log.warn(fields, 'This server’s clock and Microsoft’s differ: is the clock right (NTP)?')
    }
    return answer
  }

  const isSkewed = () => Math.abs(skewMs) > toleratedSkewMs

  return {
    network: {
      get: async (url, headers) => observe(await network.get(url, headers)),
      post: async (url, headers, body) => observe(await network.post(url, headers, body)),
      close: () => network.close(),
    },
    clock: { isSkewed },
  }
}
