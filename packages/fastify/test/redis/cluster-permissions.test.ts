import { startRedisCluster, type RedisCluster } from '@gatehouse/test-support/redis-cluster'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster()
})
afterAll(() => cluster.dispose())

/** Opens the store as a user who may do everything but these commands. */
async function openWithout(...commands: string[]) {
  const rights = ['reset', 'on', 'nopass', '~*', '+@all', ...commands.map((name) => `-${name}`)]
  for (const node of cluster.primaries) await node.command('ACL', 'SETUSER', 'app', ...rights)
  const [first] = cluster.primaries
  return openStore(String(first?.url).replace('://', '://app:any@'), Date.now)
}

describe('a cluster’s user', () => {
  it('who may not read its nodes (CLUSTER SLOTS) is told so when a key is on another node', async () => {
    const store = await openWithout('cluster')
    try {
      const keys = Array.from({ length: 20 }, (_, at) => `key-${at}`)
      const results = await Promise.allSettled(
        keys.map((key) => store.oneTimeKeys.consume(key, 1000)),
      )
      const reasons = results.filter((one) => one.status === 'rejected').map(({ reason }) => reason)
      expect(reasons.length).toBeGreaterThan(0)
      for (const reason of reasons) {
        expect(reason).toMatchObject({
          reason: 'cluster',
          message: expect.stringContaining('does not tell this user its nodes') as unknown,
        })
      }
    } finally {
      await store.close()
    }
  })

  it('who may not ask for its state (CLUSTER INFO) has a store all the same', async () => {
    const store = await openWithout('cluster|info')
    try {
      await store.ping()
      await store.checkWrite()
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
        expect(await store.oneTimeKeys.consume(key, 1000)).toBe(true)
      }
    } finally {
      await store.close()
    }
  })
})
