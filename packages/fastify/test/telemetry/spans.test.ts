import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Gatehouse, startGatehouse } from '@gatehouse/test-support/gatehouse'
import { freePort, people } from '@gatehouse/tenant/testing'
import {
  attributesOf,
  type CollectedSpan,
  type Collector,
  startCollector,
} from '../support/collector.ts'
import { metricCatalogue, type MetricName, prometheusNames } from '../../src/telemetry/metrics.ts'
import { goodKey } from '../support/config-folder.ts'
import { secretsOf } from '../support/secrets-of.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const callerSpan = '00f067aa0ba902b7'
const traceparent = `00-${traceId}-${callerSpan}-01`

let collector: Collector
let metricsText = ''
/** Values that must be seen nowhere, by kind. */
let secrets: Map<string, string>
let sentToGraph: string

/** Sign-in, a call, a refresh, failures of each party and a sign-out. */
async function visit(gatehouse: Gatehouse) {
  const { tenant } = gatehouse
  const browser = gatehouse.browser()
  await browser.signIn({ returnTo: '/users?private=yes' })
  await browser.get('/api/users?search=Nora', { traceparent })
  sentToGraph = String(tenant.journal.entries().at(-1)?.headers['traceparent'])
  await browser.get(`/api/users/${people(tenant).first.id}/photo`)
  await browser.get('/nowhere/private-path?token=abc')
  gatehouse.advance(100 * 60_000)
  await browser.get('/api/users')
  tenant.faults.set({ at: 'users', kind: 'reset', times: 2 })
  await browser.get('/api/users')
  tenant.faults.set({
    at: 'users',
    kind: 'respond',
    status: 500,
    body: { error: 'Nora' },
    times: 1,
  })
  await browser.get('/api/users')
  tenant.faults.set({ at: 'token', kind: 'idToken', times: 1, variant: 'bad-signature' })
  await gatehouse.browser().signIn()
  tenant.faults.clear()
  secrets = secretsOf(tenant, await browser.cookieHeader()).set('tenant id', tenant.tenantId)
}

beforeAll(async () => {
  collector = await startCollector()
  const metricsPort = await freePort()
  const gatehouse = await startGatehouse({
    env: {
      SESSION_KEYS: goodKey,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_SERVICE_NAME: 'the-app',
      METRICS_PORT: String(metricsPort),
    },
    config: {
      clientSecretExpires: new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10),
      session: { idleMinutes: 1440, absoluteMinutes: 1440 },
    },
    oneClock: true,
  })
  try {
    await visit(gatehouse)
    metricsText = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  } finally {
    await gatehouse.close()
  }
}, 60_000)
afterAll(() => collector.close())

const named = (name: string) => collector.spans().filter((span) => span.name === name)
const parentOf = (span: CollectedSpan | undefined) =>
  collector.spans().find(({ spanId }) => spanId === span?.parentSpanId)
const factsOf = (span: CollectedSpan | undefined) => attributesOf(span?.attributes ?? [])

