import { setTimeout as sleep } from 'node:timers/promises'
import { createBrowser } from '@gatehouse/tenant/testing'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'
import { startRedisCluster, type RedisCluster } from '@gatehouse/test-support/redis-cluster'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let cluster: RedisCluster
let gatehouse: Gatehouse

beforeEach(async () => {
  cluster = await startRedisCluster({ withReplicas: true })
  const env = { STORE_URL: cluster.url, SESSION_KEYS: Buffer.from(keyBytes).toString('base64') }
  gatehouse = await startGatehouse({ env })
})
afterEach(async () => {
  for (const server of [...cluster.primaries, ...cluster.replicas]) server.resume()
  await gatehouse.close()
  await cluster.dispose()
})

const keyBytes = Array.from({ length: 32 }, (_, index) => index * 7)
const people = 12

/** Enough sessions that every primary has some. */
async function signedIn() {
  const browsers = Array.from({ length: people }, () => gatehouse.browser())
  for (const browser of browsers) {
    await browser.signIn()
    expect((await browser.get('/api/me')).status).toBe(200)
  }
  // A replica that is behind loses what it has not got.
  await sleep(200)
  return browsers
}

describe('on a Redis cluster', () => {
  it('a sign-out on one instance is seen at once on another, whichever node has the session', async () => {
    const browsers = await signedIn()
    const other = await gatehouse.startSecondInstance()
    for (const browser of browsers) {
      const remote = other.browser(browser)
      expect((await remote.get('/api/me')).status).toBe(200)
      const cookie = await browser.cookieHeader()
      await browser.post('/auth/sign-out')
      const stranger = createBrowser(other.origin, gatehouse.publicUrl)
      await expect
        .poll(async () => (await stranger.send('/api/me', { cookie })).status, {
          interval: 5,
          timeout: 500,
        })
        .toBe(401)
    }
    const records = await Promise.all(cluster.primaries.map((primary) => primary.command('DBSIZE')))
    // What is left are index entries and used keys: all nodes took part.
    for (const count of records) expect(Number(count)).toBeGreaterThan(0)
  })

  it.each([
    ['dies', (nodes: RedisCluster) => nodes.primaries[1]?.kill()],
    ['hangs', (nodes: RedisCluster) => nodes.primaries[1]?.pause()],
  ])('no session is lost if a primary %s, and its replica takes over', async (_what, fail) => {
    const browsers = await signedIn()
    const other = await gatehouse.startSecondInstance()
    await fail(cluster)
    const statuses = async () => {
      const answers = browsers.map(async (browser) => {
        const remote = createBrowser(other.origin, gatehouse.publicUrl)
        const cookie = await browser.cookieHeader()
        return (await remote.send('/api/me', { cookie })).status
      })
      return new Set(await Promise.all(answers))
    }
    const seen = new Set<number>()
    await expect
      .poll(
        async () => {
          const now = await statuses()
          for (const status of now) seen.add(status)
          return [...now]
        },
        { timeout: 40_000, interval: 250 },
      )
      .toEqual([200])
    // Meanwhile 503, which clients repeat, and never a sign-out.
    expect([...seen].filter((status) => status !== 200 && status !== 503)).toEqual([])
    // Revocation is seen at once again, also on the node that is new.
    for (const instance of [gatehouse, other]) {
      await expect
        .poll(async () => (await instance.browser().get('/readyz')).status, { timeout: 20_000 })
        .toBe(200)
    }
    for (const browser of browsers) {
      const cookie = await browser.cookieHeader()
      expect((await browser.post('/auth/sign-out')).status).toBe(200)
      const stranger = createBrowser(other.origin, gatehouse.publicUrl)
      await expect
        .poll(async () => (await stranger.send('/api/me', { cookie })).status, { timeout: 500 })
        .toBe(401)
    }
  })
})
