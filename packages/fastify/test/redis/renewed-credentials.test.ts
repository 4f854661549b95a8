import { startRedis, type RedisServer } from '@gatehouse/test-support/redis'
import { startRedisCluster } from '@gatehouse/test-support/redis-cluster'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'

/** The life of a token, milliseconds: one is asked for again after a second, the other not within a test. */
const short = { endsInMs: 2000 }
const long = { endsInMs: 60_000 }

/** Makes `app` a user with these passwords. */
function setPasswords(server: RedisServer, ...passwords: string[]): Promise<unknown> {
  const words = passwords.map((password) => `>${password}`)
  return server.command('ACL', 'SETUSER', 'app', 'reset', 'on', '~*', '+@all', ...words)
}

/** Ends the connections of `app`, which comes back at once. */
const disconnect = (server: RedisServer) => server.command('CLIENT', 'KILL', 'USER', 'app')

/** How often AUTH was sent on connections that were open. A new connection sends HELLO instead. */
async function authentications(server: RedisServer): Promise<number> {
  const stats = String(await server.command('INFO', 'commandstats'))
  return Number(/cmdstat_auth:calls=(\d+),/.exec(stats)?.[1] ?? 0)
}

async function connections(server: RedisServer): Promise<number> {
  return String(await server.command('CLIENT', 'LIST')).match(/user=app/g)?.length ?? 0
}

describe('a token that was renewed', () => {
  it('goes to every connection of a cluster, if one got it at a reconnect', async () => {
    const cluster = await startRedisCluster()
    let password = 'first'
    for (const server of cluster.primaries) await setPasswords(server, 'first', 'second')
    const url = cluster.url.replace('://', '://app@')
    const store = await openStore(url, Date.now, {
      credentials: async () => ({ password, ...long }),
    })
    try {
      password = 'second'
      const [first, ...others] = cluster.primaries
      if (first) await disconnect(first)
      for (const server of others) await expect.poll(() => authentications(server)).toBe(1)
      await expect.poll(() => store.ping().then(() => true)).toBe(true)
    } finally {
      await store.close()
      await cluster.dispose()
    }
  })

  it('is sent once on a connection that was lost several times before', async () => {
    const redis = await startRedis()
    let password = 'first'
    await setPasswords(redis, 'first', 'second')
    const store = await openStore(redis.url.replace('://', '://app@'), Date.now, {
      credentials: async () => ({ password, ...short }),
    })
    try {
      for (let time = 0; time < 3; time += 1) {
        await disconnect(redis)
        await expect.poll(() => connections(redis)).toBe(1)
      }
      password = 'second'
      await expect.poll(() => authentications(redis)).toBeGreaterThan(0)
      await expect.poll(() => store.oneTimeKeys.consume('a', 60_000)).toBe(true)
      expect(await authentications(redis)).toBe(1)
    } finally {
      await store.close()
      await redis.dispose()
    }
  })

  it('is sent again if Redis refused it, because it did not know it yet', async () => {
    const redis = await startRedis()
    let password = 'first'
    const failures: unknown[] = []
    await setPasswords(redis, 'first')
    const store = await openStore(redis.url.replace('://', '://app@'), Date.now, {
      credentials: async () => ({ password, ...short }),
      onCredentialFailure: (error) => void failures.push(error),
    })
    try {
      password = 'second'
      await expect.poll(() => failures.length).toBe(1)
      await setPasswords(redis, 'second')
      await expect.poll(() => authentications(redis)).toBe(2)
      expect(failures).toHaveLength(1)
      expect(await store.oneTimeKeys.consume('a', 60_000)).toBe(true)
    } finally {
      await store.close()
      await redis.dispose()
    }
  })
})
