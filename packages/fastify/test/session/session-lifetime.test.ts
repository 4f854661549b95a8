import type { SignedIn } from '@gatehouse/contract/session'
import { describe, expect, it } from 'vitest'
import type { Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { withStoreFile } from '../support/store-file.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const minute = 60_000
const gatehouse = useTestApp({
  config: { session: { idleMinutes: 30, absoluteMinutes: 120 } },
  oneClock: true,
})

async function status(browser: Browser): Promise<SignedIn> {
  return (await browser.get('/api/session')).json() as SignedIn
}

describe('a session', () => {
  it('ends after the idle time', async () => {
    const browser = await gatehouse().signedIn()
    gatehouse().advance(30 * minute - 5000)
    expect((await browser.get('/api/me')).status).toBe(200)
    gatehouse().advance(30 * minute + 1)
    expectProblem(await browser.get('/api/me'), 401, 'sign_in_required')
    expect(await status(browser)).toMatchObject({ signedIn: false })
  })

  it('ends after the absolute time, even if it is in use', async () => {
    const browser = await gatehouse().signedIn()
    for (let passed = 0; passed < 100; passed += 20) {
      gatehouse().advance(20 * minute)
      expect((await browser.get('/api/me')).status).toBe(200)
    }
    gatehouse().advance(20 * minute)
    expectProblem(await browser.get('/api/me'), 401, 'sign_in_required')
  })

  it('tells when it ends, and asking does not move that', async () => {
    const browser = await gatehouse().signedIn()
    const first = await status(browser)
    expect(Date.parse(first.expiresAt) - Date.parse(first.startedAt)).toBe(30 * minute)
    expect(Date.parse(first.absoluteExpiresAt) - Date.parse(first.startedAt)).toBe(120 * minute)
    gatehouse().advance(10 * minute)
    const second = await status(browser)
    expect(second.expiresAt).toBe(first.expiresAt)
    expect(Date.parse(second.now) - Date.parse(first.now)).toBeGreaterThanOrEqual(10 * minute)
  })

  it('goes on when it is extended, but never past its absolute end', async () => {
    const browser = await gatehouse().signedIn()
    gatehouse().advance(25 * minute)
    const extended = (await browser.post('/api/session/extend')).json() as SignedIn
    const left = Date.parse(extended.expiresAt) - Date.parse(extended.now)
    expect(Math.abs(left - 30 * minute)).toBeLessThan(1000)
    for (let turn = 0; turn < 3; turn += 1) {
      gatehouse().advance(25 * minute)
      expect((await browser.post('/api/session/extend')).status).toBe(200)
    }
    const last = await status(browser)
    expect(last.expiresAt).toBe(last.absoluteExpiresAt)
    gatehouse().advance(25 * minute)
    expectProblem(await browser.post('/api/session/extend'), 401, 'sign_in_required')
  })

  it('is kept over a restart', async () => {
    const browser = await gatehouse().signedIn()
    await gatehouse().restart()
    const cookie = await browser.cookieHeader()
    expect((await gatehouse().browser().send('/api/me', { cookie })).status).toBe(200)
    expect((await gatehouse().browser().send('/api/users', { cookie })).status).toBe(200)
  })

  it('is 401, never 500, if its record was changed in the store', async () => {
    for (const change of [
      "update sessions set sealed = x''",
      "update sessions set sealed = x'00'",
      'update sessions set sealed = substr(sealed, 1, length(sealed) - 1)',
      'update sessions set sealed = zeroblob(length(sealed))',
      "update sessions set sealed = cast(sealed || x'00' as blob)",
      "update sessions set sealed = 'text'",
      "update sessions set version = 'one'",
      'delete from sessions',
    ]) {
      const browser = await gatehouse().signedIn()
      withStoreFile(gatehouse(), (db) => db.exec(change))
      const answer = await browser.get('/api/me')
      expect([change, answer.status]).toEqual([change, 401])
      expectProblem(await browser.get('/api/users'), 401, 'sign_in_required')
    }
  })

  it('does not open under the id of another session', async () => {
    const [one, other] = [await gatehouse().signedIn(), await gatehouse().signedIn()]
    withStoreFile(gatehouse(), (db) => {
      const rows = db.prepare('select id, sealed from sessions').all()
      const put = db.prepare('update sessions set sealed = ? where id = ?')
      for (const [index, { id }] of rows.entries()) {
        put.run(rows.at(index - 1)?.['sealed'] ?? null, id ?? null)
      }
    })
    expect((await one.get('/api/me')).status).toBe(401)
    expect((await other.get('/api/me')).status).toBe(401)
  })

  it('stays while the store does not answer: 503, and 200 afterwards', async () => {
    const browser = await gatehouse().signedIn()
    withStoreFile(gatehouse(), (db) => db.exec('alter table sessions rename to away'))
    try {
      for (const path of ['/api/me', '/api/users', '/api/session', '/readyz']) {
        const answer = await browser.get(path)
        expectProblem(answer, 503, 'unavailable')
        expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
      }
    } finally {
      withStoreFile(gatehouse(), (db) => db.exec('alter table away rename to sessions'))
    }
    expect((await browser.get('/api/me')).status).toBe(200)
  })
})
