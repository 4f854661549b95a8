import { startRedis } from '@gatehouse/test-support/redis'
import { openStore } from '../../src/store/index.ts'
import { redisBehaviour } from '../support/redis-behaviour.ts'

redisBehaviour('redis', async (now) => {
  const redis = await startRedis()
  return { open: () => openStore(redis.url, now), dispose: () => redis.dispose() }
})
