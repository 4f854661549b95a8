/** Starting, opening, changing and ending sessions: the record in the store and the key in the cookie. */
import { randomBytes } from 'node:crypto'
import { StoreError, type SessionStore } from '../store/store.ts'
import { deriveSecrets, indexOf, seal, unseal, type SessionSecrets } from '../store/seal.ts'
import type { SealedCookies } from './sealed-cookie.ts'
import { hasEnded, isTouchDue, sessionEnd, type Lifetimes } from './lifetimes.ts'
import { parseRecord, serialiseRecord, userOf, type SessionRecord, type User } from './record.ts'

/** A session that is open: its record, and what it takes to write it back. */
export interface Session {
  readonly user: User
  readonly record: SessionRecord
  readonly version: number
  readonly secrets: SessionSecrets
}

export interface Sessions {
  /** A new session for a user who just signed in. @returns the cookie's value */
  start(record: SessionRecord): Promise<string>
  /** The live session of a cookie's value, or undefined. @throws StoreError */
  open(cookieValue: string | undefined): Promise<Session | undefined>
  /** Writes down that the user is there, at most once a minute. @throws StoreError */
  touch(session: Session): Promise<Session>
  /** Restarts the idle time. @returns undefined where the session ended in the meantime */
  extend(session: Session): Promise<Session | undefined>
  /**
   * Changes the record in its newest state: another request may have written since this one read.
   *
   * @returns the session as written; undefined where it ended in the meantime. @throws StoreError
   */
  update(
    session: Session,
    change: (record: SessionRecord) => SessionRecord,
  ): Promise<Session | undefined>
  /** Ends a session for good. @throws StoreError */
  end(session: Session): Promise<void>
}

export interface SessionsOptions {
  store: SessionStore
  cookies: SealedCookies
  lifetimes: Lifetimes
  /** The server's own key, for index entries. */
  indexKey: Uint8Array
  now: () => number
}

/** Each failed attempt means that another writer got ahead; so many in a row do not happen by chance. */
const maxAttempts = 10

export function createSessions(options: SessionsOptions): Sessions {
  const { store, cookies, lifetimes, indexKey, now } = options

  function indexesOf({ claims }: SessionRecord): string[] {
    const entries = [indexOf(indexKey, 'user', claims.tid, claims.oid)]
    const sid = claims['sid']
    if (typeof sid === 'string') entries.push(indexOf(indexKey, 'entra-session', claims.tid, sid))
    return entries
  }

  function stored(record: SessionRecord, secrets: SessionSecrets, version: number) {
    return {
      id: secrets.id,
      version,
      sealed: seal(serialiseRecord(record), secrets),
      expiresAt: sessionEnd(record, lifetimes),
      indexes: indexesOf(record),
    }
  }

  async function replace(session: Session, record: SessionRecord): Promise<Session | undefined> {
    const version = session.version + 1
    const written = await store.replace(stored(record, session.secrets, version))
    return written ? { ...session, record, version } : undefined
  }

  async function load(secrets: SessionSecrets): Promise<Session | undefined> {
    const found = await store.read(secrets.id)
    const plain = found && unseal(found.sealed, secrets)
    const record = plain === undefined ? undefined : parseRecord(plain)
    if (!found || !record || hasEnded(record, lifetimes, now())) return undefined
    return { user: userOf(record.claims), record, version: found.version, secrets }
  }

  async function update(
    session: Session,
    change: (record: SessionRecord) => SessionRecord,
  ): Promise<Session | undefined> {
    let current: Session | undefined = session
    for (let attempt = 0; current && attempt < maxAttempts; attempt += 1) {
      const written = await replace(current, change(current.record))
      if (written) return written
      current = await load(session.secrets)
    }
    if (current) throw new StoreError('A session was written to by too many at once')
    return undefined
  }

  return {
    start: async (record) => {
      const key = randomBytes(32)
      await store.create(stored(record, deriveSecrets(key), 1))
      return cookies.seal('session', { key: key.toString('base64url'), began: record.startedAt })
    },

    open: async (cookieValue) => {
      const key = cookieValue && cookies.open('session', cookieValue)?.['key']
      if (typeof key !== 'string') return undefined
      return load(deriveSecrets(Buffer.from(key, 'base64url')))
    },

    touch: async (session) => {
      if (!isTouchDue(session.record, now())) return session
      // A write that lost against another one is no loss: that one noted the time as well.
      return (await replace(session, { ...session.record, seenAt: now() })) ?? session
    },

    extend: (session) => update(session, (record) => ({ ...record, seenAt: now() })),

    update,
    end: (session) => store.remove(session.secrets.id),
  }
}
