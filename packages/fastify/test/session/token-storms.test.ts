/** How often Entra is asked for a token, with any number of requests and any answer of Entra. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Fault } from '@gatehouse/tenant'
import { people, type Answer, type Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import type { Instance } from '@gatehouse/test-support/gatehouse'
import { storeKinds } from '@gatehouse/test-support/tier'
import { refreshes } from '../support/token-requests.ts'
import { askToken, tokenIn, tokenRoute } from '@gatehouse/test-support/token-route'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const minute = 60_000
const seconds = 1_000

type WithoutPlace<One> = One extends unknown ? Omit<One, 'at'> : never
type TokenFault = WithoutPlace<Fault>

describe.each(storeKinds)('on %s, with two instances', (store) => {
  const gatehouse = useTestApp({
    store,
    oneClock: true,
    config: { session: { idleMinutes: 1440, absoluteMinutes: 43_200 } },
    extend: tokenRoute,
  })
  let remote: Instance
  let place = 10
  beforeAll(async () => {
    remote = await gatehouse().startSecondInstance()
  })
  afterAll(() => remote.close())

  /** A session that is open on both instances. @returns its browser on each */
  async function signedIn(): Promise<[Browser, Browser]> {
    place += 1
    const local = gatehouse().browser()
    await local.signIn({ user: people(gatehouse().tenant).at(place).userPrincipalName })
    const away = remote.browser(local)
    await Promise.all([local.get('/api/me'), away.get('/api/me')])
    return [local, away]
  }

  async function withExpiredToken(): Promise<[Browser, Browser]> {
    const both = await signedIn()
    gatehouse().advance(100 * minute)
    return both
  }

  /** Asks both instances in turn, every tenth of a second. */
  async function askInTurn(both: Browser[], times: number, path = '/api/users'): Promise<Answer[]> {
    const answers: Answer[] = []
    for (let turn = 0; turn < times; turn += 1) {
      const browser = both[turn % both.length]
      if (browser) answers.push(await browser.get(path))
      gatehouse().advance(100)
    }
    return answers
  }

  const asked = () => refreshes(gatehouse().tenant).length

  it.each<[string, TokenFault, number, string, number]>([
    ['a closed connection', { kind: 'reset' }, 503, 'unavailable', 5],
    ['a failure', { kind: 'respond', status: 500, body: {} }, 503, 'unavailable', 5],
    ['too many requests', { kind: 'respond', status: 429, body: {} }, 503, 'unavailable', 5],
    [
      'too many requests, and when to come back',
      { kind: 'respond', status: 429, headers: { 'retry-after': '120' }, body: {} },
      503,
      'unavailable',
      120,
    ],
    [
      'a failure, and when to come back',
      { kind: 'respond', status: 503, headers: { 'retry-after': '30' }, body: {} },
      503,
      'unavailable',
      30,
    ],
    [
      'a page of a proxy',
      { kind: 'respond', status: 200, body: '<h1>x</h1>' },
      503,
      'unavailable',
      5,
    ],
    ['an empty object', { kind: 'respond', status: 200, body: {} }, 503, 'unavailable', 5],
    ['a transient error', { kind: 'aadsts', code: 90033 }, 503, 'unavailable', 5],
    [
      'an ID token of another key',
      { kind: 'idToken', variant: 'foreign-key' },
      503,
      'unavailable',
      5,
    ],
    ['a session that is over', { kind: 'aadsts', code: 50173 }, 401, 'session_expired', 5],
    ['a demand for consent', { kind: 'aadsts', code: 65001 }, 401, 'consent', 5],
    ['a demand for another proof', { kind: 'aadsts', code: 50076 }, 401, 'step_up', 5],
    [
      'less than was asked for',
      { kind: 'tokenResponse', patch: { scope: 'openid' } },
      401,
      'consent',
      5,
    ],
  ])(
    'a refresh that brings %s is not repeated before its time',
    async (_what, fault, status, word, waitS) => {
      const both = await withExpiredToken()
      gatehouse().tenant.faults.set({ at: 'token', ...fault })
      const startedAt = gatehouse().now()
      const problems = (await askInTurn(both, 8)).map((answer) => {
        const code = status === 503 ? 'unavailable' : 'interaction_required'
        return { ...expectProblem(answer, status, code), answer }
      })
      // A connection that broke before any answer is tried once more.
      const requests = fault.kind === 'reset' ? 2 : 1
      expect(asked()).toBe(requests)
      for (const { code, reason, signInUrl, answer } of problems) {
        expect(reason ?? code).toBe(word)
        expect(signInUrl).toBe(problems[0]?.signInUrl)
        if (status !== 503) continue
        const retryAfterS = Number(answer.headers['retry-after'])
        expect(retryAfterS).toBeGreaterThanOrEqual(waitS - 3)
        expect(retryAfterS).toBeLessThanOrEqual(waitS)
      }
      const waitedS = (gatehouse().now() - startedAt) / seconds
      gatehouse().advance(Math.max(0, waitS - waitedS - 3) * seconds)
      await askInTurn(both, 2)
      expect(asked()).toBe(requests)
      gatehouse().advance(4 * seconds)
      await askInTurn(both, 3)
      expect(asked()).toBe(2 * requests)
    },
  )

  it('a refused client is asked for again after thirty seconds, for any user', async () => {
    const both = await withExpiredToken()
    const others = await withExpiredToken()
    gatehouse().tenant.faults.set({ at: 'token', kind: 'aadsts', code: 7000222 })
    for (const answer of await askInTurn(both, 8)) expectProblem(answer, 503, 'unavailable')
    for (const answer of await askInTurn(others.slice(0, 1), 8)) {
      expectProblem(answer, 503, 'unavailable')
    }
    gatehouse().advance(10 * seconds)
    await askInTurn(both, 2)
    expect(asked()).toBe(1)
    gatehouse().advance(20 * seconds)
    await askInTurn(both, 2)
    expect(asked()).toBe(2)
    // So that the next test signs in.
    gatehouse().advance(30 * seconds)
  })

  it('a wait that Microsoft asked for holds for all scopes of the session', async () => {
    const [local] = await withExpiredToken()
    const answer = { status: 429, headers: { 'retry-after': '120' }, body: {} }
    gatehouse().tenant.faults.set({ at: 'token', kind: 'respond', ...answer })
    for (const scopes of ['User.ReadBasic.All', 'User.Read', 'profile']) {
      const refused = await askToken(local, scopes)
      expectProblem(refused, 503, 'unavailable')
      expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(119)
    }
    expect(asked()).toBe(1)
  })

  it('a refresh that fails for one user does not stop another user’s', async () => {
    const [one, other] = [await withExpiredToken(), await signedIn()]
    gatehouse().advance(100 * minute)
    const { faults } = gatehouse().tenant
    faults.set({
      at: 'token',
      kind: 'respond',
      status: 429,
      headers: { 'retry-after': '120' },
      body: {},
      times: 1,
    })
    expectProblem(await one[0].get('/api/users'), 503, 'unavailable')
    for (const browser of other) expect((await browser.get('/api/users')).status).toBe(200)
  })

  it('a refresh that fails for some scopes does not stop one for other scopes', async () => {
    const [local] = await withExpiredToken()
    gatehouse().tenant.faults.set({ at: 'token', kind: 'respond', status: 500, times: 1 })
    const scopes = 'User.ReadBasic.All profile'
    const reordered = 'profile https://graph.microsoft.com/user.readbasic.all'
    expectProblem(await askToken(local, scopes), 503, 'unavailable')
    expectProblem(await askToken(local, reordered), 503, 'unavailable')
    expect((await askToken(local, 'User.ReadBasic.All')).status).toBe(200)
    expect(asked()).toBe(2)
  })

  it('an API that refuses every token causes one refresh in five seconds', async () => {
    const both = await signedIn()
    const code = 'InvalidAuthenticationToken'
    gatehouse().tenant.faults.set({ at: 'users', kind: 'graphError', status: 401, code })
    for (const answer of await askInTurn(both, 11)) {
      expect(expectProblem(answer, 401, 'interaction_required').reason).toBe('session_expired')
    }
    expect(asked()).toBe(1)
    gatehouse().advance(4 * seconds)
    await askInTurn(both, 4)
    expect(asked()).toBe(2)
  })

  it('an API that refuses a token that was just refreshed gets another one at once', async () => {
    const [local, away] = await withExpiredToken()
    const first = tokenIn(await askToken(local, 'User.ReadBasic.All'))
    expect(asked()).toBe(1)
    const code = 'InvalidAuthenticationToken'
    gatehouse().tenant.faults.set({
      at: 'users',
      kind: 'graphError',
      status: 401,
      code,
      when: ({ headers }) => headers.authorization === `Bearer ${first}`,
    })
    expect((await away.get('/api/users')).status).toBe(200)
    expect(asked()).toBe(2)
    expect((await local.get('/api/users')).status).toBe(200)
    expect(asked()).toBe(2)
  })

  it('a failed refresh after an API’s refusal is not repeated either', async () => {
    const both = await signedIn()
    const code = 'InvalidAuthenticationToken'
    const { faults } = gatehouse().tenant
    faults.set({ at: 'users', kind: 'graphError', status: 401, code })
    faults.set({ at: 'token', kind: 'respond', status: 500, body: {} })
    for (const answer of await askInTurn(both, 8)) expectProblem(answer, 503, 'unavailable')
    expect(asked()).toBe(1)
  })

  it('tokens that last a second are used while they are valid, and refreshed every five seconds', async () => {
    const both = await withExpiredToken()
    const patch = { expires_in: 1 }
    gatehouse().tenant.faults.set({ at: 'token', kind: 'tokenResponse', patch })
    // By the app's clock, which real time moves on, too: a busy machine needs a second for this.
    const startedAt = gatehouse().now()
    const passed = () => gatehouse().now() - startedAt
    const whileValid: number[] = []
    const afterwards: number[] = []
    let retryAfter: unknown
    for (let turn = 0; passed() < 3_900; turn += 1) {
      const began = passed()
      const answer = await both[turn % 2]?.get('/test/token?scopes=User.ReadBasic.All')
      if (!answer) break
      if (passed() < 950) whileValid.push(answer.status)
      if (began > 1_200) afterwards.push(answer.status)
      retryAfter = answer.headers['retry-after']
      gatehouse().advance(100)
    }
    expect(asked()).toBe(1)
    expect(new Set(whileValid)).toEqual(new Set([200]))
    expect(new Set(afterwards)).toEqual(new Set([503]))
    expect(retryAfter).toMatch(/^[12]$/)
    gatehouse().advance(1.5 * seconds)
    await askInTurn(both, 1)
    expect(asked()).toBe(2)
  })

  it('a new claims challenge of the API reaches the user unchanged, after another one failed', async () => {
    const [local, away] = await signedIn()
    const { tenant } = gatehouse()
    const demandOf = async (browser: Browser) => {
      const problem = expectProblem(await browser.get('/api/users'), 401, 'interaction_required')
      expect(problem.reason).toBe('step_up')
      const { location } = await browser.get(problem.signInUrl ?? '')
      return new URL(location).searchParams.get('claims')
    }
    try {
      tenant.requireAuthenticationContext('users', 'c1')
      expect(await demandOf(local)).toContain('"c1"')
      expect(await demandOf(away)).toContain('"c1"')
      tenant.requireAuthenticationContext('users', 'c2')
      expect(await demandOf(local)).toContain('"c2"')
      expect(await demandOf(away)).toContain('"c2"')
      expect(asked()).toBe(1)
    } finally {
      tenant.requireAuthenticationContext('users', undefined)
    }
  })

  it('a refresh is repeated at once if the clock was set back to before the last one', async () => {
    const [local] = await withExpiredToken()
    gatehouse().tenant.faults.set({ at: 'token', kind: 'respond', status: 500, times: 1 })
    expectProblem(await local.get('/api/users'), 503, 'unavailable')
    gatehouse().advance(-70 * seconds)
    expect((await local.get('/api/users')).status).toBe(200)
  })

  it('an answer about the same person under another subject ends the session', async () => {
    const [local, away] = await withExpiredToken()
    const claims = { sub: 'another-subject' }
    gatehouse().tenant.faults.set({ at: 'token', kind: 'idToken', claims })
    expectProblem(await local.get('/api/users'), 401, 'sign_in_required')
    await expect
      .poll(async () => (await away.get('/api/me')).status, { interval: 2, timeout: 500 })
      .toBe(401)
    expect(gatehouse().tenant.journal.count('users')).toBe(0)
  })
})
