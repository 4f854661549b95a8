/** One HTTP request to an API, bounded in time and size, whatever the answer means. */
import type { EventEmitter } from 'node:events'
import { apiProblem, ProblemError } from '../errors.ts'
import { inClientSpan, traceHeaders } from '../telemetry/spans.ts'
import {
  createHttpClient,
  EndSignal,
  type Exchange,
  explainNetworkFailure,
  type ProxySettings,
} from '../outgoing/index.ts'
import { builtPath } from './next-page.ts'

/** Headers that a route may set. The others are set here. */
const callHeaders = [
  'accept-language',
  'consistencylevel',
  'if-match',
  'if-none-match',
  'prefer',
] as const
export type CallHeader = (typeof callHeaders)[number]

/** At run time too, because a route could pass on all headers of a browser. @throws Error */
export function assertCallHeaders(headers: object): void {
  const other = Object.keys(headers).find((name) => !callHeaders.some((known) => known === name))
  if (other !== undefined) throw new Error(`callApi sends no header "${other}"`)
}

export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path and query within the API. */
  path: string
  headers: Partial<Record<CallHeader, string>>
  /** JSON. */
  body: string | undefined
  /** Media types, as in an Accept header. */
  accept: string
  /** The largest answer that is accepted. */
  maxBytes: number
}

/** The largest answer of JSON. A page of 100 users has about 30 kB. */
export const maxJsonBytes = 4 * 1024 * 1024

/** What one call may differ in from the API's configuration. */
export interface CallTerms {
  /** In place of the API's own scopes. */
  scopes?: readonly string[] | undefined
  /** In place of the API's `timeoutSeconds`, if it is shorter. */
  timeoutSeconds?: number | undefined
}

export interface CallOptions extends CallTerms {
  /** GET by default. Only a GET is ever sent twice. */
  method?: Call['method']
  query?: Record<string, string>
  /** The page of a list, as `request.nextPage` returned it. Sent behind the query, unchanged. */
  page?: string | undefined
  headers?: Partial<Record<CallHeader, string>>
  /** Sent as JSON. */
  body?: unknown
}

/** @throws Error for a header or a path that no call has: a mistake in the route */
export function jsonCall(path: string, options: CallOptions): Call {
  const { method = 'GET', query, page, headers = {}, body } = options
  assertCallHeaders(headers)
  return {
    method,
    path: builtPath(path, query, page),
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    accept: 'application/json',
    maxBytes: maxJsonBytes,
  }
}

interface ApiClientOptions {
  /** The API's name in problems. */
  name: string
  baseUrl: string
  connections: number
  maxBytes: number
  proxy: ProxySettings
  /** For the whole call, ms; default: ten seconds. */
  totalMs?: number
}

/** The longest time without a byte, ms. */
export const idleMs = 8_000
/** An API that may take longer than this for a call may be silent as long. */
const usualTotalMs = 10_000
export const connectMs = 4_000

export function createApiClient(options: ApiClientOptions) {
  const { name, baseUrl, connections, maxBytes, proxy, totalMs = usualTotalMs } = options
  const { origin, host, hostname, pathname } = new URL(baseUrl)
  const prefix = pathname.replace(/\/+$/, '')
  const longestMs = totalMs > usualTotalMs ? totalMs : idleMs
  const limits = { connectMs, idleMs: longestMs, maxBytes, connections }
  const client = createHttpClient(proxy, limits, origin)

  return {
    /**
     * @param signal its event `abort` ends the request, with its `reason`
     * @throws ProblemError `upstream_failed`, `upstream_timeout`, with the cause for the log; the
     * signal's reason
     */
    send: (call: Call, accessToken: string, signal: EndSignal): Promise<Exchange> =>
      inClientSpan({ api: name, method: call.method, host: hostname }, () =>
        send(call, accessToken, signal),
      ),
    close: (): Promise<void> => client.close(),
  }

  function send(call: Call, accessToken: string, signal: EndSignal): Promise<Exchange> {
    // An emitter that has fired already does not fire again.
    if (signal.reason) return Promise.reject(signal.reason)
    const request = {
      origin,
      method: call.method,
      path: prefix + call.path,
      body: call.body ?? null,
      headers: {
        ...traceHeaders(),
        ...call.headers,
        accept: call.accept,
        ...(call.body !== undefined && { 'content-type': 'application/json' }),
        authorization: `Bearer ${accessToken}`,
      },
    }
    return client.exchange(request, { signal, maxBytes: call.maxBytes }).catch(throwProblem)
  }

  function throwProblem(error: unknown): never {
    throw error instanceof ProblemError ? error : transportProblem(name, host, error)
  }
}

/** The problem names the API, and its cause the reason: addresses are for the log. */
export function transportProblem(name: string, host: string, error: unknown): ProblemError {
  const failure = explainNetworkFailure(error, host)
  const cause = failure
    ? new Error(`${failure.sentence}. ${failure.next}`, { cause: error })
    : error
  return failure?.kind === 'timeout' || failure?.kind === 'connect_timeout'
    ? apiProblem(name, 'upstream_timeout', 'did not answer in time', { cause })
    : apiProblem(name, 'upstream_failed', 'could not be reached', { cause })
}

/** A client's connection, or what stands for one. */
export type Client = Pick<EventEmitter, 'on' | 'off'> & { destroyed: boolean }

/** Ends a call when its time is over or its client disconnects. Who has made one clears it when the call is over. */
export class Deadline extends EndSignal {
  readonly #client: Client
  readonly #timer: NodeJS.Timeout | undefined

  /**
   * @param ms for everything: the queue, a second attempt, the last byte; undefined if the work has its own limits
   * @param onTimeout makes the reason when the time is over
   * @throws ProblemError with the status 499 if the client is gone
   */
  constructor(client: Client, ms: number | undefined, onTimeout: () => ProblemError) {
    super()
    if (client.destroyed) throw clientGone()
    this.#client = client
    this.#timer = ms === undefined ? undefined : setTimeout(() => this.end(onTimeout()), ms)
    client.on('close', this.#onDisconnect)
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#client.off('close', this.#onDisconnect)
  }

  readonly #onDisconnect = (): void => this.end(clientGone())
}

/** The status that proxies log in this case. It does not count as a failure of this app. */
export const clientGoneStatus = 499

function clientGone(): ProblemError {
  return new ProblemError('upstream_failed', 'The client is gone.', { status: clientGoneStatus })
}
