import { startRedis, startSentinel, type RedisServer } from '@gatehouse/test-support/redis'
import { until } from '@gatehouse/test-support/redis-cluster'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { redisBehaviour } from '../support/redis-behaviour.ts'

const portOf = ({ url }: RedisServer) => new URL(url).port

async function startGroup() {
  const primary = await startRedis('--repl-diskless-sync-delay', '0')
  const replica = await startRedis('--replicaof', `127.0.0.1 ${portOf(primary)}`)
  await until(async () => {
    const info = await replica.command('INFO', 'replication')
    return String(info).includes('master_link_status:up')
  })
  const sentinel = await startSentinel('sessions', primary)
  await until(async () => {
    const known = await sentinel.command('SENTINEL', 'REPLICAS', 'sessions')
    return JSON.stringify(known).includes(portOf(replica))
  })
  return {
    primary,
    replica,
    url: `redis+sentinel://127.0.0.1:${portOf(sentinel)}/sessions`,
    dispose: async () => {
      for (const server of [sentinel, replica, primary]) await server.dispose()
    },
  }
}

redisBehaviour('redis behind a Sentinel', async (now) => {
  const group = await startGroup()
  return { open: () => openStore(group.url, now), dispose: () => group.dispose() }
})

describe('a primary that a Sentinel replaces', () => {
  it('is left for the new one by itself, and copies of before are not trusted', async () => {
    const group = await startGroup()
    const store = await openStore(group.url, Date.now)
    try {
      const heard: (string | undefined)[] = []
      store.invalidations.subscribe((id) => heard.push(id))
      expect(await store.oneTimeKeys.consume('before', 60_000)).toBe(true)
      await until(async () => (await group.replica.command('DBSIZE')) === 1)
      await group.primary.kill()
      await expect.poll(() => store.invalidations.disconnectedSince()).toBeDefined()
      const works = () =>
        store.ping().then(() => store.oneTimeKeys.consume(`k${Math.random()}`, 1000))
      await expect.poll(() => works().catch(() => false), { timeout: 25_000 }).toBe(true)
      await expect.poll(() => store.invalidations.disconnectedSince()).toBeUndefined()
      expect(heard).toContain(undefined)
      expect(await store.oneTimeKeys.consume('before', 60_000)).toBe(false)
    } finally {
      await store.close()
      await group.dispose()
    }
  })
})
