import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { startRedis } from '@gatehouse/test-support/redis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { callbackAt } from '../support/callback-at.ts'
import type { Browser } from '@gatehouse/tenant/testing'
import { expectUnavailable } from '@gatehouse/test-support/expect-problem'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'
import { startsSession } from '../support/refused-sign-in.ts'

let gatehouse: Gatehouse
beforeEach(async () => {
  gatehouse = await startGatehouse({ store: 'redis', oneClock: true })
})
afterEach(async () => {
  gatehouse.redis.resume()
  await gatehouse.close()
})

async function signedIn(): Promise<Browser> {
  const browser = gatehouse.browser()
  await browser.signIn()
  expect((await browser.get('/api/me')).status).toBe(200)
  return browser
}

/** A browser whose session is in no process's memory. */
async function notOpen(): Promise<Browser> {
  const browser = gatehouse.browser()
  await browser.signIn()
  return browser
}

const meStatus = async (browser: Browser) => (await browser.get('/api/me')).status

async function recovers(browser: Browser): Promise<void> {
  await expect.poll(() => meStatus(browser), { timeout: 5000 }).toBe(200)
  expect((await browser.get('/readyz')).status).toBe(200)
  expect((await gatehouse.browser().signIn()).location).toBe('/')
}

/** @returns the result, and how long the work took in milliseconds */
async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now()
  return [await work(), performance.now() - startedAt]
}

describe('while Redis is down', () => {
  it('a sign-in is a 503 page without a cookie, and works when it is tried again', async () => {
    const { browser, send } = await callbackAt(gatehouse)
    await gatehouse.redis.kill()
    const answer = await send()
    expect([answer.status, startsSession(answer)]).toEqual([503, false])
    expect(answer.headers['content-type']).toMatch(/^text\/html/)
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
    expect(answer.text).not.toMatch(/Redis|ECONNREFUSED|127\.0\.0\.1/)
    await gatehouse.redis.start()
    await expect
      .poll(async () => (await browser.get('/readyz')).status, { timeout: 5000 })
      .toBe(200)
    expect((await browser.signIn({ returnTo: '/users' })).location).toBe('/users')
    expect(await meStatus(browser)).toBe(200)
  })

  it('an open session is served, others are 503, and the server is alive but not ready', async () => {
    const [open, unopened] = [await signedIn(), await notOpen()]
    await open.get('/api/users')
    await gatehouse.redis.kill()
    for (let call = 0; call < 5; call += 1) {
      expect(await meStatus(open)).toBe(200)
      expect((await open.get('/api/users')).status).toBe(200)
    }
    for (const path of ['/api/me', '/api/users', '/api/session', '/api/sessions']) {
      expectUnavailable(await unopened.get(path))
    }
    expectUnavailable(await open.get('/api/claims'))
    expectUnavailable(await open.get('/api/sessions'))
    expect((await open.get('/healthz')).status).toBe(200)
    expectUnavailable(await open.get('/readyz'))
    gatehouse.advance(5_000)
    expectUnavailable(await open.post('/api/session/extend'))
    expectUnavailable(await open.get('/auth/front-channel-logout?sid=1b4e28ba'))
  })

  it('an open session is served for half a minute, and no longer, because it may have been ended', async () => {
    const open = await signedIn()
    await gatehouse.redis.kill()
    expect(await meStatus(open)).toBe(200)
    gatehouse.advance(29_000)
    expect(await meStatus(open)).toBe(200)
    gatehouse.advance(2000)
    expectUnavailable(await open.get('/api/me'))
  })

  it('a clock that is set back gives an open session no more time', async () => {
    const open = await signedIn()
    await gatehouse.redis.kill()
    expect(await meStatus(open)).toBe(200)
    gatehouse.advance(-60 * 60_000)
    expectUnavailable(await open.get('/api/me'))
  })

  it('a session is 401 if Redis restarts without its data, and a new sign-in works', async () => {
    const open = await signedIn()
    await gatehouse.redis.kill()
    await gatehouse.redis.start()
    await expect.poll(() => meStatus(open), { timeout: 5000 }).toBe(401)
    expect((await open.post('/auth/sign-out')).status).toBe(200)
    await open.signIn()
    await recovers(open)
  })
})

