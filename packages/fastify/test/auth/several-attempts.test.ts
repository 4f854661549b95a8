import { describe, expect, it } from 'vitest'
import type { OwnSessions } from '@gatehouse/contract/sessions'
import { people } from '@gatehouse/tenant/testing'
import { publicUrl } from '@gatehouse/test-support/gatehouse'
import { expectRestart, problemPageCode, startsSession } from '../support/refused-sign-in.ts'
import { tokenRequests } from '../support/token-requests.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

async function attempts(browser: { cookieHeader(): Promise<string> }): Promise<number> {
  return ((await browser.cookieHeader()).match(/sign-in-/g) ?? []).length
}

/** The cookies of two sessions, whose callbacks came from one browser in the same moment. */
async function sessionsOfOneMoment(person: number): Promise<[Cookie, Cookie]> {
  const browser = gatehouse().browser()
  const user = people(gatehouse().tenant).at(person).userPrincipalName
  const started = [await browser.startSignIn('/users'), await browser.startSignIn('/claims')]
  const callbacks = await Promise.all(started.map((url) => browser.callbackFrom(url, { user })))
  const cookie = await browser.cookieHeader()
  const answers = await Promise.all(
    callbacks.map((url) => gatehouse().browser().send(url, { cookie })),
  )
  const [first = '', second = ''] = answers.map(
    ({ setCookies }) => setCookies.find(setsSession)?.split(';')[0],
  )
  return [{ cookie: first }, { cookie: second }]
}

interface Cookie extends Record<string, string> {
  cookie: string
}

async function statusOf(headers: Cookie): Promise<number> {
  return (await gatehouse().browser().send('/api/me', headers)).status
}

