import { continueUrl } from '@gatehouse/contract/paths'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { people, type Browser } from '@gatehouse/tenant/testing'
import { bearerClaims } from '@gatehouse/test-support/bearer'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { refreshes, tokenRequests } from '../support/token-requests.ts'
import { json, startUpstream } from '../support/upstream.ts'

const orders = 'api://orders/Orders.Read'
const upstream = await startUpstream()
afterAll(() => upstream.close())

const gatehouse = useTestApp({
  oneClock: true,
  config: {
    session: { idleMinutes: 1440, absoluteMinutes: 43_200 },
    scopes: ['User.Read', 'User.ReadBasic.All'],
    downstreamApis: {
      graph: { baseUrl: `${upstream.url}/graph`, scopes: ['User.ReadBasic.All'] },
      all: { baseUrl: `${upstream.url}/all`, scopes: ['https://graph.microsoft.com/.default'] },
      orders: { baseUrl: `${upstream.url}/orders`, scopes: [orders] },
    },
  },
  extend: (app: FastifyInstance) => {
    const route = (path: string, api: string, ...scopes: string[]) =>
      app.get(
        path,
        {
          onRequest: [
            app.requireSignIn,
            ...(scopes.length > 0 ? [app.requireScopes(...scopes)] : []),
          ],
        },
        async (request) => ({ value: await request.callApi(api, '/things') }),
      )
    route('/test/orders', 'orders')
    route('/test/users', 'graph')
    route('/test/mail', 'graph', 'Mail.Read')
    route('/test/mail-of-all', 'all', 'Mail.Read')
  },
})

beforeEach(() => upstream.answers((response) => json(response, [])))

/** Consents by _Continue_. */
async function consent(browser: Browser, place: number, path: string): Promise<void> {
  const problem = expectProblem(await browser.get(path), 401, 'interaction_required')
  expect(problem.reason).toBe('consent')
  const { location } = await browser.get(continueUrl(problem.signInUrl ?? '', '/'))
  const user = people(gatehouse().tenant).at(place).userPrincipalName
  const back = await browser.send(await browser.callbackFrom(location, { user }))
  expect(back.status).toBe(303)
}

/** The scopes in the token that the API has just received. */
function sentScopes(): string[] {
  const { headers } = upstream.calls.at(-1) ?? {}
  const token = /^Bearer (.+)$/.exec(headers?.authorization ?? '')?.[1]
  return String(bearerClaims(token ?? '').scp).split(' ')
}

function answerOrders(code: number, error?: string): void {
  gatehouse().tenant.faults.set({
    at: 'token',
    kind: 'aadsts',
    code,
    ...(error && { error }),
    when: ({ body }) => String((body as { scope?: string }).scope).includes(orders),
  })
}

describe('an API that Entra gives no token for', () => {
  it.each([
    [500011, 'invalid_resource'],
    [500011, 'invalid_grant'],
    [650053, 'invalid_scope'],
    [650053, 'invalid_client'],
    [650056, 'invalid_client'],
    [650057, 'invalid_resource'],
    [70011, 'invalid_scope'],
    // A number without an entry in the table: the OAuth error decides.
    [999_999, 'invalid_resource'],
    [999_999, 'invalid_scope'],
    [999_999, 'invalid_target'],
    [999_999, 'unauthorized_client'],
  ])('is configuration, and no outage of Microsoft: AADSTS%d %s', async (code, error) => {
    const browser = await gatehouse().signedIn(0)
    answerOrders(code, error)
    for (let turn = 0; turn < 2; turn += 1) {
      const answer = await browser.get('/test/orders')
      const problem = expectProblem(answer, 500, 'misconfigured')
      expect(problem).toMatchObject({ api: 'orders' })
      expect(problem.detail).not.toContain('Microsoft did not answer')
      expect(answer.headers['retry-after']).toBeUndefined()
    }
    // Within five seconds, the outcome is remembered.
    expect(refreshes(gatehouse().tenant)).toHaveLength(1)
    const lines = gatehouse().logs.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'api_misconfigured', key: 'downstreamApis.orders.scopes' }),
    )
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'refresh_refused', aadsts: code, scopes: [orders] }),
    )
    expect(upstream.calls).toEqual([])
    // Other APIs and the session go on.
    expect((await browser.get('/test/users')).status).toBe(200)
  })

  it('is a matter of consent if the user has not granted its permission', async () => {
    const browser = await gatehouse().signedIn(0)
    answerOrders(65001)
    const problem = expectProblem(await browser.get('/test/orders'), 401, 'interaction_required')
    expect(problem).toMatchObject({ reason: 'consent', scopes: [orders] })
  })

  it('is an outage if Entra does not answer', async () => {
    const browser = await gatehouse().signedIn(0)
    answerOrders(90033)
    const problem = expectProblem(await browser.get('/test/orders'), 503, 'unavailable')
    expect(problem.detail).toContain('Microsoft did not answer')
  })
})

describe('a permission that a route requires', () => {
  it('is in the token of the first call after the user granted it', async () => {
    const browser = await gatehouse().signedIn(30)
    expect((await browser.get('/test/users')).status).toBe(200)
    expect(sentScopes()).not.toContain('Mail.Read')
    await consent(browser, 30, '/test/mail')
    const before = tokenRequests(gatehouse().tenant).length
    expect((await browser.get('/test/mail')).status).toBe(200)
    expect(sentScopes()).toEqual(expect.arrayContaining(['User.ReadBasic.All', 'Mail.Read']))
    // The code was redeemed for a token with it, so no further one is needed.
    expect(tokenRequests(gatehouse().tenant)).toHaveLength(before)
    // Routes that do not require it have it as well: it is the session's token.
    expect((await browser.get('/test/users')).status).toBe(200)
    expect(sentScopes()).toContain('Mail.Read')
  })

  it('is in the token of the first call of another session, in which it was never asked for', async () => {
    await consent(await gatehouse().signedIn(31), 31, '/test/mail')
    const other = await gatehouse().signedIn(31)
    const before = refreshes(gatehouse().tenant).length
    expect((await other.get('/test/users')).status).toBe(200)
    expect(sentScopes()).not.toContain('Mail.Read')
    for (let turn = 0; turn < 3; turn += 1) {
      expect((await other.get('/test/mail')).status).toBe(200)
      expect(sentScopes()).toEqual(expect.arrayContaining(['User.ReadBasic.All', 'Mail.Read']))
    }
    // One for the requirement, one for the call, and none after that.
    expect(refreshes(gatehouse().tenant)).toHaveLength(before + 2)
  })

  it('is still there after the token was replaced', async () => {
    const browser = await gatehouse().signedIn(32)
    await consent(browser, 32, '/test/mail')
    gatehouse().advance(95 * 60_000)
    expect((await browser.get('/test/mail')).status).toBe(200)
    expect(sentScopes()).toEqual(expect.arrayContaining(['User.ReadBasic.All', 'Mail.Read']))
  })

  it('is not requested beside .default, which Entra would refuse', async () => {
    const browser = await gatehouse().signedIn(33)
    await consent(browser, 33, '/test/mail-of-all')
    await browser.get('/test/mail-of-all')
    for (const { scope } of refreshes(gatehouse().tenant)) {
      expect(String(scope).includes('.default') && String(scope).includes('Mail.Read')).toBe(false)
    }
  })
})
