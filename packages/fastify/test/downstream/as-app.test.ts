/** Calls of the application itself, for jobs without a user. */
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'
import { localClient } from '@gatehouse/tenant'
import { Type } from 'typebox'
import type { FastifyInstance } from 'fastify'
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { json, startUpstream } from '../support/upstream.ts'

const orders = 'api://6f0c2d7e-41a8-4b1d-9c35-8e2f7a90b164'
const Users = Type.Object({ value: Type.Array(Type.Object({ id: Type.String() })) })
const Orders = Type.Object({ value: Type.Array(Type.Object({ item: Type.String() })) })
const upstream = await startUpstream()
const minute = 60_000

function start(applicationPermissions: string[]): Promise<Gatehouse> {
  return startGatehouse({
    oneClock: true,
    tenant: { clients: [{ ...localClient, applicationPermissions }], users: 20 },
    configFor: ({ graphUrl, ordersUrl }) => ({
      downstreamApis: {
        graph: { baseUrl: graphUrl, scopes: ['User.ReadBasic.All'] },
        orders: { baseUrl: ordersUrl, scopes: [`${orders}/Orders.Read`] },
        other: { baseUrl: `${upstream.url}/v2`, scopes: ['User.ReadBasic.All'] },
        unknown: { baseUrl: `${upstream.url}/v2`, scopes: ['api://nowhere/Things.Read'] },
      },
    }),
    extend: (app: FastifyInstance) => {
      app.get('/test/everybody', { onRequest: app.requireSignIn }, () =>
        app.callApi('other', '/things'),
      )
      app.get('/test/deliberate', { onRequest: app.requireSignIn }, () =>
        app.callApi('other', '/things', { evenInRequest: true }),
      )
    },
  })
}

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await start(['User.Read.All', `${orders}/Orders.Read.All`])
})
beforeEach(() => {
  gatehouse.tenant.faults.clear()
  gatehouse.tenant.journal.clear()
  upstream.answers((response) => json(response, { good: true }))
})
// A token, and the last attempt, of one test are not those of the next.
afterEach(() => gatehouse.advance(48 * 60 * minute))
afterAll(async () => {
  await gatehouse.close()
  await upstream.close()
})

const tokenRequests = () => gatehouse.tenant.journal.count('token')
const call = () => gatehouse.app.callApi('other', '/things')
const sentToken = () => String(upstream.calls[0]?.headers.authorization).slice('Bearer '.length)
const tokenEnd = () => (decodeJwt(sentToken()).exp ?? 0) * 1000
const lastLog = (event: string) => gatehouse.logs.findLast((line) => line.includes(`"${event}"`))

describe('a call of the application', () => {
  it('needs no user, and has the application’s permissions', async () => {
    const users = await gatehouse.app.callApi('graph', '/users', {
      query: { $top: '3' },
      answer: Users,
    })
    expect(users.value).toHaveLength(3)
    await call()
    expect(decodeJwt(sentToken())).toMatchObject({ idtyp: 'app', roles: ['User.Read.All'] })
  })

  it('has a token of its own for each API', async () => {
    await gatehouse.app.callApi('orders', '/orders', { answer: Orders })
    await call()
    expect(tokenRequests()).toBe(2)
  })

  it('is in the log, with its outcome', async () => {
    await gatehouse.app.callApi('other', '/things', { method: 'POST', body: {} })
    expect(JSON.parse(lastLog('app_call') ?? '')).toMatchObject({
      level: 30,
      api: 'other',
      method: 'POST',
      apiStatus: 200,
    })
    upstream.answers((response) => json(response, {}, 404))
    await expect(call()).rejects.toMatchObject({ code: 'not_found' })
    expect(JSON.parse(lastLog('app_call') ?? '')).toMatchObject({
      api: 'other',
      code: 'not_found',
      apiStatus: 404,
    })
  })

  it('is refused while a request of a user is served, unless the route says so', async () => {
    const browser = gatehouse.browser()
    await browser.signIn()
    expectProblem(await browser.get('/test/everybody'), 500, 'internal')
    expect(upstream.calls).toEqual([])
    expect(gatehouse.logs.at(-1)).toContain('Use request.callApi')
    expect((await browser.get('/test/deliberate')).json()).toEqual({ good: true })
    expect(lastLog('app_call')).toBeDefined()
  })

  it('fails as other calls do, with a schema, and for a path that leaves the API', async () => {
    upstream.answers((response) => json(response, { value: 1 }))
    const wrong = gatehouse.app.callApi('other', '/things', { answer: Users })
    await expect(wrong).rejects.toMatchObject({ code: 'upstream_failed', api: 'other' })
    await expect(gatehouse.app.callApi('other', '/../x')).rejects.toThrow('encodeURIComponent')
    await expect(gatehouse.app.callApi('none', '/x')).rejects.toThrow('no API named')
    upstream.answers(() => undefined)
    const late = gatehouse.app.callApi('other', '/things', { timeoutSeconds: 0.1 })
    await expect(late).rejects.toMatchObject({ code: 'upstream_timeout' })
  })
})

