import { startRedis } from '@gatehouse/test-support/redis'
import { expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'

it('sends a password that was replaced on the connection that is open', async () => {
  const redis = await startRedis()
  const setPassword = (password: string) =>
    redis.command('ACL', 'SETUSER', 'app', 'reset', 'on', `>${password}`, '~*', '+@all')
  await setPassword('first')
  let password = 'first'
  const url = redis.url.replace('redis://', 'redis://app@')
  const store = await openStore(url, Date.now, { credentials: async () => ({ password }) })
  try {
    expect(await store.oneTimeKeys.consume('a', 60_000)).toBe(true)
    await setPassword('second')
    password = 'second'
    const authentications = async () =>
      Number(
        /cmdstat_auth:calls=(\d+),/.exec(
          String(await redis.command('INFO', 'commandstats')),
        )?.[1] ?? 0,
      )
    expect(await authentications()).toBe(0)
    await expect.poll(authentications, { timeout: 20_000, interval: 250 }).toBe(1)
    expect(store.invalidations.disconnectedSince()).toBeUndefined()
    expect(await store.oneTimeKeys.consume('b', 60_000)).toBe(true)
    expect(String(await redis.command('INFO', 'errorstats'))).not.toContain('WRONGPASS')
  } finally {
    await store.close()
    await redis.dispose()
  }
})

it('is refused with a sentence if it is wrong, and the password is not in it', async () => {
  const redis = await startRedis()
  try {
    await redis.command('CONFIG', 'SET', 'requirepass', 'right')
    const credentials = async () => ({ password: 'wr0ng' })
    const opening = openStore(redis.url, Date.now, { credentials })
    await expect(opening).rejects.toMatchObject({
      message: expect.stringMatching(/refuses the user name, or the password/) as unknown,
    })
    await expect(opening).rejects.not.toMatchObject({
      message: expect.stringContaining('wr0ng') as unknown,
    })
  } finally {
    await redis.dispose()
  }
})
