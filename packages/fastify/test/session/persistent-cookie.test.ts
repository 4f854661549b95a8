import { randomBytes } from 'node:crypto'
import type { SignedIn } from '@gatehouse/contract/session'
import { afterEach, describe, expect, it } from 'vitest'
import { type Gatehouse, startGatehouse } from '@gatehouse/test-support/gatehouse'

const minute = 60_000
const [oldKey, newKey] = [randomBytes(32), randomBytes(32)].map((key) => key.toString('base64'))

describe('a session cookie that stays when the browser is closed', () => {
  let gatehouse: Gatehouse
  afterEach(() => gatehouse.close())

  const start = async (persistent?: boolean) => {
    const session = {
      idleMinutes: 30,
      absoluteMinutes: 120,
      ...(persistent !== undefined && { persistent }),
    }
    const env = { SESSION_KEYS: oldKey ?? '' }
    gatehouse = await startGatehouse({ config: { session }, env, oneClock: true })
    const browser = gatehouse.browser()
    const { setCookies } = await browser.signIn()
    const cookie = setCookies.find((line) => line.startsWith('session-5173=')) ?? ''
    return { browser, cookie }
  }

  /** Max-Age in seconds; undefined if the cookie ends with the browser. */
  const maxAge = (cookie = '') => {
    const [, seconds] = /; Max-Age=(\d+);/.exec(cookie) ?? []
    return seconds === undefined ? undefined : Number(seconds)
  }

  it.each([undefined, false])('has to be asked for: %s', async (persistent) => {
    expect(maxAge((await start(persistent)).cookie)).toBeUndefined()
  })

  it('lasts until the absolute limit, and keeps its other attributes', async () => {
    const { cookie } = await start(true)
    expect(maxAge(cookie)).toBeGreaterThan(119 * 60)
    expect(maxAge(cookie)).toBeLessThanOrEqual(120 * 60)
    expect(cookie).toMatch(/^session-5173=[\w.-]+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  it('is not moved by use or by an extension', async () => {
    const { browser } = await start(true)
    gatehouse.advance(25 * minute)
    expect((await browser.get('/api/me')).setCookies).toEqual([])
    const extended = await browser.post('/api/session/extend')
    expect(extended.setCookies).toEqual([])
    const { expiresAt, now } = extended.json() as SignedIn
    expect(Date.parse(expiresAt) - Date.parse(now)).toBeGreaterThan(29 * minute)
  })

  it('is as long as what is left of the session when a new key seals it', async () => {
    const { browser } = await start(true)
    const before = await browser.cookieHeader()
    gatehouse.advance(20 * minute)
    await gatehouse.restart({ SESSION_KEYS: `${newKey},${oldKey}` })
    const [resealed] = (await gatehouse.browser().send('/api/me', { cookie: before })).setCookies
    expect(maxAge(resealed)).toBeGreaterThan(99 * 60)
    expect(maxAge(resealed)).toBeLessThanOrEqual(100 * 60)
  })

  it('is cleared by a sign-out', async () => {
    const { browser } = await start(true)
    const { setCookies } = await browser.post('/auth/sign-out')
    expect(setCookies).toEqual(['session-5173=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax'])
    expect(await browser.cookieHeader()).toBe('')
  })

  it('changes no limit of the server', async () => {
    const { browser } = await start(true)
    const cookie = await browser.cookieHeader()
    gatehouse.advance(30 * minute)
    const answer = await browser.send('/api/me', { cookie })
    expect(answer.status).toBe(401)
  })
})
