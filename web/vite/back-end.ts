import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Problem } from '@gatehouse/contract/problem'
import type { ProxyOptions } from 'vite'

/**
 * Passes requests on to the back end. While that one is still starting (or has crashed), the page gets
 * the same kind of error as from the back end itself, and not a bare 502.
 *
 * @param port where the back end listens, on 127.0.0.1
 */
export function backEnd(port: number): ProxyOptions {
  return {
    target: `http://127.0.0.1:${port}`,
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
