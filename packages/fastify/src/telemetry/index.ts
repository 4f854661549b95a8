/** The plugin: what is seen of requests from outside. Registered first, so that it covers everything. */
import { context } from '@opentelemetry/api'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { disableMetrics, enableMetrics } from './metrics.ts'
import { logRequests, type RequestLog } from './request-log.ts'
import type { TelemetrySettings } from './settings.ts'
import { beginRequest, setRecording } from './spans.ts'
import { runInTrace, traceOf } from './trace.ts'

export { observe } from './metrics.ts'
export { observedStore } from './observed-store.ts'

interface TelemetryOptions {
  requestLog: RequestLog
  /** Undefined if nothing asks for an SDK. */
  settings: TelemetrySettings | undefined
}

/** One SDK per process, whatever the number of apps in it. */
let running: Promise<() => Promise<void>> | undefined
let users = 0

async function telemetry(
  app: FastifyInstance,
  { requestLog, settings }: TelemetryOptions,
): Promise<void> {
  app.decorate('userHashOf', undefined)
  if (settings) {
    await start(settings, app.log)
    app.addHook('onClose', stop)
    app.addHook('onRequest', (request, reply, next) => {
      const spanContext = beginRequest(request, reply)
      runInTrace(traceOf(request.raw), () => context.with(spanContext, next))
    })
  } else {
    app.addHook('onRequest', (request, _reply, next) => runInTrace(traceOf(request.raw), next))
  }
  logRequests(app, requestLog)
}

async function start(settings: TelemetrySettings, log: FastifyBaseLogger): Promise<void> {
  users += 1
  for (const ignored of settings.ignored) {
    const fields = { event: 'telemetry_setting_ignored', ...ignored }
    log.warn(fields, `${ignored.setting}: ${ignored.reason}; the app goes on`)
  }
  running ??= import('./sdk.ts').then(({ startSdk }) => startSdk(settings, log))
  await running
  enableMetrics()
  setRecording(true)
}

async function stop(): Promise<void> {
  users -= 1
  if (users > 0) return
  const end = await running
  running = undefined
  setRecording(false)
  disableMetrics()
  await end?.()
}

export default fp(telemetry, { name: 'telemetry' })
