/**
 * The OpenTelemetry SDK. This file is loaded by `import()` only if the environment asks for it: the SDK
 * takes as long to load as the rest of the app.
 */
import { randomBytes } from 'node:crypto'
import { context, metrics, trace, TraceFlags } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import {
  ConsoleMetricExporter,
  type IMetricReader,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { FastifyBaseLogger } from 'fastify'
import { withTimeout } from '../with-timeout.ts'
import type { TelemetrySettings } from './settings.ts'
import { callerMayDecide } from './spans.ts'

/** The end of a process does not wait longer for a collector that does not answer. */
const flushMs = 2_000

/** @returns a function that sends what is left, and ends it. Never throws */
export async function startSdk(
  settings: TelemetrySettings,
  log: FastifyBaseLogger,
): Promise<() => Promise<void>> {
  const failures = new ExportFailures(log)
  const named = resourceFromAttributes({ 'service.name': settings.serviceName })
  const resource = defaultResource().merge(named)
  const tracing = settings.traces.map((exporter) => traceExporter(exporter, settings, failures))
  const spanProcessors = tracing.map((exporter) => new BatchSpanProcessor({ exporter }))
  const sampler = samplerOf(settings)
  const tracers = new TracerProvider({ resource, sampler, spanProcessors })
  const readers = await metricReaders(settings, log, failures)
  const meters = new MeterProvider({ resource, readers })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  if (spanProcessors.length > 0) trace.setGlobalTracerProvider(tracers)
  if (readers.length > 0) metrics.setGlobalMeterProvider(meters)
  return async () => {
    const ends = Promise.allSettled([tracers.shutdown(), meters.shutdown()])
    await withTimeout(flushMs, ends).catch(() => failures.giveUp())
    for (const one of [trace, metrics, context]) one.disable()
  }
}

function traceExporter(
  kind: TelemetrySettings['traces'][number],
  { tracesUrl: url }: TelemetrySettings,
  failures: ExportFailures,
): SpanExporter {
  if (kind === 'console') return new ConsoleSpanExporter()
  return failures.watch(new OTLPTraceExporter({ url }), 'traces')
}

async function metricReaders(
  settings: TelemetrySettings,
  log: FastifyBaseLogger,
  failures: ExportFailures,
): Promise<IMetricReader[]> {
  const readers: IMetricReader[] = []
  for (const kind of settings.metrics) {
    if (kind === 'prometheus') readers.push(...(await prometheus(settings, log)))
    else {
      const exporter: PushMetricExporter =
        kind === 'console'
          ? new ConsoleMetricExporter()
          : failures.watch(new OTLPMetricExporter({ url: settings.metricsUrl }), 'metrics')
      readers.push(new PeriodicExportingMetricReader({ exporter }))
    }
  }
  return readers
}

async function prometheus({ prometheus: place }: TelemetrySettings, log: FastifyBaseLogger) {
  const reader = new PrometheusExporter({ ...place, preventServerStart: true })
  try {
    await reader.startServer()
    return [reader]
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const fields = { event: 'metrics_not_served', setting: 'METRICS_PORT', reason: code }
    log.error(fields, `Metrics cannot be served at ${place.host}:${place.port}; the app goes on`)
    return []
  }
}

/** The outcome of an export, as both kinds of exporters report it. */
interface ExportResult {
  code: number
  error?: Error
}

interface Exporter<Data> {
  export(data: Data, done: (result: ExportResult) => void): void
}

type ExporterName = 'traces' | 'metrics'

/** Logs the first failure, and the first after each success: a collector may be away for hours. */
export class ExportFailures {
  readonly #log: FastifyBaseLogger
  readonly #failing = new Set<ExporterName>()
  /** Exports that have no outcome yet: the library tries again for a while. */
  readonly #pending = new Set<ExporterName>()

  constructor(log: FastifyBaseLogger) {
    this.#log = log
  }

  /** @returns the exporter, which reports its failures here */
  watch<Data, E extends Exporter<Data>>(exporter: E & Exporter<Data>, name: ExporterName): E {
    const send = exporter.export.bind(exporter)
    exporter.export = (data, done) => {
      this.#pending.add(name)
      send(data, ({ code, error }) => {
        this.#pending.delete(name)
        if (code === 0) this.#failing.delete(name)
        else this.#tell(name, reasonOf(error))
        // The library would log a failure too, each time.
        done({ code: 0 })
      })
    }
    return exporter
  }

  /** At the end of the process: what has no outcome by now is lost. */
  giveUp(): void {
    for (const name of this.#pending) this.#tell(name, 'no_answer')
  }

  #tell(exporter: ExporterName, reason: string): void {
    if (this.#failing.has(exporter)) return
    this.#failing.add(exporter)
    const fields = { event: 'telemetry_not_exported', exporter, reason }
    this.#log.warn(fields, 'The OpenTelemetry collector takes nothing; the app goes on')
  }
}

/** A code or a status. The message may quote the collector's answer. */
function reasonOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'number' || typeof code === 'string' ? String(code) : 'no_answer'
}

/**
 * Records a share of the traces, by their ids, so that all servers record the same ones. A stranger chooses the id of
 * the trace, so another id decides in its place, and what follows in this process does as the first span.
 */
function shareOf(ratio: number): Sampler {
  const byId = new TraceIdRatioBasedSampler(ratio)
  const { RECORD_AND_SAMPLED, NOT_RECORD } = SamplingDecision
  return {
    shouldSample: (parent, traceId) => {
      const caller = trace.getSpanContext(parent)
      if (caller && caller.isRemote !== true) {
        const isSampled = (caller.traceFlags & TraceFlags.SAMPLED) !== 0
        return { decision: isSampled ? RECORD_AND_SAMPLED : NOT_RECORD }
      }
      const isChosen = caller !== undefined && !callerMayDecide(parent)
      return byId.shouldSample(parent, isChosen ? randomBytes(16).toString('hex') : traceId)
    },
    toString: () => byId.toString(),
  }
}

function samplerOf({ sampler: { name, ratio } }: TelemetrySettings): Sampler {
  const root = name.endsWith('traceidratio')
    ? shareOf(ratio)
    : name.endsWith('off')
      ? new AlwaysOffSampler()
      : new AlwaysOnSampler()
  if (!name.startsWith('parentbased')) return root
  const byCaller = new ParentBasedSampler({ root })
  const strangers = { remoteParentSampled: root, remoteParentNotSampled: root }
  const byOwnRule = new ParentBasedSampler({ root, ...strangers })
  return {
    shouldSample: (parent, ...request) =>
      (callerMayDecide(parent) ? byCaller : byOwnRule).shouldSample(parent, ...request),
    toString: () => name,
  }
}
