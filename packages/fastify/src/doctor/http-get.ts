/** One request as a browser without cookies sends it, bounded in time and size. */
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

/**
 * @param maxBytes a longer answer is an error
 * @throws if there is no answer
 */
export async function httpGet(
  url: string,
  maxBytes: number,
  proxy: ProxySettings,
): Promise<HttpAnswer> {
  const client = createHttpClient(proxy, { connectMs, idleMs: totalMs, maxBytes })
  try {
    const { origin, pathname, search } = new URL(url)
    const signal = AbortSignal.timeout(totalMs)
    const answer = await client.request({ origin, path: pathname + search, method: 'GET', signal })
    const text = await answer.body.text()
    const location = [answer.headers['location'] ?? ''].flat()[0] ?? ''
    return { status: answer.statusCode, location, text }
  } finally {
    await client.close()
  }
}
