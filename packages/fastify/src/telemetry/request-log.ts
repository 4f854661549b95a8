/** One log line per request, if the configuration asks for it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { traceOf } from './trace.ts'

/** Which requests have a line: none, those that were answered with 4xx or 5xx or not at all, or all. */
export type RequestLog = 'off' | 'errors' | 'all'

declare module 'fastify' {
  interface FastifyInstance {
    /** The signed-in user of a request as a keyed hash, for the log; undefined without one. */
    userHashOf: ((request: FastifyRequest) => string | undefined) | undefined
  }
}

/**
 * The line is written when the answer is sent or the client is gone. It has the route and not the path,
 * which holds ids, and no query.
 */
export function logRequests(app: FastifyInstance, requestLog: RequestLog): void {
  if (requestLog === 'off') return
  app.addHook('onRequest', (request, reply, done) => {
    const startedAt = performance.now()
    reply.raw.once('close', () => {
      const isWhole = reply.raw.writableFinished
      if (requestLog === 'all' || !isWhole || reply.statusCode >= 400) {
        writeLine(request, reply, { isWhole, durationMs: performance.now() - startedAt })
      }
    })
    done()
  })
}

function writeLine(
  request: FastifyRequest,
  reply: FastifyReply,
  { isWhole, durationMs }: { isWhole: boolean; durationMs: number },
): void {
  const route = request.is404 ? undefined : request.routeOptions.url
  const userHash = request.server.userHashOf?.(request)
  const fields = {
    event: 'request',
    method: request.method,
    ...(route !== undefined && { route }),
    status: reply.statusCode,
    durationMs: Math.round(durationMs * 10) / 10,
    ...(userHash !== undefined && { userHash }),
    ...(!isWhole && { clientGone: true }),
    // The hook's own context is over when the connection reports its end.
    trace_id: traceOf(request.raw).traceId,
  }
  request.log.info(fields, 'Request')
}
