/** The end of a process that is in use: whoever was let in is answered, nobody new is let in. */
import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

export interface DrainTimes {
  /** How long requests are still taken after the readiness check began to say no, milliseconds. */
  leaveMs: number
  /** How long the whole may take, milliseconds. */
  finishMs: number
}

/**
 * A load balancer hears "not ready" before connections are refused, if anybody is being served at
 * all. No request takes longer than 12 s here (a call to an API 10, a token 8), so 15 cut none off.
 */
const times: DrainTimes = { leaveMs: 1000, finishMs: 15_000 }
const lookEveryMs = 20

/**
 * Ends an app. Its readiness check has to say no from before the call.
 *
 * @returns how many connections had to be cut off
 */
export async function drain(
  app: FastifyInstance,
  { leaveMs, finishMs }: DrainTimes = times,
): Promise<number> {
  const { server } = app
  const startedAt = performance.now()
  const passed = (ms: number) => performance.now() - startedAt >= ms
  // Clients that keep connections are told to come back on another one.
  server.prependListener('request', (_request, response) => {
    response.setHeader('connection', 'close')
  })
  while (!passed(leaveMs) && (await inUse(server)) > 0) await sleep(lookEveryMs)

  let cutOff = 0
  const sweep = setInterval(() => {
    // A connection that was in use when the server closed would stay for its keep-alive time.
    inUse(server).then(
      (count) => {
        if (!passed(finishMs)) return
        cutOff = Math.max(cutOff, count)
        server.closeAllConnections()
      },
      () => undefined,
    )
  }, lookEveryMs)
  await app.close().finally(() => clearInterval(sweep))
  return cutOff
}

/** Connections that are not idle. The idle ones are closed: nobody waits for anything there. */
function inUse(server: Server): Promise<number> {
  server.closeIdleConnections()
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })
}
