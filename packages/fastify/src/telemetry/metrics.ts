/**
 * Every metric: its name, unit, attributes and meaning. Names are OpenTelemetry's where it has one
 * (https://opentelemetry.io/docs/specs/semconv/), and begin with `gatehouse.` where it has none.
 */
import { type Attributes, metrics as api } from '@opentelemetry/api'

interface Metric {
  kind: 'histogram' | 'counter' | 'gauge'
  unit: string
  attributes: readonly string[]
  meaning: string
}

/** Seconds. OpenTelemetry's advice for HTTP. */
const httpBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
/** Seconds. SQLite answers within 0.1 ms, and no store may take more than two seconds. */
const storeBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5]

export const metricCatalogue = {
  'http.server.request.duration': {
    kind: 'histogram',
    unit: 's',
    attributes: ['http.request.method', 'http.route', 'http.response.status_code', 'error.type'],
    meaning: 'Requests of browsers, from the headers to the end of the answer.',
  },
  'http.client.request.duration': {
    kind: 'histogram',
    unit: 's',
    attributes: [
      'gatehouse.api',
      'http.request.method',
      'server.address',
      'http.response.status_code',
      'error.type',
    ],
    meaning:
      'Attempts of calls to APIs, by their names in the configuration, and to Entra (`entra`).',
  },
  'db.client.operation.duration': {
    kind: 'histogram',
    unit: 's',
    attributes: ['db.system.name', 'db.operation.name', 'error.type'],
    meaning: 'Operations of the session store. Those with `error.type` failed.',
  },
  'gatehouse.sign_ins': {
    kind: 'counter',
    unit: '{sign_in}',
    attributes: ['outcome'],
    meaning:
      'Sign-ins: `signed_in`, `refused`, `failed` (the store), `not_started`, `restarted`, `step_up`, `silent_ended`.',
  },
  'gatehouse.token_refreshes': {
    kind: 'counter',
    unit: '{refresh}',
    attributes: ['outcome'],
    meaning: 'Refreshes of tokens: `renewed`, or the code of the problem.',
  },
  'gatehouse.api.queue.length': {
    kind: 'gauge',
    unit: '{call}',
    attributes: ['gatehouse.api'],
    meaning: 'Calls to an API that wait for a slot in this process.',
  },
  'gatehouse.sessions.open': {
    kind: 'gauge',
    unit: '{session}',
    attributes: [],
    meaning:
      'Sessions in the memory of this process that have not ended. One that is used on three instances counts on each; the store is not asked.',
  },
  'gatehouse.credential.days_left': {
    kind: 'gauge',
    unit: 'd',
    attributes: [],
    meaning: 'Whole days until the last credential ends; absent if no end is known.',
  },
} as const satisfies Record<string, Metric>

export type MetricName = keyof typeof metricCatalogue
type NamesOf<Kind> = {
  [Name in MetricName]: (typeof metricCatalogue)[Name]['kind'] extends Kind ? Name : never
}[MetricName]

interface Observation {
  value: number
  attributes?: Attributes
}

type RecordValue = (value: number, attributes: Attributes) => void

let recorders: Map<MetricName, RecordValue> | undefined
const observers = new Map<MetricName, Set<() => Observation[]>>()

/** Whether anything reads metrics, so that nothing is measured in vain. */
export function hasMetrics(): boolean {
  return recorders !== undefined
}

const signInOutcomes = [
  'signed_in',
  'refused',
  'failed',
  'not_started',
  'restarted',
  'step_up',
  'silent_ended',
] as const
type SignInOutcome = (typeof signInOutcomes)[number]

export function countSignIn(outcome: SignInOutcome): void {
  record('gatehouse.sign_ins', 1, { outcome })
}

/** @param value seconds for a duration, 1 for a counter */
export function record(
  name: NamesOf<'histogram' | 'counter'>,
  value: number,
  attributes: Attributes,
): void {
  recorders?.get(name)?.(value, attributes)
}

/** @param read is called at each collection. @returns a function that ends it */
export function observe(name: NamesOf<'gauge'>, read: () => Observation[]): () => void {
  const readers = observers.get(name) ?? new Set()
  observers.set(name, readers.add(read))
  return () => void readers.delete(read)
}

/** Makes the instruments, once the provider of meters is there. */
export function enableMetrics(): void {
  const meter = api.getMeter('gatehouse')
  recorders = new Map()
  for (const [key, { kind, unit, meaning }] of Object.entries(metricCatalogue)) {
    const name = key as MetricName
    const options = { unit, description: meaning.replaceAll('`', '') }
    if (kind === 'gauge') {
      meter.createObservableGauge(name, options).addCallback((result) => {
        const found = [...(observers.get(name) ?? [])].flatMap((read) => read())
        for (const { value, attributes } of found) result.observe(value, attributes)
      })
    } else if (kind === 'counter') {
      const counter = meter.createCounter(name, options)
      recorders.set(name, (value, attributes) => counter.add(value, attributes))
    } else {
      const explicitBucketBoundaries = name.startsWith('db.') ? storeBounds : httpBounds
      const advice = { explicitBucketBoundaries }
      const histogram = meter.createHistogram(name, { ...options, advice })
      recorders.set(name, (value, attributes) => histogram.record(value, attributes))
    }
  }
  // Prometheus compares nothing with a series that is not there: without a sign-in that worked since the start, no alert
  // would say that all of them fail.
  for (const outcome of signInOutcomes) record('gatehouse.sign_ins', 0, { outcome })
  record('gatehouse.token_refreshes', 0, { outcome: 'renewed' })
}

export function disableMetrics(): void {
  recorders = undefined
}

/** The names under which Prometheus finds a metric. */
export function prometheusNames(name: MetricName): string[] {
  const base = name.replaceAll('.', '_')
  const { kind } = metricCatalogue[name]
  if (kind === 'counter') return [`${base}_total`]
  return kind === 'gauge' ? [base] : ['bucket', 'sum', 'count'].map((part) => `${base}_${part}`)
}
