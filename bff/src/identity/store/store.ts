/** A sealed session record as a store keeps it: opaque bytes, found by id, replaced by version. */
export interface StoredRecord {
  /** Derived from the cookie's key; 32 base64url characters or more. */
  id: string
  /** Starts at 1 and grows with each replacement: the basis of compare-and-set. */
  version: number
  sealed: Uint8Array
  /** When the store may forget the record, milliseconds since the epoch. */
  expiresAt: number
  /** Keyed hashes under which the record can be found: by user, by Entra session. */
  indexes: readonly string[]
}

/**
 * Where sessions live. Every method either does what it says or throws a `StoreError`, within two
 * seconds; no method returns half a result.
 */
export interface SessionStore {
  create(record: StoredRecord): Promise<void>
  read(id: string): Promise<StoredRecord | undefined>
  /** Writes `record` if the stored version is still `record.version - 1`; false where it is not, or is gone. */
  replace(record: StoredRecord): Promise<boolean>
  /** Ends a record for good, together with its index entries; unknown ids are no error. */
  remove(id: string): Promise<void>
  /** The ids of the live records under an index. */
  find(index: string): Promise<string[]>
  /**
   * Marks something as used, once in the whole deployment.
   *
   * @param key what is used up; already hashed by the caller
   * @param ttlMs how long the mark has to be kept
   * @returns true for the first caller, false for every later one
   */
  spend(key: string, ttlMs: number): Promise<boolean>
  /** Proves that the store answers. */
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
