import type { OwnSessions } from '@gatehouse/contract/sessions'
import type { Session } from '@gatehouse/contract/session'
import { describe, expect, it } from 'vitest'
import { maxSessionsPerUser } from '../../src/session/user-sessions.ts'
import type { Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { storeKinds } from '@gatehouse/test-support/tier'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { sessionParts, sessionRecord } from '../support/session-parts.ts'

const minute = 60_000

describe.each(storeKinds)('on %s, the sessions of one user', (store) => {
  const gatehouse = useTestApp({ store, oneClock: true })

  async function listed(browser: Browser) {
    const { sessions } = (await browser.get('/api/sessions')).json() as OwnSessions
    return sessions
  }

  it('are a hundred at most: the one that would end first ends when another begins', async () => {
    const [oldest, used, other] = [
      await gatehouse().signedIn(1),
      await gatehouse().signedIn(1),
      await gatehouse().signedIn(2),
    ]
    gatehouse().advance(2 * minute)
    await used.post('/api/session/extend')
    const rest: Browser[] = []
    for (let turn = 2; turn < maxSessionsPerUser; turn += 1)
      rest.push(await gatehouse().signedIn(1))
    expect(await listed(used)).toHaveLength(maxSessionsPerUser)
    const newest = await gatehouse().signedIn(1)
    expectProblem(await oldest.get('/api/me'), 401, 'sign_in_required')
    for (const browser of [used, other, newest, ...rest]) {
      expect((await browser.get('/api/me')).status).toBe(200)
    }
    expect(await listed(newest)).toHaveLength(maxSessionsPerUser)
    expect(gatehouse().logs.join('')).toContain('"event":"sessions_superseded"')
  })

  it('are not ended for notices of stolen ones, which go first', async () => {
    const { sessions, dispose } = await sessionParts(store)
    const { claims, device, startedAt, seenAt } = sessionRecord()
    const user = { tenantId: claims.tid, objectId: claims.oid }
    const cookie = await sessions.start(sessionRecord())
    for (let turn = 0; turn < maxSessionsPerUser; turn += 1) {
      await sessions.byUser.leaveNotice(user, { device, startedAt, seenAt }, Date.now())
    }
    await sessions.start(sessionRecord())
    expect(await sessions.resolve(cookie)).toBeDefined()
    const list = await sessions.byUser.list(user)
    expect(list).toHaveLength(maxSessionsPerUser)
    expect(list.filter(({ theftSuspectedAt }) => theftSuspectedAt === undefined)).toHaveLength(2)
    await dispose()
  })

  it('that were ended do not count, and leave nothing in the store', async () => {
    const stays = await gatehouse().signedIn(3)
    const before = await gatehouse().stored.size()
    for (let turn = 0; turn < 20; turn += 1) {
      const browser = await gatehouse().signedIn(3)
      await browser.post('/auth/sign-out')
    }
    expect(await listed(stays)).toHaveLength(1)
    gatehouse().advance(11 * minute)
    // Consumed transactions are kept for ten minutes. The sign-in of another user does not remove them.
    const left = (await gatehouse().stored.size()) - before
    expect(left).toBeLessThanOrEqual(store === 'redis' ? 40 : 20)
  })
})

describe.each(storeKinds)('on %s, a page that sends requests without end', (store) => {
  const perSession = 20
  const gatehouse = useTestApp({ store, oneClock: true, config: { rateLimits: { perSession } } })

  it.each([
    ['/api/session', (browser: Browser) => browser.get('/api/session')],
    ['/api/session/extend', (browser: Browser) => browser.post('/api/session/extend')],
    ['/api/sessions', (browser: Browser) => browser.get('/api/sessions')],
  ])('is limited at %s too', async (_path, ask) => {
    const browser = await gatehouse().signedIn()
    for (let turn = 0; turn < perSession; turn += 1) expect((await ask(browser)).status).toBe(200)
    const refused = await ask(browser)
    expectProblem(refused, 429, 'too_many_requests')
    expect(refused.headers['retry-after']).toMatch(/^[1-9]\d?$/)
    expect((await browser.get('/api/me')).status).toBe(429)
    gatehouse().advance(minute)
    expect((await ask(browser)).status).toBe(200)
  })

  it('is limited with the cookie of a session that has ended, so that the store is not asked', async () => {
    const browser = await gatehouse().signedIn()
    const cookie = await browser.cookieHeader()
    await browser.post('/auth/sign-out')
    const ask = () => gatehouse().browser().send('/api/me', { cookie })
    let status = 401
    for (let turn = 0; turn <= perSession && status === 401; turn += 1)
      status = (await ask()).status
    expect(status).toBe(429)
    expect((await gatehouse().browser().get('/api/session')).status).toBe(200)
  })

  it('can still sign out, and the store is told a moment later', async () => {
    const browser = await gatehouse().signedIn()
    const cookie = await browser.cookieHeader()
    for (let turn = 0; turn <= perSession; turn += 1) await browser.get('/api/me')
    const answer = await browser.post('/auth/sign-out')
    expect([answer.status, answer.setCookies.length]).toEqual([200, 1])
    gatehouse().advance(minute)
    expect((await gatehouse().browser().send('/api/me', { cookie })).status).toBe(401)
    const remote = await gatehouse().startSecondInstance()
    // Far apart: these requests count as well, and one over the limit would be 429 from then on.
    await expect
      .poll(async () => (await remote.browser().send('/api/me', { cookie })).status, {
        timeout: 10_000,
        interval: 500,
      })
      .toBe(401)
    await remote.close()
  })

  it('extends its session without a write each time, and gets the true end', async () => {
    const browser = await gatehouse().signedIn()
    const known = new Map(
      (await gatehouse().stored.records()).map(({ id, version }) => [id, version]),
    )
    gatehouse().advance(10_000)
    const ends: string[] = []
    for (let turn = 0; turn < 10; turn += 1) {
      const session = (await browser.post('/api/session/extend')).json() as Session
      ends.push(session.signedIn ? session.expiresAt : '')
      gatehouse().advance(100)
    }
    const written = (await gatehouse().stored.records())
      .map(({ id, version }) => version - (known.get(id) ?? version))
      .filter((times) => times > 0)
    // The store learns of it once a minute at most, and this instance knows it exactly.
    expect(written.length).toBeLessThanOrEqual(1)
    const apart = Date.parse(ends.at(-1) ?? '') - Date.parse(ends[0] ?? '')
    expect(apart).toBeGreaterThanOrEqual(900)
    expect(ends).toEqual([...new Set(ends)].toSorted())
    gatehouse().advance(5_000)
    const later = (await browser.post('/api/session/extend')).json() as Session
    expect(later.signedIn && later.expiresAt > (ends[0] ?? '')).toBe(true)
  })
})
