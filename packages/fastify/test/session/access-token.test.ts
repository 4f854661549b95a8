import type { Users } from '@gatehouse/shared/users'
import { describe, expect, it } from 'vitest'
import { people, type Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { sessionCount } from '../support/store-file.ts'
import { refreshes, tokenRequests } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const minute = 60_000
const gatehouse = useTestApp({
  config: { session: { idleMinutes: 1440, absoluteMinutes: 43_200 } },
  oneClock: true,
})

/** A signed-in browser whose access token has expired. */
async function withExpiredToken(): Promise<Browser> {
  const browser = await gatehouse().signedIn()
  gatehouse().advance(100 * minute)
  return browser
}

function usersStatus(browser: Browser): Promise<number> {
  return browser.get('/api/users').then(({ status }) => status)
}

describe('an access token', () => {
  it('is used while it lasts, without a request to Entra', async () => {
    const browser = await gatehouse().signedIn()
    for (let call = 0; call < 3; call += 1) expect(await usersStatus(browser)).toBe(200)
    expect(tokenRequests(gatehouse().tenant)).toHaveLength(1)
  })

  it('is refreshed once for many calls at the same time, and then kept', async () => {
    const browser = await withExpiredToken()
    gatehouse().tenant.faults.set({ at: 'token', kind: 'delay', ms: 100 })
    const statuses = await Promise.all(Array.from({ length: 20 }, () => usersStatus(browser)))
    expect(statuses).toEqual(Array(20).fill(200))
    expect(await usersStatus(browser)).toBe(200)
    expect(refreshes(gatehouse().tenant)).toHaveLength(1)
  })

  it('is refreshed for each session on its own', async () => {
    const [a, b] = [await gatehouse().signedIn(1), await gatehouse().signedIn(2)]
    gatehouse().advance(100 * minute)
    const answers = await Promise.all([a.get('/api/users'), b.get('/api/users')])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(refreshes(gatehouse().tenant)).toHaveLength(2)
  })

  it('is refreshed shortly before it ends, not after', async () => {
    const browser = gatehouse().browser()
    gatehouse().tenant.faults.set({
      at: 'token',
      kind: 'tokenResponse',
      patch: { expires_in: 600 },
      times: 1,
    })
    await browser.signIn()
    gatehouse().advance(6.5 * minute)
    await usersStatus(browser)
    expect(refreshes(gatehouse().tenant)).toHaveLength(0)
    gatehouse().advance(minute)
    // No request waits for it: the old one is used until the new one arrives.
    expect(await usersStatus(browser)).toBe(200)
    await expect.poll(() => refreshes(gatehouse().tenant)).toHaveLength(1)
  })
})

describe('a refresh token', () => {
  it('is replaced by the one in the answer', async () => {
    const browser = await withExpiredToken()
    const patch = { refresh_token: 'the-rotated-one' }
    gatehouse().tenant.faults.set({ at: 'token', kind: 'tokenResponse', times: 1, patch })
    await usersStatus(browser)
    gatehouse().advance(100 * minute)
    await usersStatus(browser)
    expect(refreshes(gatehouse().tenant).at(-1)).toMatchObject(patch)
  })

  it('stays in use if the answer has neither a new one nor an ID token', async () => {
    const browser = await withExpiredToken()
    const patch = { refresh_token: null, id_token: null }
    gatehouse().tenant.faults.set({ at: 'token', kind: 'tokenResponse', times: 1, patch })
    expect(await usersStatus(browser)).toBe(200)
    gatehouse().advance(100 * minute)
    expect(await usersStatus(browser)).toBe(200)
    const [first, second] = refreshes(gatehouse().tenant)
    expect(second?.['refresh_token']).toBe(first?.['refresh_token'])
  })

  it('that was never issued sends the person back to Microsoft', async () => {
    gatehouse().tenant.faults.set({
      at: 'token',
      kind: 'tokenResponse',
      times: 1,
      patch: { refresh_token: null },
    })
    const browser = await withExpiredToken()
    const problem = expectProblem(await browser.get('/api/users'), 401, 'interaction_required')
    expect(problem.reason).toBe('session_expired')
  })
})

describe('a refresh that Entra refuses', () => {
  it.each([
    [50173, 'session_expired'],
    [700082, 'session_expired'],
    [50057, 'session_expired'],
    [65001, 'consent'],
  ])('AADSTS%d is 401 with a way to sign in, and the session stays', async (code, reason) => {
    const browser = await withExpiredToken()
    gatehouse().tenant.faults.set({ at: 'token', kind: 'aadsts', code })
    const problem = expectProblem(await browser.get('/api/users'), 401, 'interaction_required')
    expect(problem).toMatchObject({ reason })
    expect(problem.signInUrl).toMatch(/^\/auth\/sign-in\?returnTo=/)
    expect(problem.detail).not.toMatch(/AADSTS|Trace/)
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('affects no other user', async () => {
    const [revoked, other] = [await gatehouse().signedIn(8), await gatehouse().signedIn(9)]
    gatehouse().tenant.revokeUser(people(gatehouse().tenant).at(8).id)
    gatehouse().advance(100 * minute)
    expectProblem(await revoked.get('/api/users'), 401, 'interaction_required')
    expect(await usersStatus(other)).toBe(200)
  })

  it.each([
    ['a closed connection', { kind: 'reset' }],
    ['a failure', { kind: 'respond', status: 500, body: { error: 'invalid_grant' } }],
    ['too many requests', { kind: 'respond', status: 429, body: { error: 'invalid_grant' } }],
    ['a page', { kind: 'respond', status: 200, body: '<h1>proxy</h1>' }],
    ['an empty object', { kind: 'respond', status: 200, body: {} }],
    ['a redirect', { kind: 'respond', status: 307, headers: { location: 'https://evil.test' } }],
    ['a body over the size limit', { kind: 'huge', bytes: 20_000_000 }],
    ['a transient error', { kind: 'aadsts', code: 90033 }],
    ['an expired client secret', { kind: 'aadsts', code: 7000222 }],
    ['an ID token of another key', { kind: 'idToken', variant: 'foreign-key' }],
  ] as const)('is 503 with %s, and the session goes on', async (_what, fault) => {
    const browser = await withExpiredToken()
    gatehouse().tenant.faults.set({ at: 'token', ...fault })
    const answer = await browser.get('/api/users')
    expectProblem(answer, 503, 'unavailable')
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
    gatehouse().tenant.faults.clear()
    // A refusal of the app's credential is remembered for longer, for all users.
    const waitS = 'code' in fault && fault.code === 7000222 ? 30 : answer.headers['retry-after']
    gatehouse().advance(Number(waitS) * 1000)
    expect(await usersStatus(browser)).toBe(200)
  })
})

describe('the result of a refresh', () => {
  it.each([
    ['tokens of another user', { kind: 'tokenResponse' }],
    ['an ID token about another user', { kind: 'idToken', variant: 'oid-wrong' }],
  ] as const)('ends the session with %s', async (_what, fault) => {
    const browser = await withExpiredToken()
    const other = people(gatehouse().tenant).at(20).id
    gatehouse().tenant.faults.set({
      at: 'token',
      ...fault,
      ...(fault.kind === 'tokenResponse' && { asUser: other }),
    })
    expectProblem(await browser.get('/api/users'), 401, 'sign_in_required')
    expectProblem(await browser.get('/api/me'), 401, 'sign_in_required')
    expect(gatehouse().tenant.journal.count('users')).toBe(0)
  })

  it('brings no session back that was signed out in the meantime', async () => {
    const browser = await withExpiredToken()
    const kept = await browser.cookieHeader()
    gatehouse().tenant.faults.set({ at: 'token', kind: 'delay', ms: 200 })
    const underWay = browser.get('/api/users')
    await expect.poll(() => refreshes(gatehouse().tenant).length).toBe(1)
    const before = sessionCount(gatehouse())
    expect((await browser.post('/auth/sign-out')).status).toBe(200)
    expectProblem(await underWay, 401, 'sign_in_required')
    expect((await browser.send('/api/me', { cookie: kept })).status).toBe(401)
    expect(sessionCount(gatehouse())).toBe(before - 1)
  })

  it('gives the page its answer if it succeeds', async () => {
    const browser = await withExpiredToken()
    const { users, total } = (await browser.get('/api/users')).json() as Users
    expect([users.length, total]).toEqual([5, 250])
  })
})
