import { startRedis, startSentinel } from '@gatehouse/test-support/redis'
import { writeTlsFiles } from '@gatehouse/test-support/tls-files'
import { freePort } from '@gatehouse/tenant/testing'
import { expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'

it('Sentinels are asked with TLS, and without the user and the password of the primary', async () => {
  const files = await writeTlsFiles('localhost')
  const [port, sentinelPort] = [await freePort(), await freePort()]
  const password = 's3cr3t'
  const redis = await startRedis('--tls-port', String(port), ...files.options)
  await redis.command('ACL', 'SETUSER', 'app', 'on', `>${password}`, '~*', '+@all')
  await redis.command('CONFIG', 'SET', 'requirepass', password)
  // No plain address of the primary is known to it.
  const sentinel = await startSentinel('sessions', redis, {
    address: `localhost ${port}`,
    password,
    options: ['--tls-port', String(sentinelPort), '--tls-replication', 'yes', ...files.options],
  })
  try {
    const access = { ca: files.ca, credentials: () => Promise.resolve({ password }) }
    // The Sentinel has no such user, and would refuse it.
    const url = `rediss+sentinel://app@localhost:${sentinelPort}/sessions`
    const store = await openStore(url, Date.now, access)
    expect(await store.oneTimeKeys.consume('a', 60_000)).toBe(true)
    await store.close()
    await expect(openStore(url, Date.now, { ...access, ca: undefined })).rejects.toThrow(
      /STORE_CA_FILE/,
    )
  } finally {
    await sentinel.dispose()
    await redis.dispose()
    files.remove()
  }
})
