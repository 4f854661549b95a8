import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { queueLimits } from '../../src/downstream/call.ts'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { json } from '../support/upstream.ts'
import { useOrders } from '../support/use-orders.ts'

const { upstream, route, signedIn } = await useOrders()

type Failure = (response: ServerResponse) => void
const status = (code: number, headers = {}) => {
  return (response: ServerResponse) => void response.writeHead(code, headers).end('no')
}
const reset: Failure = (response) => void response.socket?.resetAndDestroy()
const hangUp: Failure = (response) => void response.socket?.destroy()
const hangUpInTheMiddle: Failure = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"half":', () => response.socket?.destroy())
}

const brief: [string, Failure][] = [
  ['502', status(502)],
  ['503', status(503)],
  ['504', status(504)],
  ['a reset', reset],
  ['a connection that ends', hangUp],
  ['half an answer', hangUpInTheMiddle],
]

/** The first call fails, and the others succeed. */
function failsOnce(failure: Failure): void {
  upstream.answers((response, _call, count) =>
    count === 1 ? failure(response) : json(response, { good: true }),
  )
}

const methods = ['POST', 'PUT', 'PATCH', 'DELETE'] as const

describe('a call that fails once', () => {
  it.each(brief)('is sent once more and succeeds if a GET meets %s', async (_, fail) => {
    route.does((request) => request.callApi('orders', '/things'))
    const browser = await signedIn()
    failsOnce(fail)
    const answer = await browser.get('/test/call')
    expect([answer.status, answer.json()]).toEqual([200, { value: { good: true } }])
    const sent = upstream.calls.map(({ method, path }) => `${method} ${path}`)
    expect(sent).toEqual(['GET /v2/things', 'GET /v2/things'])
  })

  it.each(brief)('is never sent twice if a change meets %s', async (_, fail) => {
    const browser = await signedIn()
    for (const method of methods) {
      route.does((request) => request.callApi('orders', '/things', { method, body: { a: 1 } }))
      failsOnce(fail)
      expect([502, 503, 504]).toContain((await browser.get('/test/call')).status)
      expect(upstream.calls.map((call) => call.method)).toEqual([method])
    }
  })

  it.each(brief)('is a failure after two attempts if it meets %s again', async (_, fail) => {
    route.does((request) => request.callApi('orders', '/things'))
    const browser = await signedIn()
    upstream.answers(fail)
    expect([502, 503, 504]).toContain((await browser.get('/test/call')).status)
    expect(upstream.calls).toHaveLength(2)
  })

  it.each([502, 503, 504])('is not sent again after %d with a Retry-After', async (code) => {
    route.does((request) => request.callApi('orders', '/things'))
    const browser = await signedIn()
    failsOnce(status(code, { 'retry-after': '7' }))
    const answer = await browser.get('/test/call')
    expect(answer.status).toBe(code)
    expect(answer.headers['retry-after']).toBe(code === 503 ? '7' : undefined)
    expect(upstream.calls).toHaveLength(1)
  })

  it.each([400, 404, 409, 429, 500, 501, 505, 509])('is not sent again after %d', async (code) => {
    route.does((request) => request.callApi('orders', '/things'))
    const browser = await signedIn()
    failsOnce(status(code))
    expect((await browser.get('/test/call')).status).toBeGreaterThanOrEqual(400)
    expect(upstream.calls).toHaveLength(1)
  })

  it('is sent again at another moment than the other failed calls', async () => {
    route.does((request) => request.callApi('orders', `/things/${request.id}`))
    const browser = await signedIn()
    const firsts = new Map<string, number>()
    const pauses: number[] = []
    upstream.answers((response, { path, at }) => {
      const first = firsts.get(path)
      if (first !== undefined) pauses.push(at - first)
      else firsts.set(path, at)
      if (first === undefined) status(503)(response)
      else json(response, {})
    })
    const all = Array.from({ length: 40 }, () => browser.get('/test/call'))
    expect((await Promise.all(all)).map((answer) => answer.status)).toEqual(Array(40).fill(200))
    expect(Math.min(...pauses)).toBeGreaterThan(40)
    expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(40)
  })
})

describe('the limit of ten seconds', () => {
  it(
    'covers everything: a wait in the queue, a second attempt, an answer that stops',
    { tags: ['thorough'] },
    async () => {
      const [twice, line, stopping] = [await signedIn(1), await signedIn(2), await signedIn(3)]
      route.does((request) => request.callApi('orders', `/${request.user.objectId}`))
      const ids = await Promise.all(
        [twice, line].map(async (one) => (await one.get('/api/me')).json() as { objectId: string }),
      )
      const [first, second] = ids.map(({ objectId }) => objectId)
      upstream.answers((response, { path }) => {
        const earlier = upstream.calls.filter((call) => call.path === path).length
        if (path.endsWith(second ?? '')) return
        if (!path.endsWith(first ?? '')) {
          response.writeHead(200, { 'content-type': 'application/json' }).write('{')
        } else if (earlier === 1) void sleep(5000).then(() => status(503)(response))
      })
      const began = performance.now()
      const more = queueLimits.maxConcurrentPerUser + 4
      const asking = [twice, stopping, ...Array.from({ length: more }, () => line)]
      const answers = await Promise.all(
        asking.map(async (browser) => {
          const answer = await browser.get('/test/call')
          return { answer, ms: performance.now() - began }
        }),
      )
      for (const { answer, ms } of answers) {
        expectProblem(answer, 504, 'upstream_timeout')
        expect(ms).toBeLessThan(12_000)
      }
      expect(upstream.calls.filter(({ path }) => path.endsWith(first ?? ''))).toHaveLength(2)
      await expect.poll(() => upstream.underWay()).toBe(0)
    },
  )
})
