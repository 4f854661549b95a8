import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { json } from '../support/upstream.ts'
import { useOrders } from '../support/use-orders.ts'

const { upstream, route, signedIn } = await useOrders()
const Thing = Type.Object({ id: Type.Integer() })

describe('the whole answer of an API', () => {
  it('has the status, the headers of the list, and the body', async () => {
    route.does((request) => request.apiResponse('orders', '/things/1', { answer: Thing }))
    const browser = await signedIn()
    upstream.answers((response) => {
      response.setHeader('etag', '"7"')
      response.setHeader('set-cookie', 'a=b')
      response.setHeader('x-secret', 'c')
      json(response, { id: 1, more: true }, 201)
    })
    const answer = await browser.get('/test/call')
    expect(answer.json()).toEqual({
      value: { status: 201, headers: { etag: '"7"' }, body: { id: 1, more: true } },
    })
    // They are for the route, which may send them on.
    expect([answer.status, answer.headers['etag'], answer.setCookies]).toEqual([200, undefined, []])
  })

  it('tells of a job that runs on where it is, and when to ask', async () => {
    route.does((request) => request.apiResponse('orders', '/jobs', { method: 'POST', body: {} }))
    const browser = await signedIn()
    const headers = { location: 'https://api.test/jobs/9', 'retry-after': '5' }
    upstream.answers((response) => response.writeHead(202, headers).end())
    expect((await browser.get('/test/call')).json()).toEqual({ value: { status: 202, headers } })
  })

  it.each([
    ['of control characters', '"a\u00e9"'],
    ['too long', `"${'a'.repeat(5000)}"`],
  ])('leaves out a header that is %s', async (_what, etag) => {
    route.does((request) => request.apiResponse('orders', '/things'))
    const browser = await signedIn()
    upstream.answers((response) => {
      response.setHeader('etag', etag)
      json(response, [])
    })
    expect((await browser.get('/test/call')).json()).toMatchObject({ value: { headers: {} } })
  })

  it('is 304 without a body if the route asked for what has changed, and a failure otherwise', async () => {
    const browser = await signedIn()
    upstream.answers((response) => response.writeHead(304, { etag: '"7"' }).end())
    const options = { headers: { 'if-none-match': '"7"' }, answer: Thing }
    route.does((request) => request.apiResponse('orders', '/things/1', options))
    expect((await browser.get('/test/call')).json()).toEqual({
      value: { status: 304, headers: { etag: '"7"' } },
    })
    expect(upstream.calls[0]?.headers['if-none-match']).toBe('"7"')
    route.does((request) => request.apiResponse('orders', '/things/1'))
    expectProblem(await browser.get('/test/call'), 502, 'upstream_failed')
    route.does((request) => request.callApi('orders', '/things/1', options))
    expectProblem(await browser.get('/test/call'), 502, 'upstream_failed')
  })

  it('fails as callApi does, for another shape and for 412', async () => {
    const browser = await signedIn()
    route.does((request) => request.apiResponse('orders', '/things/1', { answer: Thing }))
    upstream.answers((response) => json(response, { id: 'one' }))
    expectProblem(await browser.get('/test/call'), 502, 'upstream_failed')
    upstream.answers((response) => json(response, {}, 412))
    const conflict = expectProblem(await browser.get('/test/call'), 409, 'conflict')
    expect(conflict.api).toBe('orders')
  })
})
