import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { type Gatehouse, startGatehouse } from '@gatehouse/test-support/gatehouse'
import type { FastifyBaseLogger } from 'fastify'
import { ExportFailures } from '../../src/telemetry/sdk.ts'
import { freePort } from '@gatehouse/tenant/testing'
import { load, ownTenant, refusalOf } from '../support/config-folder.ts'
import { type Collector, startCollector } from '../support/collector.ts'

const settings = (env: Record<string, string>) => load(ownTenant, env).telemetry

describe('the variables of OpenTelemetry', () => {
  it.each([
    ['none is set', {}],
    ['only a name is', { OTEL_SERVICE_NAME: 'app' }],
    ['the SDK is disabled', { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' }],
    ['no exporter is wanted', { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }],
  ])('ask for nothing if %s', (_when, env) => {
    expect(settings(env)).toBeUndefined()
  })

  it('send both signals to one endpoint, each to a path of its own', () => {
    expect(settings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' })).toMatchObject({
      serviceName: 'gatehouse',
      traces: ['otlp'],
      metrics: ['otlp'],
      tracesUrl: 'http://collector:4318/v1/traces',
      metricsUrl: 'http://collector:4318/v1/metrics',
      ignored: [],
    })
  })

  it.each([
    [{ OTEL_TRACES_EXPORTER: 'console' }, { traces: ['console'], metrics: [] }],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_METRICS_EXPORTER: 'none' },
      { traces: ['otlp'], metrics: [] },
    ],
    [
      { OTEL_METRICS_EXPORTER: 'prometheus' },
      { traces: [], metrics: ['prometheus'], prometheus: { host: '127.0.0.1', port: 9464 } },
    ],
    [
      { METRICS_PORT: '9100', METRICS_HOST: '0.0.0.0', OTEL_SDK_DISABLED: 'true' },
      { traces: [], metrics: ['prometheus'], prometheus: { host: '0.0.0.0', port: 9100 } },
    ],
    [
      {
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_TRACES_SAMPLER: 'traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.1',
      },
      {
        sampler: { name: 'traceidratio', ratio: 0.1 },
        tracesUrl: 'http://localhost:4318/v1/traces',
      },
    ],
  ])('%j are followed', (env, expected) => {
    expect(settings(env)).toMatchObject({ ...expected, ignored: [] })
  })

  it.each([
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER', 'zipkin is not one of'],
    [{ OTEL_METRICS_EXPORTER: 'otlp,x y' }, 'OTEL_METRICS_EXPORTER', 'the value is not one of'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'is not an http',
    ],
    [
      { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'grpc is not spoken',
    ],
    [
      { OTEL_TRACES_EXPORTER: 'otlp', OTEL_TRACES_SAMPLER: 'xray' },
      'OTEL_TRACES_SAMPLER',
      'is not one of',
    ],
    [
      { OTEL_TRACES_EXPORTER: 'otlp', OTEL_TRACES_SAMPLER_ARG: '2' },
      'OTEL_TRACES_SAMPLER_ARG',
      'is not a number',
    ],
  ])('that cannot be followed are told of, and nothing is refused: %j', (env, setting, reason) => {
    const ignored = settings({ ...env })?.ignored ?? []
    expect(ignored.map((one) => one.setting)).toContain(setting)
    expect(ignored.map((one) => one.reason).join()).toContain(reason)
  })
})

describe('METRICS_PORT', () => {
  it.each(['0', '70000', 'metrics', '5174'])('is refused as %s', (port) => {
    const { problems } = refusalOf(ownTenant, { METRICS_PORT: port })
    expect(problems.map(({ key }) => key)).toEqual(['METRICS_PORT'])
  })
})

describe('telemetry that does not work', () => {
  const open: { close(): unknown }[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })
  const started = async (env: Record<string, string>): Promise<Gatehouse> => {
    const gatehouse = await startGatehouse({ env })
    open.push(gatehouse)
    return gatehouse
  }
  const events = ({ logs }: Gatehouse, name: string) =>
    logs
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ event }) => event === name)

  it('lets the app serve if the metrics port is taken, and says so once', async () => {
    const other: Server = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    open.push(other)
    const { port } = other.address() as AddressInfo
    const gatehouse = await started({ METRICS_PORT: String(port) })
    expect((await gatehouse.browser().get('/healthz')).status).toBe(200)
    expect(events(gatehouse, 'metrics_not_served')).toMatchObject([
      { level: 50, setting: 'METRICS_PORT', reason: 'EADDRINUSE' },
    ])
  })

  it('goes on for one app if another one in this process ends', async () => {
    const port = await freePort()
    const gatehouse = await started({ METRICS_PORT: String(port) })
    await (await startGatehouse({ env: { METRICS_PORT: String(port) } })).close()
    expect((await gatehouse.browser().get('/healthz')).status).toBe(200)
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    expect(metrics).toMatch(/http_server_request_duration_count\{[^}]*http_route="\/healthz"/)
  })

  it('lets the app serve with an unknown exporter, and says so once', async () => {
    const gatehouse = await started({ OTEL_TRACES_EXPORTER: 'zipkin' })
    await gatehouse.browser().signIn()
    expect((await gatehouse.browser().get('/healthz')).status).toBe(200)
    expect(events(gatehouse, 'telemetry_setting_ignored')).toMatchObject([
      { level: 40, setting: 'OTEL_TRACES_EXPORTER' },
    ])
  })

  it.each([
    ['refuses connections', async () => `http://127.0.0.1:${await freePort()}`],
    [
      'answers with an error',
      async () => {
        const collector: Collector = await startCollector(400)
        open.unshift(collector)
        return collector.url
      },
    ],
  ])('lets the app serve and end if the collector %s, and says so once', async (_what, url) => {
    const endpoint = await url()
    const gatehouse = await startGatehouse({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } })
    const browser = gatehouse.browser()
    await browser.signIn()
    expect((await browser.get('/api/me')).status).toBe(200)
    await gatehouse.close()
    const told = events(gatehouse, 'telemetry_not_exported')
    expect(told.length).toBeGreaterThan(0)
    const exporters = told.map(({ exporter }) => exporter)
    expect(exporters).toHaveLength(new Set(exporters).size)
  })
})

describe('a collector that is away', () => {
  it('is told of once, and again after it took something', () => {
    const told: unknown[] = []
    const log = { warn: (fields: object) => void told.push(fields) } as unknown as FastifyBaseLogger
    const codes = [1, 1, 0, 1, 1]
    const results = codes.map((code) => ({ code }))
    const exporter = {
      export: (_data: string, done: (result: { code: number }) => void) =>
        done(results.shift() ?? { code: 0 }),
    }
    const watched = new ExportFailures(log).watch(exporter, 'traces')
    const counts = codes.map(() => {
      watched.export('spans', () => undefined)
      return told.length
    })
    expect(counts).toEqual([1, 1, 1, 2, 2])
  })
})

describe('the SDK', () => {
  const run = promisify(execFile)
  const program = join(import.meta.dirname, '../support/loaded-modules.ts')
  const loaded = async (env: Record<string, string>) => {
    const { stdout } = await run(process.execPath, [program], { env: { ...process.env, ...env } })
    return (JSON.parse(stdout) as string[]).filter((name) => name !== 'api')
  }

  it('is not loaded unless a variable asks for it', async () => {
    expect(await loaded({})).toEqual([])
    expect(await loaded({ OTEL_TRACES_EXPORTER: 'none' })).toEqual([])
    expect(await loaded({ OTEL_TRACES_EXPORTER: 'console' })).toContain('sdk-trace')
  })
})