describe('the spans of a request', () => {
  it('go on in the caller’s trace, and Graph’s call is below it', () => {
    const request = collector.spans().find(({ parentSpanId }) => parentSpanId === callerSpan)
    expect(request).toMatchObject({ name: 'GET /api/users', kind: 2, traceId })
    expect(factsOf(request)).toMatchObject({
      'http.request.method': 'GET',
      'http.route': '/api/users',
      'http.response.status_code': 200,
    })
    const call = collector
      .spans()
      .find((span) => span.traceId === traceId && factsOf(span)['gatehouse.api'] === 'graph')
    expect(call).toMatchObject({ name: 'GET', kind: 3 })
    expect(parentOf(call)?.spanId).toBe(request?.spanId)
    expect(sentToGraph).toBe(`00-${traceId}-${call?.spanId}-01`)
  })

  it('have the sign-in below its request, and Entra and the store below the sign-in', () => {
    const [signIn] = named('sign-in callback')
    expect(parentOf(signIn)?.name).toBe('GET /auth/redirect')
    const below = collector.spans().filter(({ parentSpanId }) => parentSpanId === signIn?.spanId)
    expect(below.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['POST', 'create sqlite', 'consume sqlite']),
    )
    const entra = below.find(({ name }) => name === 'POST')
    expect(factsOf(entra)).toMatchObject({
      'gatehouse.api': 'entra',
      'server.address': '127.0.0.1',
      'http.response.status_code': 200,
    })
    expect(parentOf(named('sign-in start')[0])?.name).toBe('GET /auth/sign-in')
  })

  it('have the token refresh below the request that needed it, and Entra below that', () => {
    const [refresh] = named('token refresh')
    expect(parentOf(refresh)?.name).toBe('GET /api/users')
    const below = collector.spans().filter(({ parentSpanId }) => parentSpanId === refresh?.spanId)
    expect(below.map(({ name }) => name)).toContain('POST')
  })

  it('say what failed, in one word', () => {
    const errors = collector.spans().flatMap((span) => {
      const { 'error.type': type } = factsOf(span)
      return type === undefined ? [] : [{ type, code: span.status.code }]
    })
    expect(errors).toContainEqual({ type: '500', code: 2 })
    expect(errors).toContainEqual({ type: 'upstream_failed', code: 2 })
    for (const { type } of errors) expect(type).toMatch(/^\w{1,64}$/)
  })

  it('have the name of the service', () => {
    expect(collector.resource()).toMatchObject({ 'service.name': 'the-app' })
  })
})

describe('what is seen from outside', () => {
  it('holds no token, cookie, name, address, id or query, in spans or metrics', () => {
    expect(collector.paths()).toEqual(expect.arrayContaining(['/v1/traces', '/v1/metrics']))
    const kinds = new Set([...secrets.keys()].map((name) => name.replace(/ \d+$/, '')))
    expect([...kinds]).toEqual(
      expect.arrayContaining(['access token', 'refresh_token', 'cookie', 'object id', 'name']),
    )
    for (const text of [collector.text(), metricsText]) {
      expect(text).toContain('/api/users')
      const leaked = [...secrets].filter(
        ([, value]) => text.includes(value) || text.includes(encodeURIComponent(value)),
      )
      expect(leaked).toEqual([])
      expect(text).not.toMatch(/eyJ[\w-]{5}|Bearer|private|token=abc|Nora|search/)
    }
  })

  it('has every metric of the catalogue under the name that dashboard and rules use', () => {
    for (const name of Object.keys(metricCatalogue) as MetricName[]) {
      for (const one of prometheusNames(name))
        expect(metricsText).toMatch(new RegExp(`^${one}\\{`, 'm'))
    }
  })

  it('counts what happened, at an address of its own', () => {
    const value = (line: string) => {
      const found = metricsText.split('\n').find((one) => matches(one, line))
      return found === undefined ? undefined : Number(found.split(' ').at(-1))
    }
    expect(value('gatehouse_sign_ins_total{outcome="signed_in"}')).toBe(1)
    expect(value('gatehouse_sign_ins_total{outcome="refused"}')).toBe(1)
    // What did not happen is there, too: an alert compares failures with it.
    expect(value('gatehouse_sign_ins_total{outcome="silent_ended"}')).toBe(0)
    expect(value('gatehouse_token_refreshes_total{outcome="renewed"}')).toBe(1)
    expect(value('gatehouse_sessions_open{}')).toBe(1)
    expect(value('gatehouse_api_queue_length{gatehouse_api="graph"}')).toBe(0)
    const route = 'http_route="/api/users",http_response_status_code="200"'
    expect(value(`http_server_request_duration_count{${route}}`)).toBe(2)
    const graph = 'gatehouse_api="graph",error_type="upstream_failed"'
    expect(value(`http_client_request_duration_count{${graph}}`)).toBe(2)
    expect(value('db_client_operation_duration_count{db_operation_name="create"}')).toBe(1)
  })
})

/** Whether a line of Prometheus has this name, and these labels among others. */
function matches(line: string, wanted: string): boolean {
  const [name = '', labels = ''] = wanted.slice(0, -1).split('{')
  return line.startsWith(`${name}{`) && labels.split(',').every((label) => line.includes(label))
}
