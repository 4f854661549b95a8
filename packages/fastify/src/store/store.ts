/** What a session store keeps and guarantees. Every store passes the same behaviour suite. */

/** A sealed session record: opaque bytes, found by id, replaced by version. Times are ms since the epoch. */
export interface StoredRecord {
  /** Derived from the cookie's key; 43 base64url characters. */
  id: string
  /** Starts at 1 and grows by one with each replacement: the basis of compare-and-set. */
  version: number
  /** The session. Only its own cookie opens it. */
  sealed: Uint8Array
  /** What the user's other sessions may see of this one. The server opens it. */
  label: Uint8Array
  /** When the store may forget the record. */
  expiresAt: number
}

/** In place of a record of another form, which this app did not write. It opens as nothing. */
export function unreadable(id: string): StoredRecord {
  const nothing = new Uint8Array()
  return { id, version: 0, sealed: nothing, label: nothing, expiresAt: 0 }
}

/** How a record is found without its cookie. */
export interface IndexWrite {
  /** Keyed hashes under which `find` returns the record. */
  entries: readonly string[]
  /** The session's absolute limit: entries are kept as long. */
  lastsUntil: number
}

/** What an index returns of a record. */
export type FoundRecord = Pick<StoredRecord, 'id' | 'label' | 'expiresAt'> &
  Pick<IndexWrite, 'lastsUntil'>

/** In place of a record in an index that cannot be read. */
export function unreadableFound(id: string, lastsUntil: number): FoundRecord {
  return { id, label: new Uint8Array(), expiresAt: lastsUntil, lastsUntil }
}

/**
 * Keeps session records. Every method either does what it says or throws a `StoreError` within two
 * seconds. None returns half a result.
 */
export interface SessionStore {
  /**
   * @returns how many records `find` has to look at for each entry, in their order: the live ones, this one included,
   * and maybe some that ended early
   */
  create(record: StoredRecord, index: IndexWrite): Promise<number[]>
  /** A stored value that is no record comes as an empty record: it does not open, and is refused. */
  read(id: string): Promise<StoredRecord | undefined>
  /**
   * Writes `record` if the stored version is still `record.version - 1`; false if it is not, or is gone.
   *
   * @param index entries to write before it, in addition to the existing ones
   */
  replace(record: StoredRecord, index?: IndexWrite): Promise<boolean>
  /** Deletes a record for good. Unknown ids are no error. */
  remove(id: string): Promise<void>
  /**
   * The live records under an index entry. One that exists and cannot be read is among them, so that it can
   * be ended.
   */
  find(entry: string): Promise<FoundRecord[]>
}

/** Keys that one caller of the whole deployment gets: to use something once, or to work alone. Hashed by the caller. */
export interface OneTimeKeys {
  /** @returns true for the first caller within `ttlMs`, false for every later one */
  consume(key: string, ttlMs: number): Promise<boolean>
  /** @returns a function that releases the lock; undefined if another caller holds it */
  lock(key: string, ttlMs: number): Promise<(() => Promise<void>) | undefined>
}

/** Reports that a copy in this process's memory is out of date. */
export interface Invalidations {
  /** Calls back with the id of a record that changed; without an id if any record may have. */
  subscribe(listener: (id?: string) => void): void
  /**
   * Looks for changes by other processes. Called before a copy in memory is used, so it is synchronous and
   * costs next to nothing.
   *
   * @returns since when (ms since the epoch) changes are unknown; undefined while they are known
   */
  disconnectedSince(): number | undefined
}

export interface Store {
  sessions: SessionStore
  oneTimeKeys: OneTimeKeys
  invalidations: Invalidations
  /** Proves that the store answers. @throws StoreError */
  ping(): Promise<void>
  /** Proves that sessions can be written, by a key that is gone after seconds. @throws StoreError */
  checkWrite(): Promise<void>
  close(): Promise<void>
}

/**
 * Who this process is at the store.
 *
 * @returns the password or token, and in how many milliseconds it ends, if it does
 */
export type RedisCredentials = () => Promise<{
  username?: string | undefined
  password: string
  endsInMs?: number | undefined
}>

/** What a STORE_URL does not say. For Redis only. */
export interface StoreAccess {
  /** PEM; the authorities that may sign the server's certificate, in place of the public ones. */
  ca?: string | undefined
  /** In place of the password in STORE_URL. Asked before each connection, and again before a token ends. */
  credentials?: RedisCredentials | undefined
  /** New credentials could not be had, or were refused, while the store is connected. */
  onCredentialFailure?: ((error: unknown) => void) | undefined
  /** Called when the store is closed. */
  close?: (() => Promise<void>) | undefined
}

/** The store failed; `cause` says why, for the log. */
export class StoreError extends Error {
  readonly code = 'store_failed'
  /** A word such as `full` or `read_only`; undefined if the cause is not known. */
  readonly reason: string | undefined

  constructor(message: string, options?: ErrorOptions & { reason?: string | undefined }) {
    super(message, options)
    this.name = 'StoreError'
    this.reason = options?.reason
  }
}

/** What an operator can do about a store that cannot be used. */
export function storeRemedy(storeUrl: string): string {
  return storeUrl.startsWith('sqlite:')
    ? 'Check DATA_DIR, or STORE_URL if it is set, and that this user may write there.'
    : 'Check STORE_URL, and that Redis runs and can be reached from here.'
}
