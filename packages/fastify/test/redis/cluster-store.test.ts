import { setTimeout as sleep } from 'node:timers/promises'
import { startRedisCluster } from '@gatehouse/test-support/redis-cluster'
import { openStore } from '../../src/store/index.ts'
import { storeBehaviour } from '../support/store-behaviour.ts'

/** By the form of the address: nodes of a cluster, or one endpoint that turns out to be a node of one. */
const forms = {
  'redis cluster': (url: string) => url,
  'redis cluster behind one endpoint': (url: string) =>
    url.replace('redis+cluster', 'redis').replace(/,.*$/, ''),
}

for (const [name, addressOf] of Object.entries(forms)) {
  storeBehaviour(name, async (now) => {
    const cluster = await startRedisCluster()
    const url = addressOf(cluster.url)
    const [store, second] = [await openStore(url, now), await openStore(url, now)]
    return {
      store,
      second,
      pass: (ms) => sleep(ms),
      dispose: async () => {
        await Promise.all([store.close(), second.close()])
        await cluster.dispose()
      },
    }
  })
}
