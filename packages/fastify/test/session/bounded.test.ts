import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionParts, sessionRecord, type SessionParts } from '../support/session-parts.ts'
import { count, storeKinds } from '@gatehouse/test-support/tier'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const limit = 5
const people = 40

describe.each(storeKinds)('on %s, more sessions than fit into memory', (kind) => {
  let parts: SessionParts
  beforeAll(async () => {
    parts = await sessionParts(kind, { maxOpen: limit })
  })
  afterAll(() => parts.dispose())

  async function started(): Promise<{ oid: string; cookie: string }> {
    const oid = randomUUID()
    const record = sessionRecord()
    const claims = { ...record.claims, oid }
    return { oid, cookie: await parts.sessions.start({ ...record, claims }) }
  }

  it('each still belong to their own user', async () => {
    const all = await Promise.all(Array.from({ length: people }, started))
    for (let turn = 0; turn < 5; turn += 1) {
      const opened = await Promise.all(all.map(({ cookie }) => parts.sessions.resolve(cookie)))
      expect(opened.map((session) => session?.user.objectId)).toEqual(all.map(({ oid }) => oid))
    }
    const inMemory = all.filter(({ cookie }) =>
      parts.sessions.peek(parts.sessions.cookieOf(cookie)),
    )
    expect(inMemory.length).toBeLessThanOrEqual(limit)
  })

  it('end for a request, too, whose session is no longer in memory', async () => {
    const { cookie } = await started()
    const held = await parts.sessions.resolve(cookie)
    if (!held) throw new Error('The session does not open')
    for (let more = 0; more < limit; more += 1) {
      await parts.sessions.resolve((await started()).cookie)
    }
    expect(parts.sessions.peek(parts.sessions.cookieOf(cookie))).toBeUndefined()
    const again = await parts.sessions.resolve(cookie)
    await parts.sessions.end(held.secrets.id)
    expect(again).toBeDefined()
    expect(parts.sessions.peek(parts.sessions.cookieOf(cookie))).toBeUndefined()
    expect(await parts.sessions.resolve(cookie)).toBeUndefined()
    expect(await parts.sessions.update(held, (record) => record)).toBeUndefined()
  })

  it('keep nothing for cookies that open nothing', async () => {
    const { cookie } = await started()
    await parts.sessions.resolve(cookie)
    for (let turn = 0; turn < 1000; turn += 1) {
      expect(await parts.sessions.resolve(`${cookie}${turn}`)).toBeUndefined()
    }
    expect(parts.sessions.peek(parts.sessions.cookieOf(cookie))).toBeDefined()
  })
})

const begun = { sqlite: count({ quick: 5000, all: 8000 }), redis: 4000 }

describe.each(storeKinds.map((store) => ({ store, times: begun[store] })))(
  'on $store, $times sign-ins that were started and abandoned',
  ({ store, times }) => {
    const gatehouse = useTestApp({ store, env: { LOG_LEVEL: 'silent' } })

    it('leave nothing in the store, and nothing in memory', { timeout: 180_000 }, async () => {
      const { app, stored } = gatehouse()
      const headers = { host: 'localhost:5173' }
      const begin = async (many: number) => {
        for (let turn = 0; turn < many; turn += 1) {
          // Rate limits count by address, so each of these users has another one.
          const remoteAddress = `10.${turn % 200}.${(turn >> 8) % 250}.${turn % 250}`
          const answer = await app.inject({ url: '/auth/sign-in', headers, remoteAddress })
          if (answer.statusCode !== 303) throw new Error(`answered ${answer.statusCode}`)
        }
      }
      await begin(500)
      const before = await heapAfterCollection()
      await begin(times)
      const grown = (await heapAfterCollection()) - before
      // A transaction kept for each would be a kilobyte at least. What other tests left behind is less.
      expect(grown / times).toBeLessThan(500)
      expect(await stored.size()).toBe(0)
    })
  },
)

/** Bytes in use after a garbage collection. */
async function heapAfterCollection(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // The objects of a request are released one turn of the event loop later.
  await sleep(100)
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
