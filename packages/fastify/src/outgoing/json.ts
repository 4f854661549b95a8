/** One JSON request to another server, within one time limit for everything. */
import type { Dispatcher } from 'undici'
import { parseJson } from '../json.ts'
import type { HttpClient } from './client.ts'
import { EndSignal } from './exchange.ts'
import { isReset } from './failure.ts'

export interface JsonRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: string | undefined
}

export interface JsonAnswer {
  status: number
  headers: Record<string, string>
  /** Undefined if the answer has no body, or a body that is not JSON. */
  body: unknown
}

interface JsonRequestOptions {
  /** For everything, a second attempt included, ms. */
  totalMs: number
  /**
   * Whether the request may arrive twice. It is then sent once more if the connection broke before any
   * answer: the server may have closed an idle connection at the same moment.
   */
  repeatable: boolean
}

/** UTF-8, without a byte order mark at its beginning. */
const utf8 = new TextDecoder()

/** @throws the error of undici or Node if there is no whole answer; see `explainNetworkFailure` */
export async function requestJson(
  client: HttpClient,
  sending: JsonRequest,
  { totalMs, repeatable }: JsonRequestOptions,
): Promise<JsonAnswer> {
  const request = requestOf(sending)
  let hasBegun = false
  const onAnswer = () => (hasBegun = true)
  const signal = new EndSignal()
  // One timer for the whole exchange: undici's own restarts with every chunk.
  const timer = setTimeout(
    () => signal.end(new DOMException('The time for the request is over', 'TimeoutError')),
    totalMs,
  )
  const send = () => client.exchange(request, { signal, onAnswer })
  try {
    const { status, headers, bytes } = await send().catch((error: unknown) => {
      if (!repeatable || hasBegun || !isReset(error)) throw error
      return send()
    })
    return { status, headers: single(headers), body: parseJson(utf8.decode(bytes)) }
  } finally {
    clearTimeout(timer)
  }
}

function requestOf({ method, url, headers, body }: JsonRequest): Dispatcher.DispatchOptions {
  const { origin, pathname, search } = new URL(url)
  return {
    origin,
    path: pathname + search,
    method,
    headers: { accept: 'application/json', ...headers },
    body: body ?? null,
  }
}

function single(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value ?? '')])
  return Object.fromEntries(entries) as Record<string, string>
}
