/** Three instances on one Redis behind nginx, as in production. */
import { startRedis, type RedisServer } from '@gatehouse/test-support/redis'
import { useNewConnections } from './browsers.ts'
import { prepareDeployment, type Deployment } from './deployment.ts'
import { freePort } from '@gatehouse/tenant/testing'
import type { Instance } from './instance.ts'
import { startProxy, type Proxy } from './proxy.ts'

export interface Fleet {
  deployment: Deployment
  redis: RedisServer
  instances: readonly [Instance, Instance, Instance]
  proxy: Proxy
  end(): Promise<void>
}

/** @param config keys of aad.config.json to change */
export async function startFleet(config: Record<string, unknown> = {}): Promise<Fleet> {
  const port = await freePort()
  const redis = await startRedis()
  const deployment = await prepareDeployment({
    publicUrl: `https://localhost:${port}`,
    config,
    env: { STORE_URL: redis.url, TRUSTED_PROXIES: '127.0.0.1/32' },
  })
  deployment.onEnd(() => redis.dispose())
  try {
    const start = () => deployment.start()
    const instances = await Promise.all([start(), start(), start()] as const)
    const ports = instances.map((instance) => instance.port)
    const proxy = await startProxy(deployment.folder, port, { '': ports })
    deployment.onEnd(() => proxy.end())
    useNewConnections(proxy.certificate)
    return { deployment, redis, instances, proxy, end: () => deployment.end() }
  } catch (error) {
    await deployment.end()
    throw error
  }
}
