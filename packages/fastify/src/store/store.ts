/** What a session store keeps, and what it promises. Every store passes the same behaviour suite. */

/** A sealed session record: opaque bytes, found by id, replaced by version. Moments are ms since the epoch. */
export interface StoredRecord {
  /** Derived from the cookie's key; 43 base64url characters. */
  id: string
  /** Starts at 1 and grows by one with each replacement: the basis of compare-and-set. */
  version: number
  /** The session, opened by its own cookie only. */
  sealed: Uint8Array
  /** What the user's other sessions may see of this one; opened by the server. */
  summary: Uint8Array
  /** When the store may forget the record. */
  expiresAt: number
}

/** In place of a record of another form: somebody else wrote it, so there is nothing in it for us. */
export function unreadable(id: string): StoredRecord {
  const nothing = new Uint8Array()
  return { id, version: 0, sealed: nothing, summary: nothing, expiresAt: 0 }
}

/** Where a record is to be found without its cookie. */
export interface IndexWrite {
  /** Keyed hashes under which `find` gives the record. */
  entries: readonly string[]
  /** When the session ends whatever happens: entries are kept as long. */
  lastsUntil: number
}

/** What an index says of a record. */
export type FoundRecord = Pick<StoredRecord, 'id' | 'summary' | 'expiresAt'> &
  Pick<IndexWrite, 'lastsUntil'>

/** In place of a record under an index entry of which nothing can be read. */
export function unreadableFound(id: string, lastsUntil: number): FoundRecord {
  return { id, summary: new Uint8Array(), expiresAt: lastsUntil, lastsUntil }
}

/**
 * Where sessions live. Every method either does what it says or throws a `StoreError` within two
 * seconds; none returns half a result.
 */
export interface SessionStore {
  create(record: StoredRecord, index: IndexWrite): Promise<void>
  /** What does not look like a record comes with nothing in it: it opens as nothing, and is refused as that. */
  read(id: string): Promise<StoredRecord | undefined>
  /**
   * Writes `record` if the stored version is still `record.version - 1`; false where it is not, or is gone.
   *
   * @param index entries to write before it, beside those that are there
   */
  replace(record: StoredRecord, index?: IndexWrite): Promise<boolean>
  /** Ends a record for good; unknown ids are no error. */
  remove(id: string): Promise<void>
  /**
   * The live records under an index entry. One that is there and cannot be read is among them, so that it
   * can be ended.
   */
  find(entry: string): Promise<FoundRecord[]>
}

/** Marks that the whole deployment sees: used up, or being worked on. Keys are hashed by the caller. */
export interface Marks {
  /** @returns true for the first caller within `ttlMs`, false for every later one */
  spend(key: string, ttlMs: number): Promise<boolean>
  /** @returns what lets go again; undefined where somebody else holds the lock */
  lock(key: string, ttlMs: number): Promise<(() => Promise<void>) | undefined>
}

/** What tells a process that a copy in its memory is out of date. */
export interface Changes {
  /** Calls back with the id of a record that changed; without one where any may have. */
  watch(listener: (id?: string) => void): void
  /**
   * Takes note of what other processes did. Called before a copy in memory is trusted, so it is
   * synchronous and costs next to nothing.
   *
   * @returns since when (ms since the epoch) nothing is known; undefined while all is well
   */
  blindSince(): number | undefined
}

export interface Store {
  sessions: SessionStore
  marks: Marks
  changes: Changes
  /** Proves that the store answers. @throws StoreError */
  ping(): Promise<void>
  close(): Promise<void>
}

/** The store did not do what it was asked; `cause` says why, for the log. */
export class StoreError extends Error {
  readonly code = 'store_failed'

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
  }
}
