/** Session records in the store: sealed on the way in, opened on the way out, written by compare-and-set. */
import type { FastifyBaseLogger } from 'fastify'
import {
  StoreError,
  type IndexWrite,
  type SessionStore,
  type StoredRecord,
} from '../store/store.ts'
import { seal, unseal, type SessionSecrets } from '../store/seal.ts'
import type { IndexEntries } from './index-entries.ts'
import { absoluteEnd, hasEnded, sessionEnd, type Lifetimes } from './lifetimes.ts'
import { parseRecord, serialiseRecord, type SessionRecord } from './record.ts'
import type { Summaries } from './summary.ts'

/** A record and the version that it was read in. */
export interface Loaded {
  record: SessionRecord
  version: number
}

export interface Records {
  create(record: SessionRecord, secrets: SessionSecrets): Promise<void>
  /** The record while its session lives. @throws StoreError */
  load(secrets: SessionSecrets): Promise<Loaded | undefined>
  /**
   * The same for a session that is about to be used: one that could not be found and ended from afar,
   * after a change of keys or of lifetimes, is indexed anew first. @throws StoreError
   */
  loadFindable(secrets: SessionSecrets): Promise<Loaded | undefined>
  /**
   * Changes the record in its newest state, whoever writes beside this request.
   *
   * @returns what was written; undefined where the session has ended. @throws StoreError
   */
  update(
    secrets: SessionSecrets,
    change: (record: SessionRecord) => SessionRecord,
  ): Promise<Loaded | undefined>
}

export interface RecordsOptions {
  store: SessionStore
  lifetimes: Lifetimes
  indexes: IndexEntries
  summaries: Summaries
  log: FastifyBaseLogger
  now: () => number
}

/** Each failed attempt means that another writer got ahead; so many in a row do not happen by chance. */
const maxAttempts = 10

export function createRecords(options: RecordsOptions): Records {
  const { store, lifetimes, indexes, summaries, log, now } = options

  function stored(record: SessionRecord, secrets: SessionSecrets, version: number): StoredRecord {
    const { device, startedAt, seenAt, claims } = record
    const ofUser = summaries.ofUser({ tenantId: claims.tid, objectId: claims.oid })
    return {
      id: secrets.id,
      version,
      sealed: seal(serialiseRecord(record), secrets),
      summary: ofUser.seal(secrets.id, { device, startedAt, seenAt }),
      expiresAt: sessionEnd(record, lifetimes),
    }
  }

  /** Whether index entries and summary are there for each of our keys, for as long as the session lasts. */
  function isFindable(record: SessionRecord): boolean {
    const { keyIds = [], until = 0 } = record.indexed ?? {}
    return (
      indexes.keyIds.every((id) => keyIds.includes(id)) && until >= absoluteEnd(record, lifetimes)
    )
  }

  function indexFor(record: SessionRecord): IndexWrite {
    const { tid, oid, sid } = record.claims
    const ofSession = typeof sid === 'string' ? indexes.ofEntraSession(sid) : []
    return {
      entries: [...indexes.ofUser(tid, oid), ...ofSession],
      lastsUntil: absoluteEnd(record, lifetimes),
    }
  }

  function indexed(record: SessionRecord): SessionRecord {
    const until = absoluteEnd(record, lifetimes)
    return { ...record, indexed: { keyIds: [...indexes.keyIds], until } }
  }

  async function update(
    secrets: SessionSecrets,
    change: (record: SessionRecord) => SessionRecord,
  ): Promise<Loaded | undefined> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const loaded = await load(secrets)
      if (!loaded) return undefined
      // The summary is sealed with this process's keys, so the record says that it is.
      const record = indexed(change(loaded.record))
      const version = loaded.version + 1
      // With activity, once a minute: a store that loses entries (Redis that evicts them) gets them back.
      const isActivity = record.seenAt !== loaded.record.seenAt
      const index = isActivity || !isFindable(loaded.record) ? indexFor(record) : undefined
      if (await store.replace(stored(record, secrets, version), index)) return { record, version }
    }
    throw new StoreError('A session was written to by too many at once')
  }

  async function load(secrets: SessionSecrets): Promise<Loaded | undefined> {
    const found = await store.read(secrets.id)
    if (!found) return undefined
    const plain = unseal(found.sealed, secrets)
    const record = plain === undefined ? undefined : parseRecord(plain)
    if (!record) {
      // Changed, moved, or of another format: whatever it was, it is no session.
      log.warn({ event: 'session_record_refused' }, 'A session record did not open')
      await store.remove(secrets.id)
      return undefined
    }
    return hasEnded(record, lifetimes, now()) ? undefined : { record, version: found.version }
  }

  return {
    create: (record, secrets) =>
      store.create(stored(indexed(record), secrets, 1), indexFor(record)),
    load,
    loadFindable: async (secrets) => {
      const loaded = await load(secrets)
      if (!loaded || isFindable(loaded.record)) return loaded
      log.info({ event: 'session_indexed' }, 'A session can be found by the session keys of now')
      return update(secrets, (record) => record)
    },
    update,
  }
}