describe('while Redis hangs', () => {
  it('every request that needs it is 503 within seconds, and no other one waits', async () => {
    const [open, unopened] = [await signedIn(), await notOpen()]
    const leaving = await signedIn()
    const { send } = await callbackAt(gatehouse)
    gatehouse.advance(5_000)
    gatehouse.redis.pause()
    const waiting = [
      () => unopened.get('/api/me'),
      () => unopened.get('/api/session'),
      () => open.get('/api/sessions'),
      () => leaving.post('/auth/sign-out'),
      () => open.post('/api/session/extend'),
      () => open.get('/auth/front-channel-logout?sid=1b4e28ba'),
      () => open.get('/readyz'),
      send,
    ].map(timed)
    for (let call = 0; call < 10; call += 1) {
      const [{ status }, alive] = await timed(() => open.get('/healthz'))
      expect([status, alive < 1000]).toEqual([200, true])
      const [me, served] = await timed(() => open.get('/api/me'))
      expect([me.status, served < 1000]).toEqual([200, true])
    }
    for (const [answer, ms] of await Promise.all(waiting)) {
      expect([answer.status, startsSession(answer)]).toEqual([503, false])
      expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
      expect(ms).toBeLessThan(2500)
    }
    gatehouse.redis.resume()
    await recovers(unopened)
  })

  it('later requests are 503 at once, and all recover', async () => {
    const [open, unopened] = [await signedIn(), await notOpen()]
    gatehouse.redis.pause()
    await expect
      .poll(async () => (await timed(() => unopened.get('/api/me')))[1], { timeout: 8000 })
      .toBeLessThan(200)
    expectUnavailable(await unopened.get('/api/me'))
    // An instance that no longer learns of sign-outs must not use its copies for ever.
    expect(await meStatus(open)).toBe(200)
    gatehouse.advance(31_000)
    expectUnavailable(await open.get('/api/me'))
    gatehouse.redis.resume()
    await recovers(unopened)
    await recovers(open)
  })
})

describe('a Redis that refuses commands', () => {
  it('because it is full serves signed-in users and their sign-outs, and no new sign-in', async () => {
    const [open, unopened] = [await signedIn(), await notOpen()]
    await gatehouse.redis.command('CONFIG', 'SET', 'maxmemory', '1')
    expect([await meStatus(open), await meStatus(unopened)]).toEqual([200, 200])
    const { browser, send } = await callbackAt(gatehouse)
    const answer = await send()
    expect([answer.status, startsSession(answer)]).toEqual([503, false])
    gatehouse.advance(2 * 60_000)
    expectUnavailable(await open.post('/api/session/extend'))
    // Activity cannot be written, which is no reason to refuse the request.
    expect(await meStatus(open)).toBe(200)
    expect((await open.post('/auth/sign-out')).status).toBe(200)
    expect(await gatehouse.stored.records()).toHaveLength(1)
    await gatehouse.redis.command('CONFIG', 'SET', 'maxmemory', '0')
    await recovers(unopened)
    expect((await browser.signIn()).location).toBe('/')
  })

  it('because it is a replica serves reads, and reports no change as done', async () => {
    const [open, unopened] = [await signedIn(), await notOpen()]
    gatehouse.advance(5_000)
    const config = (...words: string[]) => gatehouse.redis.command(...words)
    await config('CONFIG', 'SET', 'replica-serve-stale-data', 'yes')
    await config('REPLICAOF', '127.0.0.1', '9')
    expect([await meStatus(open), await meStatus(unopened)]).toEqual([200, 200])
    expectUnavailable(await open.post('/api/session/extend'))
    const { send } = await callbackAt(gatehouse)
    const answer = await send()
    expect([answer.status, startsSession(answer)]).toEqual([503, false])
    expect(await gatehouse.stored.records()).toHaveLength(2)
    await config('REPLICAOF', 'NO', 'ONE')
    await recovers(open)
  })

  it('because its data is stale is 503, and ends no session', async () => {
    const [open, unopened] = [await signedIn(), await notOpen()]
    await gatehouse.redis.command('CONFIG', 'SET', 'replica-serve-stale-data', 'no')
    await gatehouse.redis.command('REPLICAOF', '127.0.0.1', '9')
    expectUnavailable(await unopened.get('/api/me'))
    await gatehouse.redis.command('REPLICAOF', 'NO', 'ONE')
    await recovers(open)
    await recovers(unopened)
    expect(await gatehouse.stored.records()).toHaveLength(4)
  })
})

