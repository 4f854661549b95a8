import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { ProxyOptions } from 'vite'
import type { Problem } from '@gatehouse/contract/problem'

/**
 * Forwards requests to the back end. While it starts, or after a crash, the page gets a problem as from the
 * back end itself, instead of a bare 502.
 *
 * @param origin where the back end listens
 */
export function backEnd(origin: string): ProxyOptions {
  return {
    target: origin,
    changeOrigin: false,
    xfwd: false,
    configure: (proxy) => {
      proxy.on('error', (_error, _request, response) => {
        if ('writeHead' in response && !response.headersSent) answerUnavailable(response)
      })
    },
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
