import { startRedisCluster } from '@gatehouse/test-support/redis-cluster'
import { openStore } from '../../src/store/index.ts'
import { redisBehaviour } from '../support/redis-behaviour.ts'

/** By the form of the address: nodes of a cluster, or one endpoint that turns out to be a node of one. */
const forms = {
  'redis cluster': (url: string) => url,
  'redis cluster behind one endpoint': (url: string) =>
    url.replace('redis+cluster', 'redis').replace(/,.*$/, ''),
}

for (const [name, addressOf] of Object.entries(forms)) {
  redisBehaviour(name, async (now) => {
    const cluster = await startRedisCluster()
    const url = addressOf(cluster.url)
    return { open: () => openStore(url, now), dispose: () => cluster.dispose() }
  })
}
