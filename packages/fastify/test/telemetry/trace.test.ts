import { describe, expect, it } from 'vitest'
import type { Problem } from '@gatehouse/contract/problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { currentTrace, parseTraceparent, RequestTrace } from '../../src/telemetry/trace.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'
const valid = `00-${traceId}-${spanId}-01`
const isTraceId = /^(?!0{32})[0-9a-f]{32}$/

const gatehouse = useTestApp({
  oneClock: true,
  config: { session: { idleMinutes: 1440, absoluteMinutes: 1440 } },
  extend: (app) => void app.post('/echo-trace', () => ({ traceId: currentTrace()?.traceId })),
})
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

interface Line extends Record<string, unknown> {
  event?: string
  trace_id?: string
}

const linesSince = (start: number): Line[] =>
  gatehouse()
    .logs.slice(start)
    .map((line) => JSON.parse(line) as Line)

/** The `traceparent` of every request that reached the tenant and its Graph. */
function sent(): { endpoint: string; traceparent: string }[] {
  return gatehouse()
    .tenant.journal.entries()
    .map(({ endpoint, headers }) => ({
      endpoint: endpoint,
      traceparent: String(headers['traceparent'] ?? ''),
    }))
    .filter(({ endpoint }) => ['token', 'users', 'me'].includes(endpoint))
}

describe('a traceparent header', () => {
  it.each([
    ['of version 00', valid, { traceId, spanId, flags: 1 }],
    ['that is not recorded', `00-${traceId}-${spanId}-00`, { traceId, spanId, flags: 0 }],
    ['with flags of later times', `00-${traceId}-${spanId}-ff`, { traceId, spanId, flags: 1 }],
    ['of a later version', `01-${traceId}-${spanId}-01-more`, { traceId, spanId, flags: 1 }],
  ])('%s is read', (_what, header, expected) => {
    expect(parseTraceparent(header)).toEqual(expected)
  })

  it.each([
    ['that is missing', undefined],
    ['that is empty', ''],
    ['of the forbidden version', `ff-${traceId}-${spanId}-01`],
    ['with capital letters', valid.toUpperCase()],
    ['with a trace id of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['with a span id of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['of version 00 with more members', `${valid}-more`],
    ['that came twice', `${valid}, ${valid}`],
    ['with a line break', `${valid}\n`],
    ['that is long', `01-${traceId}-${spanId}-01-${'x'.repeat(400)}`],
  ])('%s is ignored', (_what, header) => {
    expect(parseTraceparent(header)).toBeUndefined()
    const trace = new RequestTrace(header)
    expect(trace.traceId).toMatch(isTraceId)
    expect(trace.traceId).not.toBe(traceId)
  })
})

describe('the trace of a request', () => {
  it('goes on from the caller to Graph, with a span of its own', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    gatehouse().tenant.journal.clear()
    await browser.get('/api/users', { traceparent: valid })
    const [call] = sent()
    expect(call?.endpoint).toBe('users')
    expect(call?.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`))
    expect(call?.traceparent).not.toContain(spanId)
  })

  it('begins here without one, another for each request, and reaches Entra', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    await browser.get('/api/users')
    await browser.get('/api/users')
    const headers = sent().map(({ traceparent }) => traceparent)
    expect(sent().map(({ endpoint }) => endpoint)).toEqual(['token', 'users', 'users'])
    for (const header of headers) expect(header).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
    expect(new Set(headers.map((header) => header.slice(3, 35))).size).toBe(3)
  })

  it('is in the problem, and in every line of the log about the request', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    gatehouse().tenant.faults.set({ at: 'users', kind: 'respond', status: 500, body: {}, times: 2 })
    const start = gatehouse().logs.length
    const answer = await browser.get('/api/users', { traceparent: valid })
    expect((answer.json() as Problem).traceId).toBe(traceId)
    const lines = linesSince(start)
    expect(lines.map(({ event }) => event)).toContain('request_failed')
    for (const line of lines) expect(line.trace_id).toBe(traceId)
  })

  it('is known behind a body that arrived in parts', async () => {
    const body = new ReadableStream({
      async pull(controller) {
        controller.enqueue(new TextEncoder().encode('{"a":'))
        await new Promise((resolve) => setTimeout(resolve, 50))
        controller.enqueue(new TextEncoder().encode('1}'))
        controller.close()
      },
    })
    const answer = await fetch(`${gatehouse().origin}/echo-trace`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'sec-fetch-site': 'same-origin',
        traceparent: valid,
      },
      body,
      duplex: 'half',
    })
    expect(await answer.json()).toEqual({ traceId })
  })

  it('is new in a problem if the caller’s is malformed', async () => {
    const header = valid.replace('00-', '00-zz')
    const answer = await gatehouse().browser().get('/api/me', { traceparent: header })
    const { traceId: given } = answer.json() as Problem
    expect(given).toMatch(isTraceId)
    expect(given).not.toBe(traceId)
  })
})

describe('the ids that Microsoft gave a call that failed', () => {
  const lastLine = (event: string) =>
    linesSince(0)
      .filter((line) => line.event === event)
      .at(-1)

  it.each([404, 500])('are in the log with Graph’s status %i', async (status) => {
    const browser = gatehouse().browser()
    await browser.signIn()
    gatehouse().tenant.faults.set({ at: 'users', kind: 'respond', status, body: {}, times: 2 })
    await browser.get('/api/users')
    const event = status === 500 ? 'request_failed' : 'request_refused'
    expect(lastLine(event)).toMatchObject({
      apiStatus: status,
      apiRequestId: expect.stringMatching(guid) as string,
    })
  })

  it('are in the log if Entra refused a refresh', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    gatehouse().advance(100 * 60_000)
    gatehouse().tenant.faults.set({ at: 'token', kind: 'aadsts', times: 1, code: 7000215 })
    await browser.get('/api/users', { traceparent: valid })
    // A line of the session's, which has no request's logger.
    expect(lastLine('refresh_refused')).not.toHaveProperty('reqId')
    expect(lastLine('refresh_refused')).toMatchObject({ trace_id: traceId })
    for (const event of ['refresh_refused', 'request_failed']) {
      expect(lastLine(event)).toMatchObject({
        traceId: expect.stringMatching(guid) as string,
        correlationId: expect.stringMatching(guid) as string,
      })
    }
  })
})
