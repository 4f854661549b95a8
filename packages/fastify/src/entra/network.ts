/** Requests to Entra: bounded in time and size, without redirects. Also watches the clock skew. */
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node'
import type { FastifyBaseLogger } from 'fastify'
import {
  createHttpClient,
  explainNetworkFailure,
  type JsonAnswer,
  type JsonRequest,
  parseRetryAfter,
  type ProxySettings,
  requestJson,
} from '../outgoing/index.ts'
import { inClientSpan, traceHeaders } from '../telemetry/spans.ts'
import { EntraError, errorIn, guid } from './errors.ts'

/** Entra answers within a second; a person waiting for a sign-in gives up at about ten. */
const totalMs = 8_000
const connectMs = 4_000
/** Token responses are about 6 kB, key sets about 15 kB. */
const limits = { connectMs, idleMs: totalMs, maxBytes: 512 * 1024, connections: 32 }

export type EntraAnswer = JsonAnswer

export interface EntraNetwork {
  get(url: string, headers?: Record<string, string>): Promise<EntraAnswer>
  /** @param body form-encoded */
  post(url: string, headers: Record<string, string>, body: string): Promise<EntraAnswer>
  close(): Promise<void>
}

/**
 * Opens the connections to Entra.
 *
 * A request whose connection broke before any answer is sent once more: an idle connection may have been
 * closed at the same moment, and a sign-in that fails costs its code.
 *
 * Both methods throw an `EntraError` with code `entra_unavailable` for anything but JSON with a status
 * below 500: transport faults, timeouts, redirects, HTML from a proxy. It carries the Retry-After of
 * a 429 or 5xx, and what went wrong if there was no answer.
 */
export function createEntraNetwork(
  proxy: ProxySettings,
  now: () => number = Date.now,
): EntraNetwork {
  const client = createHttpClient(proxy, limits)

  async function send(sending: JsonRequest): Promise<EntraAnswer> {
    try {
      const { method, url } = sending
      const host = URL.parse(url)?.hostname ?? ''
      const answer = await inClientSpan({ api: 'entra', method, host }, () => {
        const headers = { ...sending.headers, ...traceHeaders() }
        return requestJson(client, { ...sending, headers }, { totalMs, repeatable: true })
      })
      return throwIfUnusable(answer, sending.url, now())
    } catch (error) {
      throw error instanceof EntraError ? error : noAnswer(sending, error)
    }
  }

  return {
    get: (url, headers = {}) => send({ method: 'GET', url, headers }),
    post: (url, headers, body) => send({ method: 'POST', url, headers, body }),
    close: () => client.close(),
  }
}

function noAnswer({ method, url }: JsonRequest, cause: unknown): EntraError {
  const failure = explainNetworkFailure(cause, hostOf(url))
  const sentence = failure ? `: ${failure.sentence}. ${failure.next}` : ' failed'
  return new EntraError('entra_unavailable', `${method} ${originOf(url)}${sentence}`, {
    cause,
    ...(failure && { network: failure }),
  })
}

function throwIfUnusable(answer: EntraAnswer, url: string, nowMs: number): EntraAnswer {
  const { status, headers, body } = answer
  const usable = status === 200 || (status >= 400 && status < 500)
  if (usable && body !== undefined && status !== 429) return answer
  const isBusy = status === 429 || status >= 500
  const retryAfterS = isBusy ? parseRetryAfter(headers['retry-after'], nowMs) : undefined
  const cause = errorIn(answer)
  const traceId = guidIn(headers['x-ms-request-id'])
  const form = body === undefined ? ', not JSON' : ''
  const sentence = `${originOf(url)} answered with status ${status}${form}`
  throw new EntraError('entra_unavailable', sentence, {
    httpStatus: status,
    ...(retryAfterS !== undefined && { retryAfterS }),
    ...(traceId !== undefined && { traceId }),
    ...(cause && { cause }),
  })
}

/** Entra's id of the request, also if the answer is a page of a server in front of it. */
function guidIn(header: string | undefined): string | undefined {
  return header !== undefined && guid.test(header) ? header : undefined
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? 'the address'
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
