/** One request as a browser without cookies sends it, bounded in time and size. */
import type { IncomingHttpHeaders } from 'node:http'
import { createHttpClient, type ProxySettings } from '../outgoing/index.ts'

/** A person waits for the findings; see `totalMs` of the requests to Entra. */
const totalMs = 8_000
const connectMs = 4_000

interface HttpAnswer {
  status: number
  /** The Location header; empty if there is none. Redirects are not followed. */
  location: string
  text: string
}

interface HttpRequest {
  method: 'GET' | 'POST'
  headers: Record<string, string>
  /** A longer answer is an error. */
  maxBytes: number
}

/**
 * @param maxBytes a longer answer is an error
 * @throws if there is no answer
 */
export function httpGet(url: string, maxBytes: number, proxy: ProxySettings): Promise<HttpAnswer> {
  return send(url, { method: 'GET', headers: {}, maxBytes }, proxy)
}

/**
 * Without a body.
 *
 * @param maxBytes a longer answer is an error
 * @throws if there is no answer
 */
export function httpPost(
  url: string,
  headers: Record<string, string>,
  maxBytes: number,
  proxy: ProxySettings,
): Promise<HttpAnswer & { headers: IncomingHttpHeaders }> {
  return send(url, { method: 'POST', headers, maxBytes }, proxy)
}

async function send(
  url: string,
  { method, headers, maxBytes }: HttpRequest,
  proxy: ProxySettings,
): Promise<HttpAnswer & { headers: IncomingHttpHeaders }> {
  const client = createHttpClient(proxy, { connectMs, idleMs: totalMs, maxBytes })
  try {
    const { origin, pathname, search } = new URL(url)
    const path = pathname + search
    const signal = AbortSignal.timeout(totalMs)
    const answer = await client.request({ origin, path, method, headers, signal })
    const text = await answer.body.text()
    const location = [answer.headers['location'] ?? ''].flat()[0] ?? ''
    return { status: answer.statusCode, location, text, headers: answer.headers }
  } finally {
    await client.close()
  }
}
