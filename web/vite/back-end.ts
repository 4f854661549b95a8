import type { ProxyOptions } from 'vite'
import { answerUnavailable } from './unavailable.ts'

interface BackEnd {
  /** Where it listens. */
  origin: string
  /** What to send a browser to instead of an address; for a tenant that it cannot reach. */
  browserAddress: (address: string) => string
  /** The path of the public address; empty without one. The back end gets it as it came. */
  basePath: string
}

/**
 * Forwards requests to the back end. While it starts, or after a crash, a problem is sent as from the
 * back end itself, instead of a bare 502.
 */
export function backEnd({ origin, browserAddress, basePath }: BackEnd): ProxyOptions {
  return {
    target: origin,
    changeOrigin: false,
    xfwd: false,
    configure: (proxy) => {
      proxy.on('proxyRes', ({ headers }) => {
        if (headers.location) headers.location = browserAddress(headers.location)
      })
      proxy.on(
        'error',
        answerUnavailable('The back end does not answer. It may still be starting.', basePath),
      )
    },
  }
}

/** The same for sign-out, whose answer is JSON with the address to go to. */
export function signOutProxy(to: BackEnd): ProxyOptions {
  const { browserAddress } = to
  const proxied = backEnd(to)
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
