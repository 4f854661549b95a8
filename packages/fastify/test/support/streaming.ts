/** Requests whose answers are read as they arrive, and can be left. */
import type { Readable } from 'node:stream'
import type { Browser } from '@gatehouse/tenant/testing'
import { request as send, type Dispatcher } from 'undici'

interface StreamRequest {
  method?: Dispatcher.HttpMethod
  headers?: Record<string, string>
  body?: Readable | Buffer
}

/** An answer whose headers have arrived. Its body has to be read or destroyed. */
export async function openAnswer(
  { origin, publicUrl }: { origin: string; publicUrl: string },
  browser: Browser,
  path: string,
  { method = 'GET', headers = {}, body }: StreamRequest = {},
) {
  const answer = await send(`${origin}${path}`, {
    method,
    headers: { host: new URL(publicUrl).host, cookie: await browser.cookieHeader(), ...headers },
    body: body ?? null,
    bodyTimeout: 0,
    headersTimeout: 0,
  })
  // An answer that is cut off is an outcome, and has its own assertion.
  answer.body.on('error', () => undefined)
  return answer
}

/** @returns what arrived, and whether the answer was whole */
export async function readAll(body: Readable): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk)
    return { bytes: Buffer.concat(chunks), isWhole: true }
  } catch {
    return { bytes: Buffer.concat(chunks), isWhole: false }
  }
}
