/** One JSON request to another server, within one time limit for everything. */
import { parseJson } from '../json.ts'
import type { HttpClient } from './client.ts'
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

/** @throws the error of undici or Node if there is no whole answer; see `explainNetworkFailure` */
export async function requestJson(
  client: HttpClient,
  sending: JsonRequest,
  { totalMs, repeatable }: JsonRequestOptions,
): Promise<JsonAnswer> {
  // One timer for the whole exchange: undici's own restarts with every chunk.
  const signal = AbortSignal.timeout(totalMs)
  const open = () => openRequest(client, sending, signal)
  const { statusCode, headers, body } = await open().catch((error: unknown) => {
    if (!repeatable || !isReset(error)) throw error
    return open()
  })
  return { status: statusCode, headers: single(headers), body: parseJson(await body.text()) }
}

function openRequest(client: HttpClient, sending: JsonRequest, signal: AbortSignal) {
  const { method, url, headers, body } = sending
  const { origin, pathname, search } = new URL(url)
  return client.request({
    origin,
    path: pathname + search,
    method,
    headers: { accept: 'application/json', ...headers },
    body: body ?? null,
    signal,
  })
}

function single(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value ?? '')])
  return Object.fromEntries(entries) as Record<string, string>
}
