/** Three instances on one store behind nginx, as in production. */
import { startRedis } from '@gatehouse/test-support/redis'
import { useNewConnections } from './browsers.ts'
import { prepareDeployment, type Deployment } from './deployment.ts'
import { freePort } from '@gatehouse/tenant/testing'
import type { Instance } from './instance.ts'
import { startProxy, type Proxy } from './proxy.ts'

export interface Fleet {
  deployment: Deployment
  instances: readonly [Instance, Instance, Instance]
  proxy: Proxy
  end(): Promise<void>
}

/** A session store that the fleet ends as well. */
interface FleetStore {
  /** The STORE_URL of the instances. */
  url: string
  dispose(): Promise<void>
}

/**
 * @param config keys of aad.config.json to change
 * @param startStore default: one Redis
 */
export async function startFleet(
  config: Record<string, unknown> = {},
  startStore: () => Promise<FleetStore> = startRedis,
): Promise<Fleet> {
  const port = await freePort()
  const store = await startStore()
  const deployment = await prepareDeployment({
    publicUrl: `https://localhost:${port}`,
    config,
    env: { STORE_URL: store.url, TRUSTED_PROXIES: '127.0.0.1/32' },
  })
  deployment.onEnd(() => store.dispose())
  try {
    const start = () => deployment.start()
    const instances = await Promise.all([start(), start(), start()] as const)
    const ports = instances.map((instance) => instance.port)
    const proxy = await startProxy(deployment.folder, port, { '': ports })
    deployment.onEnd(() => proxy.end())
    useNewConnections(proxy.certificate)
    return { deployment, instances, proxy, end: () => deployment.end() }
  } catch (error) {
    await deployment.end()
    throw error
  }
}