describe('a callback that is received twice', () => {
  it('redirects a signed-in user into the app, and redeems the code once', async () => {
    const browser = gatehouse().browser()
    const callback = await browser.callbackFrom(await browser.startSignIn('/users'))
    expect((await browser.get(callback)).location).toBe('/users')
    const session = await browser.cookie('session-5173')
    const again = await browser.get(callback)
    expect([again.status, again.location]).toEqual([303, '/users'])
    expect(await browser.cookie('session-5173')).toBe(session)
    expect(tokenRequests(gatehouse().tenant)).toHaveLength(1)
  })

  it('opens nothing in another browser with a copied attempt cookie', async () => {
    const browser = gatehouse().browser()
    const callback = await browser.callbackFrom(await browser.startSignIn())
    const cookie = await browser.cookieHeader()
    await browser.get(callback)
    await expectRestart(gatehouse(), () => gatehouse().browser().send(callback, { cookie }))
    expect(tokenRequests(gatehouse().tenant)).toHaveLength(1)
    expect((await browser.get('/api/me')).status).toBe(200)
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
      expect(answer.location).toMatch(/^\/users$|\/authorize\?/)
    }
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('leaves one session if its first answer never arrived, and lands on the page', async () => {
    const browser = gatehouse().browser()
    const user = people(gatehouse().tenant).at(20).userPrincipalName
    const callback = await browser.callbackFrom(await browser.startSignIn('/users'), { user })
    // A program that opens every link got the session, and the person has the same cookies as before.
    const cookie = await browser.cookieHeader()
    const taken = await gatehouse().browser().send(callback, { cookie })
    expect([taken.location, startsSession(taken)]).toEqual(['/users', true])
    const stolen = (taken.setCookies.find(setsSession) ?? '').split(';')[0] ?? ''
    expect((await gatehouse().browser().send('/api/me', { cookie: stolen })).status).toBe(200)

    const url = await expectRestart(gatehouse(), () => browser.get(callback))
    const answer = await browser.get(await browser.callbackFrom(url.href, { user }))
    expect([answer.location, startsSession(answer)]).toEqual(['/users', true])
    const { sessions } = (await browser.get('/api/sessions')).json() as OwnSessions
    expect(sessions.map(({ current }) => current)).toEqual([true])
    expect((await gatehouse().browser().send('/api/me', { cookie: stolen })).status).toBe(401)
  })

  it('says so after the second time that its answer was lost, and does not go round', async () => {
    const browser = gatehouse().browser()
    const first = await browser.callbackFrom(await browser.startSignIn('/users'))
    await gatehouse()
      .browser()
      .send(first, { cookie: await browser.cookieHeader() })
    const url = await expectRestart(gatehouse(), () => browser.get(first))
    const second = await browser.callbackFrom(url.href)
    await gatehouse()
      .browser()
      .send(second, { cookie: await browser.cookieHeader() })
    const answer = await browser.get(second)
    expect([problemPageCode(answer), startsSession(answer)]).toEqual(['expired', false])
    expect(answer.location).toContain('returnTo=%2Fusers')
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

  it('leave one session if their callbacks arrive in the same moment: the one that is used', async () => {
    const [first, second] = await sessionsOfOneMoment(21)
    // Each of them may be the last to arrive.
    expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200])
    gatehouse().advance(61_000)
    expect(await statusOf(second)).toBe(200)
    await expect.poll(() => statusOf(first)).toBe(401)
    const list = await gatehouse().browser().send('/api/sessions', second)
    expect((list.json() as OwnSessions).sessions).toHaveLength(1)
  })

  it('leave none of those if the one that is used signs out, however soon', async () => {
    const [first, second] = await sessionsOfOneMoment(22)
    const headers = { ...second, 'x-csrf': '1' }
    const signOut = await gatehouse().browser().post('/auth/sign-out', headers)
    expect(signOut.status).toBe(200)
    expect([await statusOf(first), await statusOf(second)]).toEqual([401, 401])
  })

  it('keep at most three attempts, the oldest goes first, and each lands on its page', async () => {
    const browser = gatehouse().browser()
    const urls: string[] = []
    for (let tab = 0; tab < 5; tab += 1) {
      urls.push(await browser.startSignIn(`/users?tab=${tab}`))
      expect(await attempts(browser)).toBe(Math.min(tab + 1, 3))
      gatehouse().advance(1000)
    }
    const landed: string[] = []
    for (const url of urls.toReversed()) {
      landed.push((await browser.get(await browser.callbackFrom(url))).location)
    }
    expect(landed).toEqual([4, 3, 2, 1, 0].map((tab) => `/users?tab=${tab}`))
    expect(tokenRequests(gatehouse().tenant)).toHaveLength(3)
  })

  it('begin once more if the oldest comes back first, and land on their pages', async () => {
    const browser = gatehouse().browser()
    const urls: string[] = []
    for (let tab = 0; tab < 5; tab += 1) {
      urls.push(await browser.startSignIn(`/users?tab=${tab}`))
      gatehouse().advance(1000)
    }
    const again = await expectRestart(gatehouse(), async () =>
      browser.get(await browser.callbackFrom(urls[0] ?? '')),
    )
    expect((await browser.get(await browser.callbackFrom(again.href))).location).toBe(
      '/users?tab=0',
    )
    for (const [tab, url] of urls.entries()) {
      const answer = await browser.get(await browser.callbackFrom(url))
      expect(answer.location).toBe(`/users?tab=${tab}`)
    }
  })

  it('leave at most three small cookies if forty start at the same moment', async () => {
    const browser = gatehouse().browser()
    const longPage = (tab: number) => `/users?tab=${tab}&q=${'x'.repeat(900)}`
    const urls = await Promise.all(
      Array.from({ length: 40 }, (_, tab) => browser.startSignIn(longPage(tab))),
    )
    const pairs = (await browser.cookieHeader()).split('; ')
    expect(pairs.length).toBeLessThanOrEqual(3)
    for (const pair of pairs) expect(pair.length).toBeLessThan(500)
    expect((await browser.get('/api/session')).status).toBe(200)

    // One after the other, as their person signs in: each ends on its own page.
    for (const [tab, url] of urls.entries()) {
      let answer = await browser.get(await browser.callbackFrom(url))
      if (answer.location.startsWith('http')) {
        answer = await browser.get(await browser.callbackFrom(answer.location))
      }
      expect(answer.location).toBe(longPage(tab))
    }
    expect((await browser.get('/api/me')).status).toBe(200)
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

  it('still sign in with junk under every name of an attempt', async () => {
    const browser = gatehouse().browser()
    const names = [1, 2, 3].map((slot) => `sign-in-${slot}-5173`)
    for (const name of names) await browser.jar.setCookie(`${name}=junk; Path=/`, publicUrl)
    expect((await browser.signIn({ returnTo: '/users' })).location).toBe('/users')
  })

  it('still sign in with cookies for a part of the site under two names of attempts', async () => {
    const browser = gatehouse().browser()
    const callback = await browser.callbackFrom(await browser.startSignIn('/users'))
    const own = await browser.cookieHeader()
    const [, used] = /sign-in-(\d)/.exec(own) ?? []
    const planted = ['1', '2', '3'].filter((slot) => slot !== used)
    const cookie = `${planted.map((slot) => `sign-in-${slot}-5173=x`).join('; ')}; ${own}`
    expect((await browser.send(callback, { cookie })).location).toBe('/users')
  })

  it('leave the attempts of an app on another port of this host alone', async () => {
    const browser = gatehouse().browser()
    await browser.jar.setCookie('sign-in-1-6000=theirs; Path=/', publicUrl)
    await browser.jar.setCookie('session-6000=theirs; Path=/', publicUrl)
    await browser.jar.setCookie('session=theirs; Path=/api', publicUrl)
    await browser.signIn()
    const cookie = `session=x; ${await browser.cookieHeader()}`
    expect((await browser.send('/api/me', { cookie })).status).toBe(200)
    await browser.post('/auth/sign-out')
    expect(await browser.cookie('session-6000')).toBe('theirs')
    expect(await browser.cookie('sign-in-1-6000')).toBe('theirs')
  })
})

function setsSession(line: string): boolean {
  return line.startsWith('session-5173=')
}
