/**
 * What the environment asks of OpenTelemetry, by the names of its specification.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */

/** The variables that are read here. The exporters read headers, timeouts and certificates themselves. */
export type TelemetryVariables = Partial<
  Record<
    | 'OTEL_SDK_DISABLED'
    | 'OTEL_SERVICE_NAME'
    | 'OTEL_TRACES_EXPORTER'
    | 'OTEL_METRICS_EXPORTER'
    | 'OTEL_EXPORTER_OTLP_ENDPOINT'
    | 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
    | 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'
    | 'OTEL_EXPORTER_OTLP_PROTOCOL'
    | 'OTEL_TRACES_SAMPLER'
    | 'OTEL_TRACES_SAMPLER_ARG',
    string
  >
>

type TraceExporter = 'otlp' | 'console'
type MetricExporter = 'otlp' | 'console' | 'prometheus'

export interface TelemetrySettings {
  readonly serviceName: string
  readonly traces: readonly TraceExporter[]
  readonly metrics: readonly MetricExporter[]
  /** Whole addresses, with `/v1/traces` and `/v1/metrics`. */
  readonly tracesUrl: string
  readonly metricsUrl: string
  /** Where Prometheus fetches, if it is among the exporters. */
  readonly prometheus: { readonly host: string; readonly port: number }
  readonly sampler: { readonly name: Sampler; readonly ratio: number }
  /** What cannot be followed, and why: logged once, because telemetry must not keep the app from serving. */
  readonly ignored: readonly { readonly setting: string; readonly reason: string }[]
}

const samplers = [
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
  'always_on',
  'always_off',
  'traceidratio',
] as const
type Sampler = (typeof samplers)[number]

/** The specification's own. */
const defaultEndpoint = 'http://localhost:4318'
const defaultPrometheusPort = 9464

interface Listener {
  host: string
  /** `METRICS_PORT`; undefined if it is not set. */
  port: number | undefined
}

/** @returns undefined if nothing asks for an SDK, which is then not loaded */
export function readTelemetrySettings(
  env: TelemetryVariables,
  { host, port }: Listener,
): TelemetrySettings | undefined {
  const ignored: { setting: string; reason: string }[] = []
  const isDisabled = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true'
  const ignore = (setting: string, reason: string) => void ignored.push({ setting, reason })
  const pick = exporterPicker(env, isDisabled, ignore)
  const traces = pick('OTEL_TRACES_EXPORTER', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', [
    'otlp',
    'console',
  ])
  const metrics = pick('OTEL_METRICS_EXPORTER', 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', [
    'otlp',
    'console',
    'prometheus',
  ])
  // A port of our own setting counts whatever OpenTelemetry's variables say.
  if (port !== undefined && !metrics.includes('prometheus')) metrics.push('prometheus')
  if (traces.length + metrics.length + ignored.length === 0) return undefined
  const isOtlp = traces.includes('otlp') || metrics.includes('otlp')
  const { OTEL_EXPORTER_OTLP_PROTOCOL: protocol } = env
  if (isOtlp && protocol !== undefined && protocol !== 'http/json') {
    ignore('OTEL_EXPORTER_OTLP_PROTOCOL', `${word(protocol)} is not spoken: http/json is sent`)
  }
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT ?? defaultEndpoint
  return {
    serviceName: env.OTEL_SERVICE_NAME ?? 'gatehouse',
    traces,
    metrics,
    tracesUrl: env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? below(base, 'v1/traces'),
    metricsUrl: env.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT ?? below(base, 'v1/metrics'),
    prometheus: { host, port: port ?? defaultPrometheusPort },
    sampler: readSampler(env, ignore),
    ignored,
  }
}

type Ignore = (setting: string, reason: string) => void

/** An endpoint alone asks for OTLP; `none` asks for nothing. */
function exporterPicker(env: TelemetryVariables, isDisabled: boolean, ignore: Ignore) {
  return <const Known extends string>(
    listKey: 'OTEL_TRACES_EXPORTER' | 'OTEL_METRICS_EXPORTER',
    urlKey: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' | 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
    known: readonly Known[],
  ): Known[] => {
    if (isDisabled) return []
    const url = env[urlKey] ?? env.OTEL_EXPORTER_OTLP_ENDPOINT
    const asked = (env[listKey] ?? (url === undefined ? 'none' : 'otlp'))
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== '' && name !== 'none')
    const picked = known.filter((name) => asked.includes(name))
    for (const name of asked) {
      if (known.some((one) => one === name)) continue
      ignore(listKey, `${word(name)} is not one of ${known.join(', ')} and none`)
    }
    if (url === undefined || isHttp(url) || !picked.some((name) => name === 'otlp')) return picked
    const setting = env[urlKey] === undefined ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : urlKey
    ignore(setting, 'is not an http:// or https:// address')
    return picked.filter((name) => name !== 'otlp')
  }
}

function readSampler(env: TelemetryVariables, ignore: Ignore) {
  const { OTEL_TRACES_SAMPLER: asked, OTEL_TRACES_SAMPLER_ARG: argument } = env
  const name = samplers.find((one) => one === asked) ?? 'parentbased_always_on'
  if (asked !== undefined && name !== asked) {
    ignore('OTEL_TRACES_SAMPLER', `is not one of ${samplers.join(', ')}`)
  }
  const ratio = Number(argument ?? 1)
  const isRatio = ratio >= 0 && ratio <= 1
  if (!isRatio) ignore('OTEL_TRACES_SAMPLER_ARG', 'is not a number from 0 to 1')
  return { name, ratio: isRatio ? ratio : 1 }
}

function isHttp(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '')
}

function below(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}/${path}`
}

/** A value may be anything, also a secret in the wrong variable. */
function word(value: string): string {
  return /^[a-z][a-z0-9/_-]{0,20}$/i.test(value) ? value : 'the value'
}
