/** Browsers share the cookies of a host between its ports: other programs on this machine set cookies of our names. */
import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { people } from '@gatehouse/tenant/testing'

describe('on http://localhost, where browsers share cookies between ports', () => {
  const local = useTestApp()
  const cookie = 'session-5173'
  const junk = 'x'
  /** In the form of a sealed value. */
  const foreign = `${'A'.repeat(200)}.${'B'.repeat(32)}`

  async function valueOf(index: number): Promise<string> {
    const browser = local().browser()
    await browser.signIn({ user: people(local().tenant).at(index).userPrincipalName })
    return (await browser.cookie(cookie)) ?? ''
  }
  const ask = (path: string, header: string, method: 'GET' | 'POST' | 'DELETE' = 'GET') =>
    local()
      .browser()
      .send(path, { method, cookie: header, headers: { 'x-csrf': '1' } })
  const told = () =>
    local().logs.filter((line) => line.includes('"event":"session_cookie_unusable"'))

  it.each([
    ['first', (own: string) => `${cookie}=${junk}; ${cookie}=${own}`],
    ['last', (own: string) => `${cookie}=${own}; ${cookie}=${junk}`],
    ['in the form of ours', (own: string) => `${cookie}=${foreign}; ${cookie}=${own}`],
    ['without a value', (own: string) => `${cookie}=; ${cookie}=${own}`],
    ['with the same value', (own: string) => `${cookie}=${own}; ${cookie}=${own}`],
    [
      'a hundred times for longer paths',
      (own: string) =>
        `${Array.from({ length: 100 }, (_, n) => `${cookie}=${n}`).join('; ')}; ${cookie}=${own}`,
    ],
  ])('another program’s cookie of the same name keeps no one out: %s', async (_what, header) => {
    const own = await valueOf(0)
    expect((await ask('/api/me', header(own))).status).toBe(200)
    expect((await ask('/api/session', header(own))).json()).toMatchObject({ signedIn: true })
    expect((await ask('/api/session/extend', header(own), 'POST')).status).toBe(200)
    expect((await ask('/auth/sign-out', header(own), 'POST')).status).toBe(200)
    expect((await ask('/api/me', `${cookie}=${own}`)).status).toBe(401)
  })

  it.each(['first', 'last'])(
    'two sessions at once are none, and none of them ends: the other one %s',
    async (place) => {
      const [own, other] = [await valueOf(0), await valueOf(7)]
      const pair = place === 'first' ? [other, own] : [own, other]
      const header = pair.map((value) => `${cookie}=${value}`).join('; ')
      expectProblem(await ask('/api/me', header), 401, 'sign_in_required')
      expect((await ask('/auth/sign-out', header, 'POST')).status).toBe(200)
      for (const value of pair) {
        expect((await ask('/api/me', `${cookie}=${value}`)).status).toBe(200)
      }
    },
  )

  it('cookies that open nothing are told of in the log once, without their values', async () => {
    await local().restart()
    local().logs.length = 0
    for (const header of [`${cookie}=${foreign}`, `${cookie}=${junk}; ${cookie}=${foreign}`]) {
      for (let turn = 0; turn < 3; turn += 1) {
        expectProblem(await ask('/api/me', header), 401, 'sign_in_required')
      }
    }
    expect(told()).toHaveLength(2)
    expect(told()[1]).toContain('Clear the cookies of this host')
    expect(told().join()).not.toMatch(/AAAA|BBBB/)
    await ask('/api/me', 'theme=dark')
    await ask('/api/me', '')
    expect(told()).toHaveLength(2)
  })

  it.each(['first', 'last'])(
    'a sign-in ends although each of its cookies has a namesake: %s',
    async (place) => {
      const browser = local().browser()
      const callback = await browser.callbackFrom(await browser.startSignIn())
      const real = await browser.cookieHeader()
      const names = ['sign-in-1-5173', 'sign-in-2-5173', 'sign-in-3-5173']
      const planted = names.map((name) => `${name}=${junk}; ${name}=${foreign}`).join('; ')
      const header = place === 'first' ? `${planted}; ${real}` : `${real}; ${planted}`
      const answer = await local().browser().send(callback, { cookie: header })
      expect([answer.status, answer.location]).toEqual([303, '/'])
      expect(answer.setCookies.some((line) => line.startsWith(`${cookie}=`))).toBe(true)
    },
  )
})
