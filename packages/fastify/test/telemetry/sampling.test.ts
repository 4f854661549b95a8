import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startGatehouse } from '@gatehouse/test-support/gatehouse'
import { type Collector, startCollector } from '../support/collector.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const span = '00f067aa0ba902b7'
const forwarded = { 'x-forwarded-for': '203.0.113.9' }

let collector: Collector
beforeEach(async () => {
  collector = await startCollector()
})
afterEach(() => collector.close())

interface Recording {
  sampler: string
  /** OTEL_TRACES_SAMPLER_ARG */
  ratio?: string
  trusted?: string
  /** Of the caller's trace. */
  id?: string
}

/** Sends one request and ends the app, which sends what it has recorded. @returns whether the trace was recorded */
async function isRecorded(
  { sampler, ratio, trusted = '', id = traceId }: Recording,
  flags: '00' | '01',
  headers: Record<string, string> = forwarded,
) {
  const gatehouse = await startGatehouse({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: sampler,
      TRUSTED_PROXIES: trusted,
      ...(ratio !== undefined && { OTEL_TRACES_SAMPLER_ARG: ratio }),
    },
  })
  const traceparent = `00-${id}-${span}-${flags}`
  const answer = await gatehouse.browser().get('/api/me', { ...headers, traceparent })
  expect(await answer.json()).toMatchObject({ traceId: id })
  await gatehouse.close()
  return collector.spans().some((one) => one.traceId === id)
}

describe('whether a request is recorded', () => {
  it.each(['00', '01'] as const)('is not decided by a stranger with the flag %s', async (flag) => {
    expect(await isRecorded({ sampler: 'parentbased_always_on' }, flag)).toBe(true)
    await collector.close()
    collector = await startCollector()
    expect(await isRecorded({ sampler: 'parentbased_always_off' }, flag)).toBe(false)
  })

  it.each(['traceidratio', 'parentbased_traceidratio'])(
    'is not decided by a stranger who chooses the id of the trace, with %s',
    async (sampler) => {
      const first = `${'0'.repeat(31)}1`
      expect(await isRecorded({ sampler, ratio: '0.000001', id: first }, '01')).toBe(false)
      const last = `${'f'.repeat(8)}${'0'.repeat(24)}`
      expect(await isRecorded({ sampler, ratio: '0.999999', id: last }, '00')).toBe(true)
    },
  )

  it('follows the id of the trace that a trusted proxy has begun, so that all servers record the same ones', async () => {
    const trusted = '127.0.0.1'
    const first = `${'0'.repeat(31)}1`
    const sampler = 'traceidratio'
    expect(await isRecorded({ sampler, ratio: '0.000001', trusted, id: first }, '00')).toBe(true)
  })

  it('is not decided by a stranger either where another address is trusted', async () => {
    const trusted = '10.0.0.7'
    expect(await isRecorded({ sampler: 'parentbased_always_off', trusted }, '01')).toBe(false)
  })

  it('is decided by a trusted proxy, unless the sampler follows nobody', async () => {
    const trusted = '127.0.0.1'
    expect(await isRecorded({ sampler: 'parentbased_always_on', trusted }, '00')).toBe(false)
    expect(await isRecorded({ sampler: 'always_off', trusted }, '01')).toBe(false)
    expect(await isRecorded({ sampler: 'parentbased_always_off', trusted }, '01')).toBe(true)
  })
})
