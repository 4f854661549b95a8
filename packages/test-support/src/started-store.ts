/** The session store of one test, with the servers that it needs. */

import { join } from 'node:path'
import { freePort } from '@gatehouse/tenant/testing'
import { startRedis, type RedisServer } from './redis.ts'
import { startRedisCluster } from './redis-cluster.ts'
import { storedInFile, storedInRedis, type SharedStoreKind, type Stored } from './stored.ts'

export interface StartedStore {
  /** The variables that name it. */
  env: Record<string, string>
  stored: Stored
  /** The one server behind it, if there is one. */
  redis: RedisServer | undefined
  dispose(): Promise<void>
}

/** @param dataDir the folder of a SQLite file */
export function startStore(kind: SharedStoreKind, dataDir: string): Promise<StartedStore> {
  return starts[kind](dataDir)
}

const starts: Record<SharedStoreKind, (dataDir: string) => Promise<StartedStore>> = {
  sqlite: async (dataDir) => {
    const stored = storedInFile(join(dataDir, 'sessions.sqlite'))
    return { env: {}, stored, redis: undefined, dispose: () => Promise.resolve() }
  },
  redis: async () => {
    const redis = await startRedis()
    const env = { STORE_URL: redis.url }
    return { env, stored: storedInRedis(redis), redis, dispose: () => redis.dispose() }
  },
  'redis cluster': async () => {
    const cluster = await startRedisCluster()
    const env = { STORE_URL: cluster.url }
    const stored = storedInRedis(...cluster.primaries)
    return { env, stored, redis: undefined, dispose: () => cluster.dispose() }
  },
  'redis with TLS': startSecureRedis,
}

/** The test itself reads it without TLS, on another port. */
async function startSecureRedis(): Promise<StartedStore> {
  // Loaded here, because most tests need no certificates.
  const { writeTlsFiles } = await import('./tls-files.ts')
  const files = await writeTlsFiles('localhost')
  const port = await freePort()
  const redis = await startRedis('--tls-port', String(port), ...files.options)
  const env = { STORE_URL: `rediss://localhost:${port}`, STORE_CA_FILE: files.caFile }
  const dispose = async () => {
    await redis.dispose()
    files.remove()
  }
  return { env, stored: storedInRedis(redis), redis, dispose }
}
