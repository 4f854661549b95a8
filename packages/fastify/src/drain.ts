/** Ends a process that is in use: is seen to be not ready, refuses new connections, answers the requests it has. */
import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

export interface DrainTimes {
  /** How long everything is still served while the readiness check says no, ms. */
  notReadyMs: number
  /** How long the requests that are left may take after that, ms. */
  timeoutMs: number
}

const pollMs = 20

/**
 * Ends an app. Its readiness check has to say no from before the call: a load balancer needs a few checks to
 * notice, and sends requests until then. So the first part takes its full time, also if no request is
 * under way at its start.
 *
 * @returns how many connections had to be cut off
 */
export async function drain(
  app: FastifyInstance,
  { notReadyMs, timeoutMs }: DrainTimes,
): Promise<number> {
  const { server } = app
  // Clients open their next connection elsewhere. Idle connections stay open until then: a proxy that sends
  // a request on one that closes at this moment gets no answer.
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false
  })
  await sleep(notReadyMs)
  acceptAllBeforeClose(server)
  const closingAt = performance.now()

  let cutOff = 0
  const sweep = setInterval(() => {
    // A connection that was in use when the server closed would stay for its keep-alive time.
    inUse(server).then(
      (count) => {
        if (performance.now() - closingAt < timeoutMs) return
        cutOff = Math.max(cutOff, count)
        server.closeAllConnections()
      },
      () => undefined,
    )
  }, pollMs)
  await app.close().finally(() => clearInterval(sweep))
  return cutOff
}

/** A flood of connections does not keep a process from its end: it accepts one in each turn of the event loop. */
const maxTurns = 1000

/**
 * Makes `server.close` accept the connections that the kernel has accepted already: it resets them when the server closes. A
 * proxy has sent its request by then, and does not send a change again.
 */
function acceptAllBeforeClose(server: Server): void {
  const close = server.close.bind(server)
  server.close = (callback) => {
    let turns = 0
    let hasAccepted = true
    server.on('connection', () => (hasAccepted = true))
    const closeIfNoneWaits = () => {
      turns += 1
      if (hasAccepted && turns <= maxTurns) {
        hasAccepted = false
        // Called after the next poll, which accepts one if there is any.
        setImmediate(closeIfNoneWaits)
      } else close(callback)
    }
    closeIfNoneWaits()
    return server
  }
}

/** Counts the connections that are in use, and closes the idle ones. */
function inUse(server: Server): Promise<number> {
  server.closeIdleConnections()
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })
}
