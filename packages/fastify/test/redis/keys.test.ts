import { describe, expect, it } from 'vitest'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

describe('on redis, a loss of the whole store', () => {
  const gatehouse = useTestApp({ store: 'redis' })

  it('is 401 at once for users who were signed in, and a new sign-in works', async () => {
    const [open, unopened] = [gatehouse().browser(), gatehouse().browser()]
    await Promise.all([open.signIn(), unopened.signIn()])
    expect((await open.get('/api/me')).status).toBe(200)
    await gatehouse().redis.command('FLUSHALL')
    for (const browser of [open, unopened]) {
      await expect
        .poll(async () => (await browser.get('/api/me')).status, { timeout: 500 })
        .toBe(401)
      expect((await browser.post('/auth/sign-out')).status).toBe(200)
      await browser.signIn()
      expect((await browser.get('/api/me')).status).toBe(200)
    }
  })
})

describe('on redis, a session’s keys', () => {
  const gatehouse = useTestApp({ store: 'redis', oneClock: true })

  it('have a time to live, every one of them, and a locked refresh too', async () => {
    const { redis, tenant, advance } = gatehouse()
    const browser = gatehouse().browser()
    await browser.signIn()
    advance(50 * 60_000)
    await browser.post('/api/session/extend')
    tenant.faults.set({ at: 'token', kind: 'delay', ms: 1_500 })
    advance(45 * 60_000)
    const underWay = browser.get('/api/users')
    await expect.poll(() => redis.command('KEYS', 'gatehouse:lock:*')).toHaveLength(1)
    const keys = (await redis.command('KEYS', '*')) as string[]
    const kinds = new Set(keys.map((key) => key.split(':')[1]))
    expect(kinds).toEqual(new Set(['session', 'index', 'spent', 'lock']))
    for (const key of keys) {
      const ms = Number(await redis.command('PTTL', key))
      expect([key, ms > 0 && ms <= 12 * 60 * 60_000]).toEqual([key, true])
    }
    await underWay
  })

  it('of another Redis type are no session, and do not prevent a sign-in', async () => {
    const { redis, logs } = gatehouse()
    for (const [kind, ...put] of [
      ['session', 'HSET', 'field', 'value'],
      ['session', 'RPUSH', 'value'],
      ['session', 'SET', 'short'],
      ['session', 'SET', 'neither a version nor an expiry, but long enough for both'],
      ['index', 'SET', 'text'],
      ['index', 'SADD', 'member'],
    ]) {
      const browser = gatehouse().browser()
      await browser.signIn()
      expect((await browser.get('/api/me')).status).toBe(200)
      const [command = '', ...values] = put
      for (const key of (await redis.command('KEYS', `gatehouse:${kind}:*`)) as string[]) {
        await redis.command('DEL', key)
        await redis.command(command, key, ...values)
      }
      const audits = logs.filter((line) => line.includes('session_record_refused')).length
      const expected = kind === 'session' ? 401 : 200
      await expect.poll(async () => (await browser.get('/api/me')).status).toBe(expected)
      const sessions = await browser.get('/api/sessions')
      expect([put, sessions.status]).toEqual([put, expected])
      expect((await browser.post('/auth/sign-out')).status).toBe(200)
      const heard = logs.filter((line) => line.includes('session_record_refused')).length - audits
      expect([put, heard]).toEqual([put, kind === 'session' ? 1 : 0])
      expect((await browser.signIn()).location).toBe('/')
      expect((await browser.get('/api/sessions')).status).toBe(200)
      await redis.command('FLUSHALL')
    }
  })
})
