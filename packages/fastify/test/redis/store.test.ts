import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@gatehouse/test-support/redis'
import { openStore } from '../../src/store/index.ts'
import { storeBehaviour } from '../support/store-behaviour.ts'

storeBehaviour('redis', async (now) => {
  const redis = await startRedis()
  const [store, second] = [await openStore(redis.url, now), await openStore(redis.url, now)]
  return {
    store,
    second,
    pass: (ms) => sleep(ms),
    dispose: async () => {
      await Promise.all([store.close(), second.close()])
      await redis.dispose()
    },
  }
})
