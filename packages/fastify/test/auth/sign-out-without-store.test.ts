import { describe, expect, it } from 'vitest'
import type { Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { withStoreFile } from '../support/store-file.ts'
import { storeKinds } from '@gatehouse/test-support/tier'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

describe.each(storeKinds)('on %s, a sign-out while the store does not answer', (store) => {
  const gatehouse = useTestApp({ store })

  function stop(): void {
    if (store === 'redis') gatehouse().redis.pause()
    else withStoreFile(gatehouse(), (db) => db.exec('alter table sessions rename to away'))
  }

  function start(): void {
    if (store === 'redis') gatehouse().redis.resume()
    else withStoreFile(gatehouse(), (db) => db.exec('alter table away rename to sessions'))
  }

  async function signedIn(): Promise<[Browser, string]> {
    const browser = gatehouse().browser()
    await browser.signIn()
    return [browser, await browser.cookieHeader()]
  }

  it.each([
    ['open in memory', true],
    ['not open', false],
  ])(
    'of a session that is %s removes the cookie, reports the failure, and ends the session later',
    async (_what, isOpen) => {
      const [browser, cookie] = await signedIn()
      const [other] = await signedIn()
      if (isOpen) await browser.get('/api/me')
      stop()
      let answer
      try {
        answer = await browser.post('/auth/sign-out')
      } finally {
        start()
      }
      const { detail } = expectProblem(answer, 503, 'unavailable')
      expect(detail).toContain('signed out in this browser')
      expect(answer.headers['retry-after']).toBe('5')
      expect(answer.setCookies).toEqual([
        expect.stringMatching(/^session-5173=; Max-Age=0; Path=\//),
      ])
      expect(await browser.cookieHeader()).toBe('')
      const kept = () => gatehouse().browser().send('/api/me', { cookie })
      await expect.poll(async () => (await kept()).status, { timeout: 8_000 }).toBe(401)
      const again = await gatehouse().startSecondInstance()
      await expect
        .poll(async () => (await again.browser().send('/api/me', { cookie })).status, {
          timeout: 8_000,
        })
        .toBe(401)
      expect((await other.get('/api/me')).status).toBe(200)
      expect(gatehouse().logs.join('')).toContain('"event":"sign_out_not_stored"')
      await again.close()
    },
  )

  it('makes this instance refuse the session as soon as the store is back, before the store knows', async () => {
    const [browser, cookie] = await signedIn()
    await browser.get('/api/me')
    stop()
    try {
      await browser.post('/auth/sign-out')
    } finally {
      start()
    }
    const answer = await gatehouse().browser().send('/api/me', { cookie })
    expect([401, 503]).toContain(answer.status)
  })

  it('is completed before the process ends, if the store is back by then', async () => {
    const [browser, cookie] = await signedIn()
    stop()
    try {
      await browser.post('/auth/sign-out')
    } finally {
      start()
    }
    await expect
      .poll(async () => (await browser.get('/readyz')).status, { timeout: 8000 })
      .toBe(200)
    await gatehouse().restart()
    expect((await gatehouse().browser().send('/api/me', { cookie })).status).toBe(401)
  })

  it('at Microsoft ends the sessions of that Entra session once the store is back', async () => {
    const [browser] = await signedIn()
    const [other] = await signedIn()
    const { claims } = (await browser.get('/api/claims')).json() as { claims: { sid: string } }
    stop()
    try {
      const path = `/auth/front-channel-logout?sid=${claims.sid}`
      expectProblem(await gatehouse().browser().get(path), 503, 'unavailable')
    } finally {
      start()
    }
    await expect
      .poll(async () => (await browser.get('/api/me')).status, { timeout: 8000 })
      .toBe(401)
    expect((await other.get('/api/me')).status).toBe(200)
  })

  it('without a session is a plain sign-out', async () => {
    stop()
    try {
      const answer = await gatehouse().browser().post('/auth/sign-out')
      expect(answer.status).toBe(200)
    } finally {
      start()
    }
  })
})
