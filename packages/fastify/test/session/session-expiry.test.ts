import type { SignedIn } from '@gatehouse/contract/session'
import { describe, expect, it } from 'vitest'
import type { Browser } from '@gatehouse/tenant/testing'
import { storeKinds } from '@gatehouse/test-support/tier'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const [second, minute] = [1000, 60_000]

describe.each(storeKinds)('on %s, a session', (store) => {
  const gatehouse = useTestApp({
    store,
    oneClock: true,
    config: { session: { idleMinutes: 30, absoluteMinutes: 240 } },
  })

  async function signedIn(): Promise<[Browser, () => Promise<number>]> {
    const known = new Set((await gatehouse().stored.records()).map(({ id }) => id))
    const browser = gatehouse().browser()
    await browser.signIn()
    const fresh = (await gatehouse().stored.records()).find(({ id }) => !known.has(id))
    if (!fresh) throw new Error('The sign-in left no record')
    const writes = async () => {
      const records = await gatehouse().stored.records()
      return (records.find(({ id }) => id === fresh.id)?.version ?? 0) - 1
    }
    return [browser, writes]
  }

  const meStatus = async (browser: Browser) => (await browser.get('/api/me')).status
  const status = async (browser: Browser) => (await browser.get('/api/session')).json() as SignedIn

  it('leaves the store when its idle time is over', async () => {
    const [browser] = await signedIn()
    gatehouse().advance(30 * minute - 2 * second)
    expect(await status(browser)).toMatchObject({ signedIn: true })
    gatehouse().advance(3 * second)
    expect(await status(browser)).toMatchObject({ signedIn: false })
    expect(await meStatus(browser)).toBe(401)
    expect(gatehouse().logs.filter((line) => line.includes('session_expired'))).toHaveLength(1)
    await gatehouse().restart()
    const cookie = await browser.cookieHeader()
    expect((await gatehouse().browser().send('/api/me', { cookie })).status).toBe(401)
  })

  it('is not extended by a page that asks how long it lasts', async () => {
    const [browser, writes] = await signedIn()
    const { expiresAt } = await status(browser)
    for (let passed = 0; passed < 28; passed += 4) {
      gatehouse().advance(4 * minute)
      expect((await status(browser)).expiresAt).toBe(expiresAt)
    }
    expect(await writes()).toBe(0)
    gatehouse().advance(3 * minute)
    expect(await meStatus(browser)).toBe(401)
  })

  it('is written at most once a minute, with any number of requests', async () => {
    const [browser, writes] = await signedIn()
    for (let call = 0; call < 30; call += 1) await meStatus(browser)
    expect(await writes()).toBe(0)
    gatehouse().advance(minute + second)
    await Promise.all(Array.from({ length: 40 }, () => meStatus(browser)))
    await expect.poll(writes).toBe(1)
    for (let call = 0; call < 10; call += 1) {
      gatehouse().advance(5 * second)
      await meStatus(browser)
    }
    expect(await writes()).toBe(1)
    gatehouse().advance(20 * second)
    await meStatus(browser)
    await expect.poll(writes).toBe(2)
  })

  it('is extended by use, together with the time to live in the store', async () => {
    const [browser, writes] = await signedIn()
    for (let turn = 1; turn <= 4; turn += 1) {
      gatehouse().advance(25 * minute)
      expect(await meStatus(browser)).toBe(200)
      await expect.poll(writes).toBe(turn)
    }
    await gatehouse().restart()
    const cookie = await browser.cookieHeader()
    expect((await gatehouse().browser().send('/api/me', { cookie })).status).toBe(200)
  })

  it('is extended by many at once without a failure', async () => {
    const [browser] = await signedIn()
    gatehouse().advance(20 * minute)
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => browser.post('/api/session/extend')),
    )
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]))
    const { expiresAt, now } = await status(browser)
    expect(Date.parse(expiresAt) - Date.parse(now)).toBeGreaterThan(29.9 * minute)
  })

  it('survives a clock that steps back an hour, and still ends', async () => {
    const [browser, writes] = await signedIn()
    gatehouse().advance(-60 * minute)
    expect(await meStatus(browser)).toBe(200)
    // The last activity was written at a time that is in the future now. It is corrected at once.
    await expect.poll(writes).toBe(1)
    const { expiresAt, now } = await status(browser)
    expect(Date.parse(expiresAt) - Date.parse(now)).toBeLessThanOrEqual(30 * minute)
    gatehouse().advance(30 * minute + second)
    expect(await meStatus(browser)).toBe(401)
    gatehouse().advance(30 * minute)
  })

  it('survives a clock that is an hour ahead for a moment, if no request comes meanwhile', async () => {
    const [browser] = await signedIn()
    const [idle] = await signedIn()
    gatehouse().advance(60 * minute)
    expect(await meStatus(browser)).toBe(401)
    gatehouse().advance(-60 * minute)
    expect(await meStatus(idle)).toBe(200)
    // No record was deleted because of the clock.
    expect(await meStatus(browser)).toBe(200)
  })

  it('started by a clock that was an hour ahead lasts as long as others', async () => {
    gatehouse().advance(60 * minute)
    const [browser, writes] = await signedIn()
    gatehouse().advance(-60 * minute)
    expect(await meStatus(browser)).toBe(200)
    await expect.poll(writes).toBe(1)
    for (let passed = 25; passed < 240; passed += 25) {
      gatehouse().advance(25 * minute)
      const before = await writes()
      expect(await meStatus(browser)).toBe(200)
      // The clock moves after this is written: a real clock does not jump in between.
      await expect.poll(writes).toBeGreaterThan(before)
    }
    gatehouse().advance(15 * minute + second)
    expect(await meStatus(browser)).toBe(401)
  })
})
