import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { OwnSessions } from '@gatehouse/contract/sessions'
import { describe, expect, it } from 'vitest'
import type { Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { runEndSessions } from '../support/end-sessions.ts'
import { refreshes } from '../support/token-requests.ts'
import { sharedStoreKinds } from '@gatehouse/test-support/tier'
import { expectEnded, twoInstances } from '../support/two-instances.ts'

const agents = {
  firefox: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  safari:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
}

describe.each(sharedStoreKinds)('on %s, with two instances', (store) => {
  const { gatehouse, remote, freshUser, signedIn } = twoInstances(store)

  async function own(browser: Browser): Promise<OwnSessions['sessions']> {
    return ((await browser.get('/api/sessions')).json() as OwnSessions).sessions
  }

  it('a sign-out ends the session on both, and no answer sets a cookie afterwards', async () => {
    const [local, away] = await signedIn()
    const kept = { cookie: await local.cookieHeader() }
    expect((await local.send('/auth/sign-out', { ...post, ...kept })).status).toBe(200)
    const here = await gatehouse().browser().send('/api/me', kept)
    expect([here.status, here.setCookies]).toEqual([401, []])
    await expect
      .poll(async () => (await remote().browser().send('/api/me', kept)).status, { interval: 2 })
      .toBe(401)
    const extend = await remote()
      .browser()
      .send('/api/session/extend', { ...post, ...kept })
    expect([extend.status, extend.setCookies]).toEqual([401, []])
    expect(await away.cookieHeader()).toBe('')
  })

  it('a refresh under way on the other does not bring it back', async () => {
    const [local, away] = await signedIn()
    const kept = { cookie: await local.cookieHeader() }
    gatehouse().advance(50 * 60_000)
    expect((await local.post('/api/session/extend')).status).toBe(200)
    gatehouse().advance(45 * 60_000)
    gatehouse().tenant.faults.set({ at: 'token', kind: 'delay', ms: 1500 })
    const underWay = away.get('/api/users')
    await expect.poll(() => refreshes(gatehouse().tenant)).toHaveLength(1)
    const before = (await gatehouse().stored.records()).length
    expect((await local.post('/auth/sign-out')).status).toBe(200)
    const late = await underWay
    expectProblem(late, 401, 'sign_in_required')
    expect(late.setCookies).toEqual([])
    expect((await remote().browser().send('/api/me', kept)).status).toBe(401)
    expect(await gatehouse().stored.records()).toHaveLength(before - 1)
  })

  it('a user sees their own sessions, the last used first', async () => {
    const user = freshUser()
    const [local] = await signedIn(user, agents.firefox)
    gatehouse().advance(5 * 60_000)
    const [phone] = await signedIn(user, agents.safari)
    const sessions = await own(phone)
    expect(sessions.map(({ device, current }) => [device, current])).toEqual([
      ['Safari on iOS', true],
      ['Firefox on Windows', false],
    ])
    for (const { id, startedAt, lastSeenAt } of sessions) {
      expect(id).toMatch(/^[\w-]{22}$/)
      expect(Date.parse(lastSeenAt)).toBeGreaterThanOrEqual(Date.parse(startedAt))
    }
    const current = (await own(local)).find((session) => session.current)
    expect(current?.device).toBe('Firefox on Windows')
    const [stranger] = await signedIn()
    expect(await own(stranger)).toHaveLength(1)
  })

  it('a user ends one of their sessions from another one, and no other user’s', async () => {
    const user = freshUser()
    const [local] = await signedIn(user)
    const [lost, lostAway] = await signedIn(user)
    const [stranger, strangerAway] = await signedIn()
    const remove = (browser: Browser, id: string) =>
      browser.send(`/api/sessions/${id}`, { ...post, method: 'DELETE' })
    const [foreign] = await own(strangerAway)
    expectProblem(await remove(local, foreign?.id ?? ''), 404, 'not_found')
    expect((await stranger.get('/api/me')).status).toBe(200)

    const other = (await own(local)).find(({ current }) => !current)
    expectProblem(
      await local.send(`/api/sessions/${other?.id}`, { method: 'DELETE' }),
      403,
      'cross_site',
    )
    const answer = await remove(local, other?.id ?? '')
    expect([answer.status, answer.setCookies]).toEqual([204, []])
    await expectEnded(lost)
    await expectEnded(lostAway)
    expectProblem(await remove(local, other?.id ?? ''), 404, 'not_found')
    for (const id of ['x', '*', 'a'.repeat(22)]) {
      expect([id, (await remove(local, id)).status >= 400]).toEqual([id, true])
    }
    expect(await own(local)).toHaveLength(1)
  })

  it('a user ends all of their other sessions at once', async () => {
    const user = freshUser()
    const [local, away] = await signedIn(user)
    const others = [await signedIn(user), await signedIn(user)].flat()
    const [stranger] = await signedIn()
    const answer = await away.send('/api/sessions', { ...post, method: 'DELETE' })
    expect([answer.status, answer.setCookies]).toEqual([204, []])
    for (const browser of others) await expectEnded(browser)
    for (const browser of [local, away, stranger]) {
      expect((await browser.get('/api/me')).status).toBe(200)
    }
  })

  it('an operator ends all sessions of one user by object id', async () => {
    const user = freshUser()
    const ended = [await signedIn(user), await signedIn(user)].flat()
    const [stranger] = await signedIn()
    const { id = '' } = gatehouse().tenant.users.find((one) => one.userPrincipalName === user) ?? {}
    expect(await runEndSessions(gatehouse(), '--user', id.toUpperCase())).toEqual({
      status: 0,
      output: '2 sessions ended.\n',
    })
    for (const browser of ended) await expectEnded(browser)
    expect((await stranger.get('/api/me')).status).toBe(200)
    expect(await runEndSessions(gatehouse(), '--user', id)).toMatchObject({
      output: expect.stringMatching(/^0 sessions ended\.\nIf .* SESSION_KEYS /),
    })
    const mistaken = await runEndSessions(gatehouse(), '--user', '*')
    expect(mistaken).toMatchObject({ status: 1, output: expect.stringContaining('a GUID') })
    const file = join(gatehouse().dataDir, 'elsewhere/sessions.sqlite')
    // What goes with a Redis alone is left out.
    const { STORE_CA_FILE: _, ...others } = gatehouse().environment
    const environment = { ...others, STORE_URL: `sqlite:${file}` }
    const elsewhere = await runEndSessions({ environment }, '--user', id)
    expect(elsewhere.status).toBe(1)
    expect(elsewhere.output).toContain(`No session was ended: there is no session store at ${file}`)
    expect(existsSync(file)).toBe(false)
  })
})

const post = { method: 'POST', headers: { 'x-csrf': '1' } } as const
