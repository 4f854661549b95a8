import { describe, expect, it } from 'vitest'
import { problemPageCode, startsSession } from '../support/refused-sign-in.ts'
import { tokenRequests } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

async function attempts(browser: { cookieHeader(): Promise<string> }): Promise<number> {
  return ((await browser.cookieHeader()).match(/sign-in-/g) ?? []).length
}

describe('a callback that is received twice', () => {
  it('redirects a signed-in user into the app, and redeems the code once', async () => {
    const browser = gatehouse().browser()
    const callback = await browser.callbackFrom(await browser.startSignIn('/users'))
    expect((await browser.get(callback)).location).toBe('/users')
    const session = await browser.cookie('session')
    const again = await browser.get(callback)
    expect([again.status, again.location]).toEqual([303, '/'])
    expect(await browser.cookie('session')).toBe(session)
    expect(tokenRequests(gatehouse().tenant)).toHaveLength(1)
  })

  it('opens nothing in another browser with a copied attempt cookie', async () => {
    const browser = gatehouse().browser()
    const callback = await browser.callbackFrom(await browser.startSignIn())
    const kept = await browser.cookieHeader()
    await browser.get(callback)
    const replay = await gatehouse().browser().send(callback, { cookie: kept })
    expect([problemPageCode(replay), startsSession(replay)]).toEqual(['expired', false])
    expect(tokenRequests(gatehouse().tenant)).toHaveLength(1)
  })

  it('is redeemed exactly once if both arrive at the same time', async () => {
    const browser = gatehouse().browser()
    const callback = await browser.callbackFrom(await browser.startSignIn('/users'))
    gatehouse().tenant.faults.set({ at: 'token', kind: 'delay', ms: 50 })
    const answers = await Promise.all(Array.from({ length: 5 }, () => browser.get(callback)))
    expect(tokenRequests(gatehouse().tenant)).toHaveLength(1)
    expect(answers.filter(startsSession)).toHaveLength(1)
    expect(answers.filter(({ location }) => location === '/users')).toHaveLength(1)
    for (const answer of answers) {
      expect(answer.status).toBe(303)
      expect(answer.location).toMatch(/^\/(?:users$|$|sign-in-problem\?code=expired)/)
    }
    expect((await browser.get('/api/me')).status).toBe(200)
  })
})

describe('several tabs', () => {
  it('can sign in at the same time, in any order', async () => {
    const browser = gatehouse().browser()
    const [a, b] = [await browser.startSignIn('/users'), await browser.startSignIn('/claims')]
    const [backA, backB] = [await browser.callbackFrom(a), await browser.callbackFrom(b)]
    expect((await browser.get(backB)).location).toBe('/claims')
    expect((await browser.get(backA)).location).toBe('/users')
    expect((await browser.get('/api/me')).status).toBe(200)
    expect(await attempts(browser)).toBe(0)
  })

  it('keep at most three attempts, and the oldest is removed first', async () => {
    const browser = gatehouse().browser()
    const urls: string[] = []
    for (let tab = 0; tab < 5; tab += 1) {
      urls.push(await browser.startSignIn(`/users?tab=${tab}`))
      expect(await attempts(browser)).toBe(Math.min(tab + 1, 3))
      gatehouse().advance(1000)
    }
    const landed: string[] = []
    for (const url of urls) {
      landed.push((await browser.get(await browser.callbackFrom(url))).location)
    }
    expect(landed.slice(2)).toEqual(['/users?tab=2', '/users?tab=3', '/users?tab=4'])
    expect(landed.slice(0, 2).map((location) => location.split('?')[0])).toEqual([
      '/sign-in-problem',
      '/sign-in-problem',
    ])
  })

  it('finish the sign-ins that they began before a restart', async () => {
    const browser = gatehouse().browser()
    const url = await browser.startSignIn('/claims')
    await gatehouse().restart()
    const after = gatehouse().browser()
    const cookie = await browser.cookieHeader()
    const answer = await after.send(await browser.callbackFrom(url), { cookie })
    expect(answer.location).toBe('/claims')
  })

  it('do not restore a session that a sign-out in between has ended', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    const old = await browser.cookieHeader()
    const callback = await browser.callbackFrom(await browser.startSignIn('/users'))
    await browser.post('/auth/sign-out')
    expect((await browser.get(callback)).location).toBe('/users')
    expect((await browser.get('/api/me')).status).toBe(200)
    expect((await browser.send('/api/me', { cookie: old })).status).toBe(401)
  })

  it('still sign in with junk cookies under the names of attempts', async () => {
    const browser = gatehouse().browser()
    const junk = Array.from({ length: 20 }, (_, index) => `sign-in-${index}=junk`).join('; ')
    const answer = await browser.send('/auth/sign-in', { cookie: junk })
    expect(answer.status).toBe(303)
    expect(answer.setCookies.filter((line) => line.includes('Max-Age=0'))).toHaveLength(20)
  })
})
