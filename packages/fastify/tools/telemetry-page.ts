/** `npm run telemetry -w @gatehouse/fastify`: writes docs/telemetry.md from the catalogue of metrics. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { metricCatalogue } from '../src/telemetry/metrics.ts'
import { table } from './logging-page.ts'

const head = `# Traces and metrics

OpenTelemetry, off unless a variable asks for it; the SDK is not even loaded then. This page is made from
\`packages/fastify/src/telemetry/metrics.ts\`. \`deploy/\` has a Grafana dashboard and Prometheus alert rules.

| variable                                            | what it does                                                                        |
| --------------------------------------------------- | ----------------------------------------------------------------------------------- |
| \`METRICS_PORT\`, \`METRICS_HOST\`                      | serves \`/metrics\` for Prometheus at an address of its own, \`127.0.0.1\` by default   |
| \`OTEL_EXPORTER_OTLP_ENDPOINT\`                       | sends spans and metrics to a collector, OTLP as JSON over HTTP (usually port 4318)  |
| \`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT\`, \`…_METRICS_…\` | the same for one of them, a whole address                                           |
| \`OTEL_EXPORTER_OTLP_HEADERS\` and others             | read by OpenTelemetry's exporter itself: headers, timeout, compression, certificate |
| \`OTEL_TRACES_EXPORTER\`                              | \`otlp\`, \`console\` or \`none\`                                                         |
| \`OTEL_METRICS_EXPORTER\`                             | \`otlp\`, \`console\`, \`prometheus\` (port 9464 without \`METRICS_PORT\`) or \`none\`        |
| \`OTEL_TRACES_SAMPLER\`, \`OTEL_TRACES_SAMPLER_ARG\`    | which traces are recorded, all by default; see below                                |
| \`OTEL_SERVICE_NAME\`                                 | \`gatehouse\` by default                                                              |
| \`OTEL_SDK_DISABLED=true\`                            | none of the above; \`METRICS_PORT\` still counts                                      |

What cannot be followed is told in the log once, and the app serves on: an unknown exporter
(\`telemetry_setting_ignored\`), a collector that does not answer (\`telemetry_not_exported\`), a metrics port that is taken
(\`metrics_not_served\`). The way to the collector does not lead through \`HTTPS_PROXY\`.

Nothing of it holds a token, a cookie, a name, an e-mail address, an id of a user or of a tenant, a path or a query.

## Spans

| span                          | kind     | below                                          |
| ----------------------------- | -------- | ---------------------------------------------- |
| \`GET /api/users\` (the route)  | server   | the caller's span, from \`traceparent\`          |
| \`sign-in start\`               | internal | the request                                    |
| \`sign-in callback\`            | internal | the request                                    |
| \`token refresh\`               | internal | the request that needed the token              |
| \`GET\`, \`POST\` (the method)    | client   | what called an API, or Entra (\`gatehouse.api\`) |
| \`read sqlite\`, \`create redis\` | client   | what asked the store                           |

\`traceparent\` is read and sent, and named in problems (\`traceId\`) and in the log (\`trace_id\`), whether spans are recorded or
not. A trace that begins here while nothing records has the flag 00. \`tracestate\` is not passed on.

The trace goes on from anyone's \`traceparent\`: it is only a name. Whether it is recorded is decided here, by
\`OTEL_TRACES_SAMPLER\`, for anyone can send a header; the caller's flag counts only from a proxy in \`TRUSTED_PROXIES\`
that adds \`X-Forwarded-For\`, with a \`parentbased_\` sampler. Of a share (\`traceidratio\`), the id of the trace decides only if it
came from there or began here. A proxy that makes no traces of its own should
remove the header of strangers, as those in \`deploy/\` do.

## Metrics

Prometheus has underscores for dots, and \`_total\` at the end of counters; durations are in seconds, with \`_bucket\`,
\`_sum\` and \`_count\`.
`

/** The page as in docs/. */
export function telemetryPage(): string {
  const rows = Object.entries(metricCatalogue).map(
    ([name, { kind, unit, attributes, meaning }]) => [
      `\`${name}\``,
      kind,
      unit,
      attributes.map((attribute) => `\`${attribute}\``).join(', '),
      meaning,
    ],
  )
  return `${head}\n${table(['metric', 'kind', 'unit', 'attributes', 'means'], rows)}`
}

export const telemetryPagePath = join(import.meta.dirname, '../../../docs/telemetry.md')

if (import.meta.main) writeFileSync(telemetryPagePath, telemetryPage())
