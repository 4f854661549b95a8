import { randomBytes } from 'node:crypto'
import type { OwnSessions } from '@gatehouse/contract/sessions'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { runEndSessions } from '../support/end-sessions.ts'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'
import { storeKinds } from '@gatehouse/test-support/tier'

const key = () => randomBytes(32).toString('base64')
const [oldKey, newKey] = [key(), key()]
const post = { method: 'POST', headers: { 'x-csrf': '1' } } as const

describe.each(storeKinds)('on %s, a change of the session keys', (store) => {
  let gatehouse: Gatehouse
  beforeEach(async () => {
    gatehouse = await startGatehouse({ store, env: { SESSION_KEYS: oldKey } })
  })
  afterEach(() => gatehouse.close())

  /** A browser that signed in with the old key, on an app that started again with these keys. */
  async function signedInBefore(...keys: string[]): Promise<[Browser, string]> {
    const before = gatehouse.browser()
    await before.signIn()
    await gatehouse.restart({ SESSION_KEYS: keys.join(',') })
    const browser = gatehouse.browser()
    const cookie = await before.cookieHeader()
    await browser.jar.setCookie(cookie, gatehouse.publicUrl)
    return [browser, cookie]
  }

  it('signs no user out: the old cookie is accepted, and replaced once', async () => {
    const [browser, old] = await signedInBefore(newKey, oldKey)
    const first = await browser.get('/api/me')
    expect([first.status, first.setCookies.length]).toEqual([200, 1])
    expect(first.setCookies[0]).toMatch(/^session-5173=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(await browser.cookieHeader()).not.toBe(old)
    for (const path of ['/api/me', '/api/users', '/api/claims']) {
      const answer = await browser.get(path)
      expect([path, answer.status, answer.setCookies]).toEqual([path, 200, []])
    }
  })

  it('makes only the old cookie 401 once the old key is removed', async () => {
    const [browser, old] = await signedInBefore(newKey, oldKey)
    await browser.get('/api/me')
    const cookie = await browser.cookieHeader()
    await gatehouse.restart({ SESSION_KEYS: newKey })
    const after = gatehouse.browser()
    expectProblem(await after.send('/api/me', { cookie: old }), 401, 'sign_in_required')
    expect((await after.send('/api/me', { cookie })).status).toBe(200)
    expect((await after.send('/api/users', { cookie })).status).toBe(200)
  })

  it('that removes the old key at once is 401, and a new sign-in works', async () => {
    const [browser] = await signedInBefore(newKey)
    expectProblem(await browser.get('/api/me'), 401, 'sign_in_required')
    expect((await browser.signIn()).location).toBe('/')
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('lets a session end with both of its cookies, the old and the new one', async () => {
    const [browser, old] = await signedInBefore(newKey, oldKey)
    await browser.get('/api/me')
    const fresh = await browser.cookieHeader()
    expect(fresh).not.toBe(old)
    const person = gatehouse.browser()
    for (const cookie of [old, fresh, old, fresh]) {
      expect((await person.send('/api/me', { cookie })).status).toBe(200)
    }
    await person.send('/auth/sign-out', { ...post, cookie: fresh })
    for (const cookie of [old, fresh]) {
      const answer = await person.send('/api/me', { cookie })
      expect([answer.status, answer.setCookies]).toEqual([401, []])
    }
  })

  it('lets a session end with both of its cookies on another instance', async () => {
    const [browser, old] = await signedInBefore(newKey, oldKey)
    await browser.get('/api/me')
    const fresh = await browser.cookieHeader()
    const remote = await gatehouse.startSecondInstance()
    const person = gatehouse.browser()
    for (const cookie of [fresh, old]) await person.send('/api/me', { cookie })
    await remote.browser().send('/auth/sign-out', { ...post, cookie: old })
    for (const cookie of [fresh, old]) {
      await expect
        .poll(async () => (await person.send('/api/me', { cookie })).status, { timeout: 500 })
        .toBe(401)
    }
  })

  it('leaves earlier sessions to be listed and ended from another browser', async () => {
    const [browser] = await signedInBefore(newKey, oldKey)
    const fresh = gatehouse.browser()
    await fresh.signIn()
    const { sessions } = (await fresh.get('/api/sessions')).json() as OwnSessions
    expect(sessions.filter(({ current }) => current)).toHaveLength(1)
    expect(sessions).toHaveLength(2)
    const other = sessions.find(({ current }) => !current)
    await fresh.send(`/api/sessions/${other?.id}`, { ...post, method: 'DELETE' })
    expect((await browser.get('/api/me')).status).toBe(401)

    await browser.signIn()
    const [user] = gatehouse.tenant.users
    expect(await runEndSessions(gatehouse, '--user', user?.id ?? '')).toMatchObject({
      output: '2 sessions ended.\n',
    })
    for (const one of [browser, fresh]) {
      await expect.poll(async () => (await one.get('/api/me')).status).toBe(401)
    }
  })

  it('leaves earlier sessions to be ended by Entra’s front-channel call', async () => {
    const [browser] = await signedInBefore(newKey, oldKey)
    const { claims } = (await browser.get('/api/claims')).json() as { claims: { sid: string } }
    await gatehouse.browser().get(`/auth/front-channel-logout?sid=${claims.sid}`)
    expect((await browser.get('/api/me')).status).toBe(401)
  })

  it('does not disturb a sign-in under way', async () => {
    const browser = gatehouse.browser()
    const callback = await browser.callbackFrom(await browser.startSignIn('/users'))
    await gatehouse.restart({ SESSION_KEYS: `${newKey},${oldKey}` })
    const after = await (await gatehouse.startSecondInstance()).browser(browser).get(callback)
    expect([after.status, after.location]).toEqual([303, '/users'])
  })
})
