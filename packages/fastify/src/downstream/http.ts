/** One request to an API and its answer, bounded in time and size. What the answer means is not decided here. */
import { type Dispatcher, errors, Pool } from 'undici'
import { apiProblem, ProblemError } from '../errors.ts'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'

/** Headers that a route may send along. The rest of the request is this room's. */
const callHeaders = ['accept-language', 'consistencylevel', 'if-match', 'prefer'] as const
export type CallHeader = (typeof callHeaders)[number]

/** Types are gone by now, and a browser's headers are easily passed on whole. @throws Error */
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
  /** The largest answer that is taken. */
  maxBytes: number
}

export interface Answer {
  status: number
  headers: Dispatcher.ResponseData['headers']
  bytes: Uint8Array
}

interface Exchange {
  /**
   * @param signal its event `abort` ends the exchange, with its `reason`
   * @throws ProblemError `upstream_failed`, `upstream_timeout`, with the cause for the log; the
   * signal's reason
   */
  send(call: Call, accessToken: string, signal: CallSignal): Promise<Answer>
  close(): Promise<void>
}

interface ExchangeOptions {
  /** What the API is called in problems. */
  name: string
  baseUrl: string
  connections: number
  maxBytes: number
}

/** No byte for so long is no answer any more, milliseconds. The whole call has a clock of its own. */
const idleMs = 8_000
const connectMs = 4_000

export function createExchange({ name, baseUrl, ...limits }: ExchangeOptions): Exchange {
  const base = new URL(baseUrl)
  const prefix = base.pathname.replace(/\/+$/, '')
  const pool = new Pool(base.origin, {
    connections: limits.connections,
    connect: { timeout: connectMs },
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    maxResponseSize: limits.maxBytes,
  })

  return {
    send: async (call, accessToken, signal) => {
      // An emitter that has fired already says nothing any more.
      if (signal.reason) throw signal.reason
      try {
        const { statusCode, headers, body } = await pool.request({
          method: call.method,
          path: prefix + call.path,
          signal,
          body: call.body ?? null,
          headers: {
            ...call.headers,
            accept: call.accept,
            ...(call.body !== undefined && { 'content-type': 'application/json' }),
            authorization: `Bearer ${accessToken}`,
          },
        })
        return { status: statusCode, headers, bytes: await bytesOf(body, headers, call.maxBytes) }
      } catch (error) {
        throw error instanceof ProblemError ? error : transportProblem(name, error)
      }
    },
    close: () => pool.destroy(),
  }
}

async function bytesOf(
  body: Dispatcher.ResponseData['body'],
  headers: Dispatcher.ResponseData['headers'],
  maxBytes: number,
): Promise<Uint8Array> {
  if (Number(headers['content-length']) > maxBytes) {
    body.destroy()
    throw new errors.ResponseExceededMaxSizeError()
  }
  const bytes = await body.bytes()
  if (bytes.length > maxBytes) throw new errors.ResponseExceededMaxSizeError()
  return bytes
}

function transportProblem(name: string, cause: unknown): ProblemError {
  const timedOut =
    cause instanceof errors.HeadersTimeoutError ||
    cause instanceof errors.BodyTimeoutError ||
    cause instanceof errors.ConnectTimeoutError
  return timedOut
    ? apiProblem(name, 'upstream_timeout', 'did not answer in time', { cause })
    : apiProblem(name, 'upstream_failed', 'could not be reached', { cause })
}

/** Whether the connection broke under a request: the API may never have seen it. */
export function wasReset({ cause }: ProblemError): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET'
}

// What ends a call early: its client hung up, or its time is over.

/** An AbortSignal would do the same, and cost ten times as much. */
export interface CallSignal extends EventEmitter {
  /** Why it ended; undefined while it has not. */
  reason: ProblemError | undefined
}

/**
 * Runs a call for as long as the client's connection and the call's time last.
 *
 * @param client whose end is the call's
 * @param ms for everything: a turn, a second attempt, the last byte
 * @param late what the caller hears when the time is over
 * @throws ProblemError that nobody will read, where the client is gone
 */
export async function whileWanted<T>(
  client: Socket,
  ms: number,
  late: () => ProblemError,
  work: (signal: CallSignal) => Promise<T>,
): Promise<T> {
  if (client.destroyed) throw clientGone()
  const signal: CallSignal = Object.assign(new EventEmitter(), { reason: undefined })
  const abort = (reason: ProblemError) => {
    signal.reason = reason
    signal.emit('abort')
  }
  const gone = () => abort(clientGone())
  const timer = setTimeout(() => abort(late()), ms)
  client.once('close', gone)
  try {
    return await work(signal)
  } finally {
    clearTimeout(timer)
    client.off('close', gone)
  }
}

/** What proxies log in this case; so it does not count as a failure of ours. */
export const clientGoneStatus = 499

function clientGone(): ProblemError {
  return new ProblemError('upstream_failed', 'The client is gone.', { status: clientGoneStatus })
}
