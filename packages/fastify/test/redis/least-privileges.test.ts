/** The store as a user of Redis who may do what the documentation lists, and nothing else. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startRedis, type RedisServer } from '@gatehouse/test-support/redis'
import { expect, it } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { redisBehaviour } from '../support/redis-behaviour.ts'

const guide = readFileSync(join(import.meta.dirname, '../../../../docs/operate.md'), 'utf8')
const [, rules = ''] = /^ACL SETUSER gatehouse (.+)$/m.exec(guide) ?? []

const used = new Set<string>()
const refused = new Set<string>()

/** Remembers what the store did, and what it was not let do. */
async function note(redis: RedisServer): Promise<void> {
  const stats = String(await redis.command('INFO', 'commandstats'))
  for (const [, name = ''] of stats.matchAll(/^cmdstat_([^:]+):/gm)) used.add(name)
  const denials = String(await redis.command('ACL', 'LOG'))
  for (const [, name = ''] of denials.matchAll(/object,([^,]+),/g)) refused.add(name)
}

redisBehaviour('redis, with the rights that the guide lists', async (now) => {
  const redis = await startRedis()
  await redis.command('ACL', 'SETUSER', 'gatehouse', ...rules.replace('PASSWORD', 'x').split(' '))
  return {
    open: () => openStore(redis.url.replace('redis://', 'redis://gatehouse:x@'), now),
    dispose: async () => {
      await note(redis)
      await redis.dispose()
    },
  }
})

it('needs each of these rights, and misses no other', () => {
  const rights = [...rules.matchAll(/\+(\S+)/g)].map(([, right = '']) => right)
  // A password that is replaced is sent by AUTH, and the first one by HELLO: see password.test.ts.
  expect(rights.filter((right) => !used.has(right))).toEqual(['auth'])
  // From Redis 7.2 on, the client tells its name, and does without if it may not.
  expect([...refused].filter((right) => right !== 'client|setinfo')).toEqual([])
})