/** An address that leads new connections elsewhere, as a name or a balancer does, and cuts none. */
async function startAddress(target: string) {
  let port = Number(new URL(target).port)
  const server = createServer((socket) => {
    const onward = connect(port, '127.0.0.1')
    socket.on('error', () => onward.destroy())
    onward.on('error', () => socket.destroy())
    socket.pipe(onward).pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (url: string) => {
      port = Number(new URL(url).port)
    },
    close: () => server.close(),
  }
}

describe('a primary that becomes a replica, and keeps its connections', () => {
  it('is left for the new one that the address leads to, and copies of before are not trusted', async () => {
    const [first, second] = [await startRedis(), await startRedis()]
    const address = await startAddress(first.url)
    const store = await openStore(address.url, Date.now)
    try {
      const heard: (string | undefined)[] = []
      store.invalidations.subscribe((id) => heard.push(id))
      const write = () => store.oneTimeKeys.consume(`key ${Math.random()}`, 1000)
      expect(await write()).toBe(true)
      await first.command('REPLICAOF', '127.0.0.1', new URL(second.url).port)
      await expect(write()).rejects.toMatchObject({ reason: 'read_only' })
      address.leadTo(second.url)
      await expect.poll(() => write().catch(() => false), { timeout: 10_000 }).toBe(true)
      await expect.poll(() => store.invalidations.disconnectedSince()).toBeUndefined()
      expect(heard).toContain(undefined)
    } finally {
      await store.close()
      address.close()
      for (const server of [first, second]) await server.dispose()
    }
  })

  it('is not left if it becomes the primary again: no request of these moments fails', async () => {
    const only = await startRedis()
    const store = await openStore(only.url, Date.now)
    try {
      const write = () => store.oneTimeKeys.consume(`key ${Math.random()}`, 1000)
      await only.command('REPLICAOF', '127.0.0.1', '9')
      await expect(write()).rejects.toMatchObject({ reason: 'read_only' })
      const clients = async () => String(await only.command('CLIENT', 'LIST'))
      const [own = ''] = /id=\d+/.exec(await clients()) ?? []
      await only.command('REPLICAOF', 'NO', 'ONE')
      for (let turn = 0; turn < 25; turn += 1) {
        expect(await write()).toBe(true)
        await new Promise((resolve) => void setTimeout(resolve, 100))
      }
      expect(await clients()).toContain(`${own} `)
    } finally {
      await store.close()
      await only.dispose()
    }
  })

  it('is not left while the address leads nowhere else', async () => {
    const only = await startRedis()
    const store = await openStore(only.url, Date.now)
    try {
      await only.command('REPLICAOF', '127.0.0.1', '9')
      const clients = async () => String(await only.command('CLIENT', 'LIST'))
      const [own = ''] = /id=\d+/.exec(await clients()) ?? []
      for (let turn = 0; turn < 3; turn += 1) {
        await expect(store.oneTimeKeys.consume('key', 1000)).rejects.toMatchObject({
          reason: 'read_only',
        })
        await new Promise((resolve) => void setTimeout(resolve, 1000))
        expect(await store.sessions.read('none')).toBeUndefined()
      }
      expect(await clients()).toContain(`${own} `)
    } finally {
      await store.close()
      await only.dispose()
    }
  })
})
