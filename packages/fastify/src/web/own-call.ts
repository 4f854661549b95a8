/**
 * Calls the app's own API for the browser that a page is being sent to, as that page would do by itself: through the
 * same hooks, limits, checks and schemas, with the same cookies. Nothing can come out that the API would not give.
 */
import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import inject, { type DispatchFunc } from 'light-my-request'
import { parseJson } from '../json.ts'
import { traceOf } from '../telemetry/trace.ts'

export interface OwnAnswer {
  status: number
  /** In seconds. */
  retryAfter: string | undefined
  /** JSON text: what was asked for, or a problem. */
  body: string
  setCookie: string[]
}

/** What a navigation says of itself and not of its browser. */
const ofNavigation =
  /^(?:accept|accept-encoding|connection|content-.*|expect|if-.*|priority|purpose|range|sec-fetch-.*|sec-purpose|te|transfer-encoding|upgrade|upgrade-insecure-requests|x-moz)$/

/**
 * @param address path and query of the API
 * @param signal ends the call, and with it what the call has begun
 * @returns undefined for anything but JSON
 */
export async function callOwnApi(
  app: FastifyInstance,
  page: FastifyRequest,
  address: string,
  signal?: AbortSignal,
): Promise<OwnAnswer | undefined> {
  const caller = new Caller(page.raw.socket, signal)
  const dispatch: DispatchFunc = (request, response) => {
    Object.defineProperty(request, 'socket', { value: caller })
    // The stand-in for a connection never says that it has sent everything.
    Object.defineProperty(response, 'writableFinished', { get: () => response.writableEnded })
    app.routing(request, response)
  }
  try {
    const { statusCode, headers, payload } = await inject(dispatch, {
      method: 'GET',
      url: app.basePath + address,
      headers: headersOfFetch(page),
    })
    if (!/^application\/(?:problem\+)?json\b/.test(String(headers['content-type'])))
      return undefined
    // A route may pass on a file that only says it is JSON. As a part of other JSON, it could add answers of other routes.
    if (parseJson(payload) === undefined) return undefined
    return {
      status: statusCode,
      retryAfter: headers['retry-after'],
      body: payload,
      setCookie: [headers['set-cookie'] ?? []].flat(),
    }
  } catch {
    // The route ended the connection without an answer. A page that asks itself learns why.
    return undefined
  } finally {
    caller.leave()
  }
}

/** As `fetch` of a page sends them, and as a part of the page's trace. */
function headersOfFetch({ headers, raw }: FastifyRequest): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(
    (header): header is [string, string | string[]] =>
      header[1] !== undefined && !ofNavigation.test(header[0]),
  )
  return {
    ...Object.fromEntries(kept),
    accept: 'application/json',
    traceparent: traceOf(raw).traceparent,
    ...(headers['sec-fetch-dest'] !== undefined && {
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'cors',
      'sec-fetch-dest': 'empty',
    }),
  }
}

type Connection = Pick<IncomingMessage['socket'], 'remoteAddress' | 'destroyed'> &
  EventEmitter & { encrypted?: boolean }

/** The browser as a connection of its own for one call, which can be ended without ending the page's. */
class Caller extends EventEmitter {
  readonly remoteAddress: string | undefined
  readonly encrypted: boolean
  destroyed: boolean
  readonly #connection: Connection
  readonly #signal: AbortSignal | undefined

  constructor(connection: Connection, signal: AbortSignal | undefined) {
    super()
    // Each call of a route to an API listens, as on a connection.
    this.setMaxListeners(0)
    this.remoteAddress = connection.remoteAddress
    this.encrypted = connection.encrypted === true
    this.destroyed = connection.destroyed
    this.#connection = connection
    this.#signal = signal
    connection.once('close', this.#end)
    signal?.addEventListener('abort', this.#end)
  }

  /** The call is over. */
  leave(): void {
    this.#connection.off('close', this.#end)
    this.#signal?.removeEventListener('abort', this.#end)
  }

  readonly #end = (): void => {
    this.destroyed = true
    this.emit('close')
  }
}
