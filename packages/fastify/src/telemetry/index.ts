/** The plugin: what is seen of requests from outside. Registered first, so that it covers everything. */
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { logRequests, type RequestLog } from './request-log.ts'
import { runInTrace, traceOf } from './trace.ts'

interface TelemetryOptions {
  requestLog: RequestLog
}

function telemetry(
  app: FastifyInstance,
  { requestLog }: TelemetryOptions,
  done: (error?: Error) => void,
): void {
  app.decorate('userHashOf', undefined)
  app.addHook('onRequest', (request, _reply, next) => runInTrace(traceOf(request.raw), next))
  logRequests(app, requestLog)
  done()
}

export default fp(telemetry, { name: 'telemetry' })
