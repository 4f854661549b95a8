/** Session records in the store: sealed on the way in, opened on the way out, written by compare-and-set. */
import type { FastifyBaseLogger } from 'fastify'
import { StoreError, type SessionStore, type StoredRecord } from '../store/store.ts'
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
    const owner = { id: secrets.id, tenantId: claims.tid, objectId: claims.oid }
    return {
      id: secrets.id,
      version,
      sealed: seal(serialiseRecord(record), secrets),
      summary: summaries.seal({ device, startedAt, seenAt }, owner),
      expiresAt: sessionEnd(record, lifetimes),
    }
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
    create: async (record, secrets) => {
      const [ofUser = ''] = indexes.ofUser(record.claims.tid, record.claims.oid)
      const sid = record.claims['sid']
      const ofSession = typeof sid === 'string' ? indexes.ofEntraSession(sid).slice(0, 1) : []
      const lastsUntil = absoluteEnd(record, lifetimes)
      await store.create(stored(record, secrets, 1), [ofUser, ...ofSession], lastsUntil)
    },
    load,
    update: async (secrets, change) => {
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        const loaded = await load(secrets)
        if (!loaded) return undefined
        const record = change(loaded.record)
        const version = loaded.version + 1
        if (await store.replace(stored(record, secrets, version))) return { record, version }
      }
      throw new StoreError('A session was written to by too many at once')
    },
  }
}