describe('the application’s token', () => {
  it('is fetched once, however many calls wait for it', async () => {
    await Promise.all(Array.from({ length: 20 }, call))
    await call()
    expect([tokenRequests(), upstream.calls.length]).toEqual([1, 21])
  })

  it('is renewed before it ends, and no call waits for that', async () => {
    await call()
    const lifetimeMs = tokenEnd() - gatehouse.now()
    gatehouse.advance(lifetimeMs - 4 * minute)
    await call()
    const [first, second] = upstream.calls.map(({ headers }) => headers.authorization)
    expect(second).toBe(first)
    const next = async () => {
      await call()
      return upstream.calls.at(-1)?.headers.authorization
    }
    await expect.poll(next).not.toBe(first)
    expect(tokenRequests()).toBe(2)
    gatehouse.advance(lifetimeMs + minute)
    await call()
    expect(tokenRequests()).toBe(3)
  })

  it('is not sent in its last seconds: it could end on the way', async () => {
    await call()
    gatehouse.advance(tokenEnd() - gatehouse.now() - 10_000)
    await call()
    const [first, second] = upstream.calls.map(({ headers }) => headers.authorization)
    expect(second).not.toBe(first)
  })

  it('works on while Microsoft does not answer', async () => {
    await call()
    gatehouse.advance(tokenEnd() - gatehouse.now() - 4 * minute)
    gatehouse.tenant.faults.set({ at: 'token', kind: 'respond', status: 503 })
    await call()
    await expect.poll(tokenRequests).toBe(2)
    await call()
    expect(upstream.calls).toHaveLength(3)
    expect(tokenRequests()).toBe(2)
  })

  it('that an API rejects is replaced once', async () => {
    upstream.answers((response, _call, count) => json(response, {}, count === 2 ? 401 : 200))
    await call()
    await call()
    const sent = upstream.calls.map(({ headers }) => headers.authorization)
    expect(sent).toHaveLength(3)
    expect(sent[1]).toBe(sent[0])
    expect(sent[2]).not.toBe(sent[1])
  })
})

describe('an application without the permission', () => {
  it.each([401, 403])('is misconfigured, and the log says what to do: %d', async (status) => {
    upstream.answers((response) => json(response, { error: { code: 'Denied' } }, status))
    await expect(call()).rejects.toMatchObject({ code: 'misconfigured', apiStatus: status })
    expect(upstream.calls.length).toBeLessThanOrEqual(2)
    expect(JSON.parse(lastLog('app_permission_missing') ?? '')).toMatchObject({
      level: 50,
      api: 'other',
      apiStatus: status,
      apiCodes: ['Denied'],
      advice: expect.stringContaining('application permission'),
    })
  })

  it('is misconfigured on the local tenant, too', async () => {
    const own = await start([])
    try {
      const users = own.app.callApi('graph', '/users')
      await expect(users).rejects.toMatchObject({ code: 'misconfigured', apiStatus: 403 })
      const all = own.app.callApi('orders', '/orders')
      await expect(all).rejects.toMatchObject({ code: 'misconfigured' })
    } finally {
      await own.close()
    }
  })

  it('and without the API itself asks Microsoft once in five seconds', async () => {
    const unknown = () => gatehouse.app.callApi('unknown', '/things')
    await expect(unknown()).rejects.toMatchObject({ code: 'misconfigured', api: 'unknown' })
    await expect(unknown()).rejects.toMatchObject({ code: 'misconfigured' })
    expect(tokenRequests()).toBe(1)
    expect(JSON.parse(lastLog('app_token_refused') ?? '')).toMatchObject({
      api: 'unknown',
      aadsts: 500011,
    })
    gatehouse.advance(6_000)
    await expect(unknown()).rejects.toMatchObject({ code: 'misconfigured' })
    expect(tokenRequests()).toBe(2)
  })

  it('cannot be told from one whose secret is wrong, except in the log', async () => {
    gatehouse.tenant.faults.set({ at: 'token', kind: 'aadsts', code: 7000215 })
    await expect(call()).rejects.toMatchObject({ code: 'misconfigured' })
    expect(lastLog('app_token_refused')).toContain('7000215')
  })

  it('asks again once the clock was set back, and not when it has caught up', async () => {
    gatehouse.tenant.faults.set({ at: 'token', kind: 'respond', status: 503 })
    await expect(call()).rejects.toMatchObject({ code: 'unavailable' })
    gatehouse.tenant.faults.clear()
    gatehouse.advance(-60 * minute)
    expect(await call()).toEqual({ good: true })
  })

  it('is not what a busy Microsoft means', async () => {
    const headers = { 'retry-after': '30' }
    gatehouse.tenant.faults.set({ at: 'token', kind: 'respond', status: 429, headers })
    const problem = { code: 'unavailable', retryAfterS: 30 }
    await expect(call()).rejects.toMatchObject(problem)
    gatehouse.tenant.faults.clear()
    gatehouse.advance(20_000)
    await expect(call()).rejects.toMatchObject({ code: 'unavailable' })
    expect(tokenRequests()).toBe(1)
    gatehouse.advance(11_000)
    await call()
    expect(tokenRequests()).toBe(2)
  })
})
