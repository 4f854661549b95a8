import { rmSync } from 'node:fs'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'
import { startRedisCluster } from '@gatehouse/test-support/redis-cluster'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const sessionKeys = Buffer.from(Array.from({ length: 32 }, (_, at) => at * 7)).toString('base64')

/** What anyone may read: names of causes, and nothing of the store's address, users or errors. */
async function readiness(gatehouse: Gatehouse) {
  const { status, text } = await gatehouse.browser().get('/readyz')
  expect(text).not.toMatch(
    /redis|127\.0\.0\.1|localhost|default|maxmemory|refuse|NOAUTH|CLUSTER|ACL/i,
  )
  const body = JSON.parse(text) as { warnings?: string[] }
  return { status, warnings: body.warnings }
}

const named = (gatehouse: Gatehouse, event: string) =>
  gatehouse.logs.filter((line) => line.includes(`"event":"${event}"`))

/** The readiness check is asked until a line of the log says why. */
async function expectLogged(gatehouse: Gatehouse, why: RegExp): Promise<void> {
  const lines = async () => {
    await readiness(gatehouse)
    return gatehouse.logs.filter((line) => why.test(line)).length
  }
  await expect.poll(lines, { timeout: 10_000, interval: 200 }).toBeGreaterThan(0)
}

describe('the readiness check of a Redis that takes no writes', () => {
  let gatehouse: Gatehouse
  const redis = (...words: string[]) => gatehouse.redis.command(...words)
  beforeEach(async () => {
    gatehouse = await startGatehouse({ store: 'redis' })
  })
  afterEach(() => gatehouse.close())

  it.each([
    ['full', () => redis('CONFIG', 'SET', 'maxmemory', '1'), /is full \(maxmemory\)/],
    ['read_only', () => redis('REPLICAOF', '127.0.0.1', '9'), /is a read-only replica/],
    ['permission', () => redis('ACL', 'SETUSER', 'default', '-set'), /does not let this user/],
    [
      'disk',
      async () => {
        await redis('CONFIG', 'SET', 'save', '3600 1')
        rmSync(gatehouse.redis.folder, { recursive: true })
        await redis('BGSAVE')
      },
      /cannot save to its disk/,
    ],
  ])('warns of store_%s, and logs the cause once', async (reason, cause, sentence) => {
    expect(await readiness(gatehouse)).toEqual({ status: 200, warnings: undefined })
    await cause()
    await expect
      .poll(() => readiness(gatehouse), { timeout: 10_000 })
      .toEqual({ status: 200, warnings: [`store_${reason}`] })
    await readiness(gatehouse)
    const lines = named(gatehouse, 'store_not_writable')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(sentence)
  })

  it('is well again once it does', async () => {
    await redis('CONFIG', 'SET', 'maxmemory', '1')
    await expect
      .poll(() => readiness(gatehouse), { timeout: 10_000 })
      .toHaveProperty('warnings', ['store_full'])
    await redis('CONFIG', 'SET', 'maxmemory', '0')
    await expect
      .poll(() => readiness(gatehouse), { timeout: 10_000 })
      .toEqual({ status: 200, warnings: undefined })
    expect(named(gatehouse, 'store_writable')).toHaveLength(1)
  })

  it('writes at most once in five seconds, whoever asks', async () => {
    const calls = async () => {
      const stats = String(await redis('INFO', 'commandstats'))
      return Number(/cmdstat_eval:calls=(\d+)/.exec(stats)?.[1] ?? 0)
    }
    await Promise.all(Array.from({ length: 20 }, () => readiness(gatehouse)))
    expect(await calls()).toBe(1)
  })

  it('says 503 and logs why if a password is wanted', async () => {
    expect((await readiness(gatehouse)).status).toBe(200)
    await redis('CONFIG', 'SET', 'requirepass', 's3cr3t')
    const url = new URL(gatehouse.redis.url)
    url.password = 's3cr3t'
    const { createClient } = await import('@redis/client')
    const client = await createClient({ url: url.href }).connect()
    await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
    client.destroy()
    await expect.poll(() => readiness(gatehouse), { timeout: 10_000 }).toHaveProperty('status', 503)
    const why = /wants a password|refuses the user name/
    await expectLogged(gatehouse, why)
  })
})

describe('the readiness check of a Redis cluster', () => {
  it('says 503 and logs why if nodes are missing', async () => {
    const cluster = await startRedisCluster()
    const env = { STORE_URL: cluster.url, SESSION_KEYS: sessionKeys }
    const gatehouse = await startGatehouse({ env })
    try {
      expect(await readiness(gatehouse)).toEqual({ status: 200, warnings: undefined })
      await cluster.primaries[1]?.kill()
      await expect
        .poll(() => readiness(gatehouse), { timeout: 10_000 })
        .toHaveProperty('status', 503)
      const why = /cluster with missing nodes|refuses the connection/
      await expectLogged(gatehouse, why)
    } finally {
      await gatehouse.close()
      await cluster.dispose()
    }
  })
})
