import { describe, expect, it } from 'vitest'
import { bearerClaims } from '@gatehouse/test-support/bearer'
import type { Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { askToken, tokenIn, tokenRoute } from '@gatehouse/test-support/token-route'
import { refreshes, tokenRequests } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const minute = 60_000
const orders = 'api://orders/Orders.Read'

const gatehouse = useTestApp({
  oneClock: true,
  extend: (app) => {
    tokenRoute(app)
    app.get<{ Querystring: { scopes: string; rejected: string } }>(
      '/test/rejected',
      { onRequest: app.requireSignIn },
      async (request) => {
        const { scopes, rejected } = request.query
        return { token: await request.accessToken(scopes.split(' '), { rejected }) }
      },
    )
  },
  config: {
    session: { idleMinutes: 1440, absoluteMinutes: 43_200 },
    scopes: ['User.Read', 'User.ReadBasic.All', 'Mail.Read'],
  },
})

/** Entra gives a token for another resource and the same user. */
function ordersAnswerTheirOwn(): void {
  gatehouse().tenant.faults.set({
    at: 'token',
    kind: 'respondWith',
    when: ({ body }) => String((body as { scope?: string }).scope).includes(orders),
    answer: () => ({
      status: 200,
      body: { token_type: 'Bearer', expires_in: 3600, access_token: 'for-orders', scope: orders },
    }),
  })
}

describe('an access token near its end', () => {
  it.each([
    ['is replaced first with twenty seconds left', 580, false],
    ['is handed out with half a minute left', 570, true],
  ])('%s', async (_what, seconds, same) => {
    const browser = gatehouse().browser()
    const patch = { expires_in: 600, access_token: 'the-first-one' }
    gatehouse().tenant.faults.set({ at: 'token', kind: 'tokenResponse', patch, times: 1 })
    await browser.signIn()
    gatehouse().tenant.faults.set({ at: 'token', kind: 'delay', ms: 100 })
    gatehouse().advance(seconds * 1000)
    const token = tokenIn(await askToken(browser, 'Mail.Read'))
    expect(token === 'the-first-one').toBe(same)
    // The token in use is replaced in the background.
    await expect.poll(() => refreshes(gatehouse().tenant)).toHaveLength(1)
    gatehouse().tenant.faults.clear()
    await expect
      .poll(async () => tokenIn(await askToken(browser, 'Mail.Read')))
      .not.toBe('the-first-one')
  })
})

describe('access tokens of one session', () => {
  it('are the same token for all scopes that were granted at sign-in', async () => {
    const browser = await gatehouse().signedIn()
    const tokens = await Promise.all(
      ['Mail.Read', 'mail.read', 'https://graph.microsoft.com/User.ReadBasic.All'].map(
        async (scopes) => tokenIn(await askToken(browser, scopes)),
      ),
    )
    expect(new Set(tokens).size).toBe(1)
    expect(tokenRequests(gatehouse().tenant)).toHaveLength(1)
    expect(bearerClaims(tokens[0] ?? '').scp).toContain('Mail.Read')
  })

  it('are kept for each resource, side by side, and refreshed each on its own', async () => {
    const browser = await gatehouse().signedIn()
    ordersAnswerTheirOwn()
    const graph = tokenIn(await askToken(browser, 'Mail.Read'))
    for (let turn = 0; turn < 3; turn += 1) {
      expect(tokenIn(await askToken(browser, orders))).toBe('for-orders')
      expect(tokenIn(await askToken(browser, 'Mail.Read'))).toBe(graph)
    }
    expect(refreshes(gatehouse().tenant)).toHaveLength(1)
    await gatehouse().restart()
    const again = gatehouse().browser()
    const cookie = await browser.cookieHeader()
    const kept = await again.send(`/test/token?scopes=${encodeURIComponent(orders)}`, { cookie })
    expect(tokenIn(kept)).toBe('for-orders')
    expect(refreshes(gatehouse().tenant)).toHaveLength(1)
  })

  it('are refreshed at the same time without losing one another', async () => {
    const browser = await gatehouse().signedIn()
    ordersAnswerTheirOwn()
    gatehouse().advance(100 * minute)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => askToken(browser, at % 2 ? orders : 'Mail.Read')),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    await askToken(browser, orders)
    await askToken(browser, 'Mail.Read')
    const asked = refreshes(gatehouse().tenant).map(({ scope }) => String(scope).split(' ')[0])
    expect(asked.filter((scope) => scope === orders || scope === 'Mail.Read').toSorted()).toEqual([
      'Mail.Read',
      orders,
    ])
  })

  it('that an API rejected are not used again, also if they last longer and allow more', async () => {
    const { faults } = gatehouse().tenant
    faults.set({ at: 'token', kind: 'tokenResponse', patch: { expires_in: 86_400 }, times: 1 })
    const browser = await gatehouse().signedIn()
    const rejected = tokenIn(await askToken(browser, 'Mail.Read'))
    const patch = { scope: 'openid profile Mail.Read' }
    faults.set({ at: 'token', kind: 'tokenResponse', patch, times: 1 })
    const query = new URLSearchParams({ scopes: 'Mail.Read', rejected })
    const renewed = tokenIn(await browser.get(`/test/rejected?${query.toString()}`))
    expect(renewed).not.toBe(rejected)
    expect(tokenIn(await askToken(browser, 'Mail.Read'))).toBe(renewed)
  })

  it('for .default are kept like others, although Entra never names it', async () => {
    const browser = await gatehouse().signedIn()
    const scopes = 'https://graph.microsoft.com/.default'
    const token = tokenIn(await askToken(browser, scopes))
    expect(bearerClaims(token).scp).toContain('User.Read')
    expect(tokenIn(await askToken(browser, scopes))).toBe(token)
    expect(refreshes(gatehouse().tenant)).toHaveLength(1)
  })

  it('for a scope without consent are 401 with the reason, and the session stays', async () => {
    const browser = await gatehouse().signedIn()
    const problem = expectProblem(
      await askToken(browser, 'Calendars.Read'),
      401,
      'interaction_required',
    )
    expect(problem.reason).toBe('consent')
    expect((await askToken(browser, 'Mail.Read')).status).toBe(200)
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('that allow less than requested lead to consent, not to a sign-out', async () => {
    const browser = await gatehouse().signedIn()
    gatehouse().advance(100 * minute)
    const patch = { scope: 'openid profile Mail.Read' }
    gatehouse().tenant.faults.set({ at: 'token', kind: 'tokenResponse', patch })
    const problem = expectProblem(
      await askToken(browser, 'User.ReadBasic.All'),
      401,
      'interaction_required',
    )
    expect(problem.reason).toBe('consent')
    expect((await browser.get('/api/me')).status).toBe(200)
    expect((await askToken(browser, 'Mail.Read')).status).toBe(200)
  })
})

describe('a token that ends soon, while Entra is down', () => {
  /** A token of ten minutes with less than three left. */
  async function endingSoon(): Promise<Browser> {
    const patch = { expires_in: 600 }
    gatehouse().tenant.faults.set({ at: 'token', kind: 'tokenResponse', patch, times: 1 })
    const browser = await gatehouse().signedIn()
    gatehouse().advance(8 * minute)
    return browser
  }

  it.each([
    ['hang', 1],
    // A connection that breaks before any answer is tried once more.
    ['reset', 2],
  ] as const)('goes on working: %s', async (kind, requests) => {
    const browser = await endingSoon()
    gatehouse().tenant.faults.set({ at: 'token', kind })
    for (let call = 0; call < 5; call += 1) {
      const startedAt = performance.now()
      expect((await askToken(browser, 'Mail.Read')).status).toBe(200)
      expect(performance.now() - startedAt).toBeLessThan(500)
    }
    await expect.poll(() => refreshes(gatehouse().tenant).length).toBe(requests)
    gatehouse().tenant.faults.clear()
  })

  it('is not requested again and again, and is 503 once it has expired', async () => {
    const browser = await endingSoon()
    gatehouse().tenant.faults.set({ at: 'token', kind: 'respond', status: 500 })
    const since = gatehouse().logs.length
    await askToken(browser, 'Mail.Read')
    await expect
      .poll(() => gatehouse().logs.slice(since).join(''))
      .toContain('"event":"token_not_renewed"')
    const tried = refreshes(gatehouse().tenant).length
    for (let call = 0; call < 10; call += 1) await askToken(browser, 'Mail.Read')
    expect(refreshes(gatehouse().tenant)).toHaveLength(tried)
    gatehouse().advance(3 * minute)
    expectProblem(await askToken(browser, 'Mail.Read'), 503, 'unavailable')
    gatehouse().tenant.faults.clear()
    gatehouse().advance(5_000)
    expect((await askToken(browser, 'Mail.Read')).status).toBe(200)
  })

  it('is replaced in the background, and the new one is used', async () => {
    const browser = await endingSoon()
    const old = tokenIn(await askToken(browser, 'Mail.Read'))
    await expect
      .poll(async () => tokenIn(await askToken(browser, 'Mail.Read')), { interval: 10 })
      .not.toBe(old)
    expect(refreshes(gatehouse().tenant)).toHaveLength(1)
  })
})
