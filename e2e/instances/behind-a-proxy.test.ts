import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBrowser, sameBrowser, useNewConnections, whoAmI, type Browser } from './browsers.ts'
import { eventually } from './eventually.ts'
import { startFleet, type Fleet } from './fleet.ts'
import { people } from '@gatehouse/tenant/testing'

const perAddress = 30

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ rateLimits: { perAddress } })
})
afterAll(() => fleet.end())

async function signedIn(at: number): Promise<{ browser: Browser; objectId: string }> {
  const { deployment, proxy } = fleet
  const user = people(deployment.tenant).at(at)
  const browser = createBrowser(proxy.origin, deployment.publicUrl)
  expect((await browser.signIn({ user: user.userPrincipalName })).location).toBe('/')
  return { browser, objectId: user.id }
}

/** The same user's browser at each instance, past the proxy. */
function atEachInstance(browser: Browser): Browser[] {
  const { instances, deployment } = fleet
  return instances.map(({ origin }) => sameBrowser(browser, origin, deployment.publicUrl))
}

function ofEachInstance(browser: Browser): Promise<(string | number)[]> {
  return Promise.all(atEachInstance(browser).map(whoAmI))
}

/** @returns after how many ms all instances refuse a cookie that they have accepted */
function refusedEverywhere(cookie: string): Promise<number> {
  const anyone = atEachInstance(createBrowser(fleet.proxy.origin, fleet.deployment.publicUrl))
  return eventually(
    'every instance refuses',
    async () => {
      const answers = anyone.map((browser) => browser.send('/api/me', { cookie }))
      return (await Promise.all(answers)).every(({ status }) => status === 401)
    },
    2000,
  )
}

describe('three instances behind a proxy', () => {
  it('serve a session that one of them started, and each gets requests', async () => {
    const { browser, objectId } = await signedIn(0)
    expect(await browser.cookie('__Host-session')).toBeDefined()
    const before = fleet.proxy.passed().length
    for (let turn = 0; turn < 12; turn += 1) expect(await whoAmI(browser)).toBe(objectId)
    const asked = fleet.proxy.passed().slice(before)
    expect(new Set(asked.flatMap(({ instances }) => instances)).size).toBe(3)
    expect(await ofEachInstance(browser)).toEqual([objectId, objectId, objectId])
  })

  it('refuse a session at once that signed out at one of them', async () => {
    const after: number[] = []
    for (let turn = 0; turn < 5; turn += 1) {
      const { browser, objectId } = await signedIn(turn)
      const cookie = await browser.cookieHeader()
      expect(await ofEachInstance(browser)).toEqual([objectId, objectId, objectId])
      const [first] = atEachInstance(browser)
      expect((await first?.post('/auth/sign-out'))?.status).toBe(200)
      after.push(await refusedEverywhere(cookie))
    }
    // The invalidation is still under way when the sign-out is answered.
    expect(Math.max(...after)).toBeLessThan(1000)
  })

  it('end a session everywhere if Entra tells one of them to', async () => {
    const { browser, objectId } = await signedIn(4)
    const cookie = await browser.cookieHeader()
    expect(await ofEachInstance(browser)).toEqual([objectId, objectId, objectId])
    const { claims } = (await browser.get('/api/claims')).json() as { claims: { sid: string } }
    const { origin } = fleet.instances[2]
    const frame = createBrowser(origin, fleet.deployment.publicUrl)
    const logout = `/auth/front-channel-logout?sid=${encodeURIComponent(claims.sid)}`
    expect((await frame.get(logout)).status).toBe(200)
    expect(await refusedEverywhere(cookie)).toBeLessThan(1000)
    expect(await whoAmI(browser)).toBe(401)
  })
})

// 127.0.0.5 and 127.0.0.6 are loopback too: two visitors with different addresses.
describe('the address of a visitor', () => {
  const visitor = (origin: string) => createBrowser(origin, fleet.deployment.publicUrl)
  const from = (address: string) => useNewConnections(fleet.proxy.certificate, address)

  /** Starts sign-ins until one is refused. @returns the last answer */
  async function knocks(origin: string, headers: (turn: number) => Record<string, string>) {
    let status = 0
    for (let turn = 0; turn < perAddress * 3 + 3 && status !== 429; turn += 1) {
      ;({ status } = await visitor(origin).get('/auth/sign-in', headers(turn)))
    }
    return status
  }
  const claims = (turn: number) => ({ 'x-forwarded-for': `203.0.113.${turn}` })

  it('is the one that the proxy names: each visitor has a separate limit', async () => {
    from('127.0.0.5')
    expect(await knocks(fleet.proxy.origin, () => ({}))).toBe(429)
    from('127.0.0.6')
    expect((await visitor(fleet.proxy.origin).get('/auth/sign-in')).status).toBe(303)
  })

  it('is not the one that the visitor claims, through the proxy or past it', async () => {
    from('127.0.0.7')
    expect(await knocks(fleet.proxy.origin, claims)).toBe(429)
    from('127.0.0.8')
    expect(await knocks(fleet.instances[0].origin, claims)).toBe(429)
  })
})
