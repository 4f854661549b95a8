/** Session records in the store: sealed when written, opened when read, changed by compare-and-set. */
import type { FastifyBaseLogger } from 'fastify'
import { seal, type SessionSecrets, unseal } from '../store/seal.ts'
import {
  type IndexWrite,
  type SessionStore,
  type StoredRecord,
  StoreError,
} from '../store/store.ts'
import type { LookupKeys, SessionLabel, SessionLabels } from './lookup-keys.ts'
import {
  absoluteEnd,
  hasEnded,
  type Lifetimes,
  methodsOf,
  parseRecord,
  serialiseRecord,
  type SessionRecord,
  storedUntil,
  userKeyIn,
} from './record.ts'

/** A record and the version that was read. */
export interface Loaded {
  record: SessionRecord
  version: number
}

interface RecordsOptions {
  store: SessionStore
  lifetimes: Lifetimes
  lookupKeys: LookupKeys
  labels: SessionLabels
  log: FastifyBaseLogger
  now: () => number
}

/** Each failed attempt means that another writer was faster. So many in a row do not happen by chance. */
const maxAttempts = 10

export class Records {
  readonly #options: RecordsOptions

  constructor(options: RecordsOptions) {
    this.#options = options
  }

  /** @returns how many records its user may have now, this one included: too many rather than too few */
  async create(record: SessionRecord, secrets: SessionSecrets): Promise<number> {
    const stored = this.#toStored(this.#indexed(record), secrets, 1)
    const counts = await this.#options.store.create(stored, this.#indexFor(record))
    // The user's entries come first, one for each session key, and a session may be in all of them.
    const { length } = this.#options.lookupKeys.keyIds()
    return counts.slice(0, length).reduce((sum, count) => sum + count, 0)
  }

  /**
   * The record while its session lives.
   *
   * @param seenAt the last activity that the caller knows of, which may not be written yet. @throws StoreError
   */
  async load(secrets: SessionSecrets, seenAt = 0): Promise<Loaded | undefined> {
    const { store, lifetimes, log, now } = this.#options
    const found = await store.read(secrets.id)
    if (!found) return undefined
    const plain = unseal(found.sealed, secrets)
    const record = plain === undefined ? undefined : parseRecord(plain)
    if (!record) {
      // Changed, moved, or of another format: it is no session.
      log.warn({ event: 'session_record_refused' }, 'A session record did not open')
      await store.remove(secrets.id)
      return undefined
    }
    const times = { startedAt: record.startedAt, seenAt: Math.max(record.seenAt, seenAt) }
    return hasEnded(times, lifetimes, now()) ? undefined : { record, version: found.version }
  }

  /**
   * The same for a session that is about to be used. After a change of keys or of lifetimes it is indexed
   * anew first, so that it can be found and ended without its cookie. @throws StoreError
   */
  async loadFindable(secrets: SessionSecrets, seenAt?: number): Promise<Loaded | undefined> {
    const loaded = await this.load(secrets, seenAt)
    if (!loaded || this.#isFindable(loaded.record)) return loaded
    const fields = { event: 'session_indexed' }
    this.#options.log.info(fields, 'A session can be found by the current session keys')
    return this.update(secrets, (record) => record, seenAt)
  }

  /**
   * Changes the record in its newest state, whatever else is writing to it.
   *
   * @param seenAt as for `load`
   * @returns what was written; undefined if the session has ended. @throws StoreError
   */
  async update(
    secrets: SessionSecrets,
    change: (record: SessionRecord) => SessionRecord,
    seenAt?: number,
  ): Promise<Loaded | undefined> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const loaded = await this.load(secrets, seenAt)
      if (!loaded) return undefined
      // The label is sealed with this process's keys, so the record says that it is.
      const record = this.#indexed(change(loaded.record))
      const version = loaded.version + 1
      // With activity, once a minute: a store that loses entries (Redis that evicts them) gets them back.
      const isActivity = record.seenAt !== loaded.record.seenAt
      const writesIndex = isActivity || !this.#isFindable(loaded.record)
      const index = writesIndex ? this.#indexFor(record) : undefined
      const stored = this.#toStored(record, secrets, version)
      if (await this.#options.store.replace(stored, index)) return { record, version }
    }
    throw new StoreError('Too many writes to a session at the same time')
  }

  #toStored(record: SessionRecord, secrets: SessionSecrets, version: number): StoredRecord {
    const { labels, lifetimes } = this.#options
    const ofUser = labels.ofUser(userKeyIn(record.claims))
    return {
      id: secrets.id,
      version,
      sealed: seal(serialiseRecord(record), secrets),
      label: ofUser.seal(secrets.id, labelOf(record)),
      expiresAt: storedUntil(record, lifetimes),
    }
  }

  /** Whether index entries and label exist for each of our keys, for as long as the session lasts. */
  #isFindable(record: SessionRecord): boolean {
    const { keyIds = [], until = 0 } = record.indexed ?? {}
    const hasAllKeys = this.#options.lookupKeys.keyIds().every((id) => keyIds.includes(id))
    return hasAllKeys && until >= absoluteEnd(record, this.#options.lifetimes)
  }

  #indexFor(record: SessionRecord): IndexWrite {
    const { tid, oid, sid } = record.claims
    const { lookupKeys, lifetimes } = this.#options
    const ofSession = typeof sid === 'string' ? lookupKeys.ofEntraSession(sid) : []
    return {
      entries: [...lookupKeys.ofUser(tid, oid), ...ofSession],
      lastsUntil: absoluteEnd(record, lifetimes),
    }
  }

  #indexed(record: SessionRecord): SessionRecord {
    const until = absoluteEnd(record, this.#options.lifetimes)
    return { ...record, indexed: { keyIds: [...this.#options.lookupKeys.keyIds()], until } }
  }
}

/** What a user's other sessions may see of a session. */
export function labelOf(record: SessionRecord): SessionLabel {
  const { device, startedAt, seenAt, address, claims, boundKey } = record
  const methods = methodsOf(claims)
  return {
    device,
    startedAt,
    seenAt,
    ...(address && { address }),
    ...(methods.length > 0 && { methods }),
    ...(boundKey && { deviceBound: true }),
  }
}
