import { freePort } from '@gatehouse/tenant/testing'
import { startRedis } from '@gatehouse/test-support/redis'
import { startRedisCluster } from '@gatehouse/test-support/redis-cluster'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { redisBehaviour } from '../support/redis-behaviour.ts'
import { writeTlsFiles } from '@gatehouse/test-support/tls-files'

redisBehaviour('redis with TLS, a private authority and a password', async (now) => {
  const files = await writeTlsFiles('localhost')
  const port = await freePort()
  const redis = await startRedis('--tls-port', String(port), ...files.options)
  await redis.command('CONFIG', 'SET', 'requirepass', 's3cr3t')
  const access = { ca: files.ca, credentials: () => Promise.resolve({ password: 's3cr3t' }) }
  const open = () => openStore(`rediss://localhost:${port}`, now, access)
  const dispose = async () => {
    await redis.dispose()
    files.remove()
  }
  return { open, dispose }
})

// As Azure Managed Redis answers: nodes are named by address, and the certificate has the endpoint's name.
redisBehaviour('redis cluster with TLS behind one endpoint', async (now) => {
  const files = await writeTlsFiles('localhost')
  const cluster = await startRedisCluster({ tls: files.options })
  const open = () => openStore(`rediss://localhost:${cluster.ports[0]}`, now, { ca: files.ca })
  const dispose = async () => {
    await cluster.dispose()
    files.remove()
  }
  return { open, dispose }
})

describe('a certificate', () => {
  it('of an authority that is not known, or for another host, is refused with a sentence', async () => {
    const files = await writeTlsFiles('redis.example.test')
    const port = await freePort()
    const redis = await startRedis('--tls-port', String(port), ...files.options)
    try {
      const url = `rediss://localhost:${port}`
      await expect(openStore(url, Date.now)).rejects.toThrow(/STORE_CA_FILE/)
      await expect(openStore(url, Date.now, { ca: files.ca })).rejects.toThrow(
        /certificate.*(name|host)/i,
      )
    } finally {
      await redis.dispose()
      files.remove()
    }
  })
})
