/** Ends a process that is in use: answers the requests it has, and refuses new connections. */
import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

export interface DrainTimes {
  /** How long requests are still accepted while the readiness check says no, ms. */
  notReadyMs: number
  /** How long the whole may take, ms. */
  timeoutMs: number
}

/**
 * A load balancer sees "not ready" before connections are refused, unless no connection is in use. No
 * request takes longer than 12 s (a call to an API 10, a token 8), so 15 s cut none off.
 */
const times: DrainTimes = { notReadyMs: 1000, timeoutMs: 15_000 }
const pollMs = 20

/**
 * Ends an app. Its readiness check has to say no from before the call.
 *
 * @returns how many connections had to be cut off
 */
export async function drain(
  app: FastifyInstance,
  { notReadyMs, timeoutMs }: DrainTimes = times,
): Promise<number> {
  const { server } = app
  const startedAt = performance.now()
  const passed = (ms: number) => performance.now() - startedAt >= ms
  // Clients open their next connection elsewhere.
  server.prependListener('request', (_request, response) => {
    response.setHeader('connection', 'close')
  })
  while (!passed(notReadyMs) && (await inUse(server)) > 0) await sleep(pollMs)

  let cutOff = 0
  const sweep = setInterval(() => {
    // A connection that was in use when the server closed would stay for its keep-alive time.
    inUse(server).then(
      (count) => {
        if (!passed(timeoutMs)) return
        cutOff = Math.max(cutOff, count)
        server.closeAllConnections()
      },
      () => undefined,
    )
  }, pollMs)
  await app.close().finally(() => clearInterval(sweep))
  return cutOff
}

/** Counts the connections that are in use, and closes the idle ones. */
function inUse(server: Server): Promise<number> {
  server.closeIdleConnections()
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })
}
