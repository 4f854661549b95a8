import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { ProxyOptions } from 'vite'
import type { Problem } from '@gatehouse/contract/problem'

/**
 * Forwards requests to the back end. While it starts, or after a crash, the page gets a problem as from the
 * back end itself, instead of a bare 502.
 *
 * @param origin where the back end listens
 * @param browserAddress what to send a browser to instead of an address; for a tenant that it cannot reach
 */
export function backEnd(
  origin: string,
  browserAddress: (address: string) => string = (address) => address,
): ProxyOptions {
  return {
    target: origin,
    changeOrigin: false,
    xfwd: false,
    configure: (proxy) => {
      proxy.on('proxyRes', ({ headers }) => {
        if (headers.location) headers.location = browserAddress(headers.location)
      })
      proxy.on('error', (_error, _request, response) => {
        if ('writeHead' in response && !response.headersSent) answerUnavailable(response)
      })
    },
  }
}

/** The same for sign-out, whose answer is JSON with the address to go to. */
export function signOutProxy(
  origin: string,
  browserAddress: (address: string) => string,
): ProxyOptions {
  const proxied = backEnd(origin, browserAddress)
  return {
    ...proxied,
    selfHandleResponse: true,
    configure: (proxy, options) => {
      proxied.configure?.(proxy, options)
      proxy.on('proxyRes', (answer, _request, response) => {
        let body = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
        answer.on('error', () => response.destroy())
        answer.on('end', () => {
          const text = withAddress(body, browserAddress)
          const length = { 'content-length': String(Buffer.byteLength(text)) }
          const { 'transfer-encoding': _chunked, ...headers } = answer.headers
          response.writeHead(answer.statusCode ?? 502, { ...headers, ...length }).end(text)
        })
      })
    },
  }
}

function withAddress(body: string, browserAddress: (address: string) => string): string {
  try {
    const answer = JSON.parse(body) as { location?: unknown }
    if (typeof answer.location !== 'string') return body
    return JSON.stringify({ ...answer, location: browserAddress(answer.location) })
  } catch {
    return body
  }
}

function answerUnavailable(response: ServerResponse): void {
  const problem: Problem = {
    type: 'about:blank#unavailable',
    title: 'Service Unavailable',
    status: 503,
    detail: 'The back end does not answer. It may still be starting.',
    code: 'unavailable',
    requestId: randomUUID(),
  }
  response
    .writeHead(503, {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'retry-after': '1',
    })
    .end(JSON.stringify(problem))
}
