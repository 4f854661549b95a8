/** The behaviour of every session store, with any kind of storage. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Store, StoredRecord } from '../../src/store/store.ts'

export interface OpenedStore {
  store: Store
  /** A second connection to the same records: another process, another instance. */
  second: Store
  /** Lets time pass, for the clock that the store was given and for the store itself. */
  pass(ms: number): Promise<void>
  /** Removes everything that the store left behind. */
  dispose(): Promise<void>
}

const user = 'user-a'

/** @param open opens a separate store on each call, with the given clock */
export function storeBehaviour(
  name: string,
  open: (now: () => number) => Promise<OpenedStore>,
): void {
  describe(`the ${name} store`, () => {
    let opened: OpenedStore
    let clock = Date.now()
    let index = user
    beforeAll(async () => {
      opened = await open(() => clock)
    })
    beforeEach(() => {
      index = `user-${randomBytes(8).toString('hex')}`
    })
    afterAll(() => opened.dispose())

    async function pass(ms: number): Promise<void> {
      clock += ms
      await opened.pass(ms)
    }

    function record(changes: Partial<StoredRecord> = {}): StoredRecord {
      return {
        id: randomBytes(32).toString('base64url'),
        version: 1,
        sealed: randomBytes(500),
        label: randomBytes(60),
        expiresAt: clock + 60_000,
        ...changes,
      }
    }

    async function created(changes: Partial<StoredRecord> = {}, entries = [index]) {
      const kept = record(changes)
      await opened.store.sessions.create(kept, { entries, lastsUntil: clock + 120_000 })
      return kept
    }

    const found = async (entry: string) =>
      (await opened.store.sessions.find(entry)).map(({ id }) => id).toSorted()

    it('returns a stored record byte for byte, and nothing for another id', async () => {
      const kept = await created({}, [index, 'entra-session-b'])
      for (const { sessions } of [opened.store, opened.second]) {
        const read = await sessions.read(kept.id)
        expect(read).toMatchObject({ id: kept.id, version: 1, expiresAt: kept.expiresAt })
        expect(Buffer.from(read?.sealed ?? []).equals(Buffer.from(kept.sealed))).toBe(true)
        expect(Buffer.from(read?.label ?? []).equals(Buffer.from(kept.label))).toBe(true)
        expect(await sessions.read(`${kept.id}x`)).toBeUndefined()
        const [indexed] = await sessions.find(index)
        expect(Buffer.from(indexed?.label ?? []).equals(Buffer.from(kept.label))).toBe(true)
      }
    })

    it('refuses to create the same id twice', async () => {
      const kept = await created()
      await expect(
        opened.store.sessions.create(
          { ...kept, sealed: randomBytes(8) },
          { entries: [index], lastsUntil: kept.expiresAt },
        ),
      ).rejects.toMatchObject({ code: 'store_failed' })
      expect((await opened.store.sessions.read(kept.id))?.sealed).toHaveLength(500)
    })

    it('replaces a record only if its version was read', async () => {
      const kept = await created()
      const { sessions } = opened.store
      const next = { ...kept, version: 2, sealed: randomBytes(10), expiresAt: clock + 90_000 }
      expect(await sessions.replace(next)).toBe(true)
      expect(await sessions.replace(next)).toBe(false)
      expect(await opened.second.sessions.replace({ ...next, version: 9 })).toBe(false)
      expect(await sessions.read(kept.id)).toMatchObject({ version: 2, expiresAt: clock + 90_000 })
    })

    it('lets exactly one of many simultaneous replacements succeed', async () => {
      const kept = await created()
      const writers = Array.from({ length: 20 }, (_, at) =>
        at % 2 ? opened.store.sessions : opened.second.sessions,
      )
      const results = await Promise.all(
        writers.map((sessions, at) =>
          sessions.replace({ ...kept, version: 2, sealed: Buffer.of(at) }),
        ),
      )
      expect(results.filter(Boolean)).toHaveLength(1)
      const read = await opened.store.sessions.read(kept.id)
      expect(read?.sealed[0]).toBe(results.indexOf(true))
    })

    it('removes for good: no replacement restores a record', async () => {
      const kept = await created()
      const { sessions } = opened.store
      await opened.second.sessions.remove(kept.id)
      expect(await sessions.read(kept.id)).toBeUndefined()
      expect(await found(index)).toEqual([])
      expect(await sessions.replace({ ...kept, version: 2 })).toBe(false)
      expect(await sessions.read(kept.id)).toBeUndefined()
      await sessions.remove(kept.id)
    })

    it('finds the live records of an index, and of no other index', async () => {
      const a = await created()
      const b = await created({}, [index, `${index}-b`])
      const other = await created({}, [`${index}b`, 'user-_', '%'])
      await created({ expiresAt: clock + 200 })
      await pass(400)
      expect(await found(index)).toEqual([a.id, b.id].toSorted())
      expect(await found(`${index}-b`)).toEqual([b.id])
      expect(await found('user-_')).toEqual([other.id])
      expect(await found('nobody')).toEqual([])
      await opened.store.sessions.replace({ ...b, version: 2 })
      expect(await found(`${index}-b`)).toEqual([b.id])
    })

    it('says how many records each entry leads to: never too few, and only ended ones too many', async () => {
      const add = (store: Store, entries: string[]) =>
        store.sessions.create(record(), { entries, lastsUntil: clock + 120_000 })
      expect(await add(opened.store, [index])).toEqual([1])
      const a = await created()
      expect(await add(opened.second, [`${index}-b`, index, 'user-_'])).toEqual([
        1,
        3,
        expect.any(Number),
      ])
      await opened.store.sessions.remove(a.id)
      expect([3, 4]).toContain((await add(opened.store, [index]))[0])
      clock += 120_001
      expect(await add(opened.store, [index])).toEqual([1])
    })

    it('forgets a record at the moment it expires', async () => {
      const kept = await created({ expiresAt: clock + 1000 })
      clock += 999
      expect(await opened.store.sessions.read(kept.id)).toMatchObject({ id: kept.id })
      clock += 1
      expect(await opened.store.sessions.read(kept.id)).toBeUndefined()
      expect(await found(index)).toEqual([])
    })

    it('consumes a key once for many attempts, and again after it expires', async () => {
      const tries = Array.from({ length: 20 }, (_, at) =>
        (at % 2 ? opened.store : opened.second).oneTimeKeys.consume(index, 300),
      )
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1)
      expect(await opened.store.oneTimeKeys.consume(`${index}x`, 300)).toBe(true)
      await pass(50)
      expect(await opened.second.oneTimeKeys.consume(index, 300)).toBe(false)
      await pass(350)
      expect(await opened.store.oneTimeKeys.consume(index, 300)).toBe(true)
    })

    it('gives a lock to one holder, until it is released or expires', async () => {
      const { oneTimeKeys } = opened.store
      const release = await oneTimeKeys.lock(index, 60_000)
      expect(await opened.second.oneTimeKeys.lock(index, 60_000)).toBeUndefined()
      await release?.()
      expect(await opened.second.oneTimeKeys.lock(index, 200)).toBeTypeOf('function')
      expect(await oneTimeKeys.lock(index, 200)).toBeUndefined()
      await pass(300)
      expect(await oneTimeKeys.lock(index, 60_000)).toBeTypeOf('function')
    })

    it('does not release a lock that another holder has by now', async () => {
      const late = await opened.store.oneTimeKeys.lock(index, 100)
      await pass(200)
      expect(await opened.second.oneTimeKeys.lock(index, 60_000)).toBeTypeOf('function')
      await late?.()
      expect(await opened.store.oneTimeKeys.lock(index, 60_000)).toBeUndefined()
    })

    it('reports a change by another process at once', async () => {
      const kept = await created()
      const heard: (string | undefined)[] = []
      opened.store.invalidations.subscribe((id) => heard.push(id))
      await opened.store.sessions.read(kept.id)
      await opened.second.sessions.remove(kept.id)
      await expect
        .poll(
          () => {
            expect(opened.store.invalidations.disconnectedSince()).toBeUndefined()
            return heard.some((id) => id === undefined || id === kept.id)
          },
          { interval: 2, timeout: 500 },
        )
        .toBe(true)
    })

    it('fails with its own error after it was closed, and can be closed twice', async () => {
      const closed = await open(() => clock)
      await closed.store.ping()
      await closed.store.close()
      await closed.store.close()
      const { sessions, oneTimeKeys, ping } = closed.store
      for (const work of [ping, () => sessions.read('x'), () => oneTimeKeys.consume('k', 1)]) {
        await expect(work()).rejects.toMatchObject({ code: 'store_failed' })
      }
      await closed.dispose()
    })
  })
}
