/** One downstream API: its connections, its limits, and what its refusals mean for our caller. */
import type { EventEmitter } from 'node:events'
import { stringify } from 'node:querystring'
import { signInUrl } from '@gatehouse/shared/paths'
import { Pool, errors, type Dispatcher } from 'undici'
import type { DownstreamApiConfig } from '../config/index.ts'
import { ProblemError } from '../problem.ts'
import { clientGone } from './client.ts'
import { retryAfterSeconds } from './retry-after.ts'

export interface CallOptions {
  query?: Record<string, string>
  headers?: Record<string, string>
}

export interface Api {
  scopes: readonly string[]
  /**
   * @param signal its event `abort` ends the call
   * @returns the answer's JSON
   * @throws ProblemError; `interaction_required` where the API does not take the token
   */
  get(
    path: string,
    accessToken: string,
    options: CallOptions,
    signal: EventEmitter,
  ): Promise<unknown>
  close(): Promise<void>
}

/** Whole exchange. Graph answers in well under a second; a person does not wait longer than this. */
const totalMs = 10_000
/** A page of 100 users is about 30 kB. */
const maxBytes = 4 * 1024 * 1024
const maxConnections = 64

export function createApi(name: string, { baseUrl, scopes }: DownstreamApiConfig): Api {
  const base = new URL(baseUrl)
  const prefix = base.pathname.replace(/\/+$/, '')
  const pool = new Pool(base.origin, {
    connections: maxConnections,
    connect: { timeout: 4_000 },
    headersTimeout: totalMs,
    bodyTimeout: totalMs,
    maxResponseSize: maxBytes,
  })

  async function send(
    path: string,
    accessToken: string,
    options: CallOptions,
    signal: EventEmitter,
  ) {
    const query = options.query ? `?${stringify(options.query)}` : ''
    const startedAt = performance.now()
    try {
      const response = await pool.request({
        method: 'GET',
        path: `${prefix}${builtPath(path)}${query}`,
        signal,
        headers: {
          accept: 'application/json',
          ...options.headers,
          authorization: `Bearer ${accessToken}`,
        },
      })
      return {
        status: response.statusCode,
        headers: response.headers,
        text: await readText(response.body, totalMs - (performance.now() - startedAt)),
      }
    } catch (error) {
      throw transportProblem(name, error)
    }
  }

  return {
    scopes,
    get: async (path, accessToken, options, signal) => {
      const { status, headers, text } = await send(path, accessToken, options, signal)
      if (status !== 200) throw refusal(name, status, headers['retry-after'])
      return parse(name, headers, text)
    },
    close: () => pool.destroy(),
  }
}

/**
 * Reads a body within what is left of the exchange's time: undici's own timer restarts with every
 * chunk. A plain timer costs a tenth of what an AbortSignal does.
 */
async function readText(body: Dispatcher.ResponseData['body'], ms: number): Promise<string> {
  const timer = setTimeout(() => body.destroy(new errors.BodyTimeoutError()), Math.max(ms, 1))
  try {
    return await body.text()
  } finally {
    clearTimeout(timer)
  }
}

/** Paths are built by routes. A dot segment would leave the API's prefix: undici resolves nothing. */
function builtPath(path: string): string {
  if (
    !/^(?:\/[A-Za-z0-9$@._~!'(),;=:+%-]+)+$/.test(path) ||
    /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(path)
  ) {
    throw new Error(`"${path}" is no path that callApi takes; encode ids with encodeURIComponent`)
  }
  return path
}

function transportProblem(name: string, cause: unknown): ProblemError {
  if (cause instanceof errors.RequestAbortedError) return clientGone()
  const timedOut =
    cause instanceof errors.HeadersTimeoutError ||
    cause instanceof errors.BodyTimeoutError ||
    cause instanceof errors.ConnectTimeoutError
  return timedOut
    ? new ProblemError('upstream_timeout', `The API "${name}" did not answer in time.`, { cause })
    : new ProblemError('upstream_failed', `The API "${name}" could not be reached.`, { cause })
}

function refusal(
  name: string,
  status: number,
  retryAfter: string | string[] | undefined,
): ProblemError {
  const cause = new Error(`${name} answered with status ${status}`)
  if (status === 429 || status === 503) {
    const code = status === 429 ? 'too_many_requests' : 'unavailable'
    const retryAfterS = retryAfterSeconds(retryAfter, Date.now())
    return new ProblemError(code, `The API "${name}" is busy.`, { cause, retryAfterS })
  }
  if (status === 401) {
    return new ProblemError('interaction_required', 'Microsoft has to ask you something first.', {
      cause,
      reason: 'session_expired',
      signInUrl: signInUrl('/'),
    })
  }
  if (status === 403) {
    return new ProblemError('forbidden', `The API "${name}" does not let you do this.`, { cause })
  }
  if (status === 404)
    return new ProblemError('not_found', `The API "${name}" has no such thing.`, { cause })
  return new ProblemError('upstream_failed', `The API "${name}" failed.`, { cause })
}

function parse(name: string, headers: Dispatcher.ResponseData['headers'], text: string): unknown {
  try {
    // Nobody asked for compression; what is unpacked has no bound by its size on the wire.
    if (headers['content-encoding'] !== undefined) throw new Error('encoded')
    if (!/^application\/json\b/i.test(String(headers['content-type']))) throw new Error('not JSON')
    return JSON.parse(text)
  } catch (cause) {
    throw new ProblemError('upstream_failed', `The API "${name}" answered with something else.`, {
      cause,
    })
  }
}
