/** What every session store does, whatever it keeps its records in. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SessionStore, StoredRecord } from '../../src/identity/store/store.ts'

export interface OpenedStore {
  store: SessionStore
  /** A second way to the same records: another process, another instance. */
  second(): SessionStore
  /** Takes everything away that the store left behind. */
  dispose(): Promise<void>
}

/** @param open a store of its own on each call, that goes by the clock it is given */
export function storeBehaviour(
  name: string,
  open: (now: () => number) => Promise<OpenedStore>,
): void {
  describe(`the ${name} store`, () => {
    let opened: OpenedStore
    let clock = 0
    beforeEach(async () => {
      clock = Date.now()
      opened = await open(() => clock)
    })
    afterEach(() => opened.dispose())

    function record(changes: Partial<StoredRecord> = {}): StoredRecord {
      return {
        id: randomBytes(32).toString('base64url'),
        version: 1,
        sealed: randomBytes(500),
        expiresAt: clock + 60_000,
        indexes: ['user-a'],
        ...changes,
      }
    }

    it('gives back what was put in, byte for byte, and nothing for another id', async () => {
      const kept = record({ indexes: ['user-a', 'entra-session-b'] })
      await opened.store.create(kept)
      const found = await opened.store.read(kept.id)
      expect({ ...found, indexes: found?.indexes.toSorted() }).toMatchObject({
        ...kept,
        sealed: expect.anything(),
        indexes: ['entra-session-b', 'user-a'],
      })
      expect(Buffer.from(found?.sealed ?? []).equals(Buffer.from(kept.sealed))).toBe(true)
      expect(await opened.store.read(`${kept.id}x`)).toBeUndefined()
      expect(await opened.second().read(kept.id)).toMatchObject({ version: 1 })
    })

    it('refuses to create the same id twice', async () => {
      const kept = record()
      await opened.store.create(kept)
      await expect(opened.store.create({ ...kept, sealed: randomBytes(8) })).rejects.toMatchObject({
        code: 'store_failed',
      })
      expect((await opened.store.read(kept.id))?.sealed).toHaveLength(500)
    })

    it('replaces only the version that was read', async () => {
      const kept = record()
      await opened.store.create(kept)
      const next = { ...kept, version: 2, sealed: randomBytes(10), expiresAt: clock + 90_000 }
      expect(await opened.store.replace(next)).toBe(true)
      expect(await opened.store.replace(next)).toBe(false)
      expect(await opened.second().replace({ ...next, version: 9 })).toBe(false)
      expect(await opened.store.read(kept.id)).toMatchObject({
        version: 2,
        expiresAt: clock + 90_000,
      })
    })

    it('lets one of many replacements at once win', async () => {
      const kept = record()
      await opened.store.create(kept)
      const writers = Array.from({ length: 20 }, (_, index) =>
        index % 2 ? opened.store : opened.second(),
      )
      const results = await Promise.all(
        writers.map((store, index) =>
          store.replace({ ...kept, version: 2, sealed: Buffer.of(index) }),
        ),
      )
      expect(results.filter(Boolean)).toHaveLength(1)
      const found = await opened.store.read(kept.id)
      expect(found?.sealed[0]).toBe(results.indexOf(true))
    })

    it('removes for good: no replacement brings a record back', async () => {
      const kept = record()
      await opened.store.create(kept)
      await opened.second().remove(kept.id)
      expect(await opened.store.read(kept.id)).toBeUndefined()
      expect(await opened.store.find('user-a')).toEqual([])
      expect(await opened.store.replace({ ...kept, version: 2 })).toBe(false)
      expect(await opened.store.read(kept.id)).toBeUndefined()
      await opened.store.remove(kept.id)
    })

    it('finds the live records of an index, and of that index alone', async () => {
      const [a, b, other, old] = [
        record(),
        record({ indexes: ['user-a', 'user-b'] }),
        record({ indexes: ['user-ab', 'user-_', '%'] }),
        record({ expiresAt: clock + 1000 }),
      ]
      for (const one of [a, b, other, old]) await opened.store.create(one)
      clock += 2000
      expect((await opened.store.find('user-a')).toSorted()).toEqual([a.id, b.id].toSorted())
      expect(await opened.store.find('user-b')).toEqual([b.id])
      expect(await opened.store.find('user-_')).toEqual([other.id])
      expect(await opened.store.find('nobody')).toEqual([])
      await opened.store.replace({ ...b, version: 2 })
      expect(await opened.store.find('user-b')).toEqual([b.id])
    })

    it('forgets a record at the moment it expires', async () => {
      const kept = record({ expiresAt: clock + 1000 })
      await opened.store.create(kept)
      clock += 999
      expect(await opened.store.read(kept.id)).toMatchObject({ id: kept.id })
      clock += 1
      expect(await opened.store.read(kept.id)).toBeUndefined()
      expect(await opened.store.find('user-a')).toEqual([])
    })

    it('marks something as spent once, however many try, and again after its time', async () => {
      const tries = Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? opened.store : opened.second()).spend('key', 1000),
      )
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1)
      expect(await opened.store.spend('another', 1000)).toBe(true)
      clock += 999
      expect(await opened.store.spend('key', 1000)).toBe(false)
      clock += 1
      expect(await opened.store.spend('key', 1000)).toBe(true)
    })

    it('fails after it was closed, with an error of its own, and closes twice', async () => {
      await opened.store.ping()
      await opened.store.close()
      await opened.store.close()
      const { store } = opened
      for (const work of [() => store.ping(), () => store.read('x'), () => store.spend('k', 1)]) {
        await expect(work()).rejects.toMatchObject({ code: 'store_failed' })
      }
    })
  })
}
