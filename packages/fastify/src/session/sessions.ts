/** Starting, opening, changing and ending sessions: the key in the cookie, the copy in memory, the record in the store. */
import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { deriveSecrets, type SessionSecrets } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import type { IndexEntries, Summaries } from './lookup-keys.ts'
import { hasEnded, isTouchDue, type Lifetimes, newPace } from './lifetime.ts'
import {
  createOpenSessions,
  type OpenCookie,
  type OpenSessions,
  type Session,
  unconfirmed,
} from './cache.ts'
import { createRecords, type Loaded, type Records, type SessionRecord, userOf } from './record.ts'
import { findRecords } from './user-sessions.ts'
import type { SealedCookies } from './cookie.ts'
import { UnfinishedEnds } from './unfinished-ends.ts'

export type { Session } from './cache.ts'

export interface Sessions extends Opening {
  /** A new session for a user who just signed in. @returns the cookie's value. @throws StoreError */
  start(record: SessionRecord): Promise<string>
  /** Notes that the user is there; written at most once a minute, behind the request's back. */
  touch(session: Session): void
  /** The whole record, from the store; undefined where the session ended. @throws StoreError */
  record(session: Session): Promise<SessionRecord | undefined>
  /** Changes the record in its newest state. @returns undefined where the session ended. @throws StoreError */
  update(
    session: Session,
    change: (record: SessionRecord) => SessionRecord,
  ): Promise<SessionRecord | undefined>
  /**
   * Starts the idle time again; what was written a few seconds ago is not written again.
   *
   * @returns false where the session ended. @throws StoreError
   */
  extend(session: Session): Promise<boolean>
  /** Ends a session for good, everywhere. @throws StoreError */
  end(id: string): Promise<void>
  /** The same for many, some at a time: other requests are served in between. @throws StoreError */
  endAll(ids: readonly string[]): Promise<void>
  /**
   * Ends a session in this process now, and everywhere as soon as the store answers: for somebody who
   * signs out while it does not.
   */
  endLater(id: string): void
  /** Tries an end again until the store has taken it. @param name of the end, so that it waits once */
  finishLater(name: string, end: () => Promise<unknown>): void
  /** Stops what goes on behind requests, after a last attempt at ends that wait for the store. */
  close(): Promise<void>
}

/**
 * Sessions of one user at a time; the one that would end first ends. People have a handful, and a script
 * that signs in every minute must not make the list, or its end, slow for everybody.
 */
export const maxSessionsPerUser = 100
/** SQLite does each of them in this thread, in about 100 µs. */
const endsAtOnce = 25
/** Asked for more often, an extension writes nothing: it would move the end by less than this, ms. */
const extendEveryMs = 5_000
/** After a failed attempt to write activity down, the next one waits, ms. */
const touchAgainMs = 10_000

interface SessionsOptions {
  store: Store
  cookies: SealedCookies
  lifetimes: Lifetimes
  indexes: IndexEntries
  summaries: Summaries
  log: FastifyBaseLogger
  now: () => number
  /** How many sessions stay open in memory. */
  maxOpen?: number
}

export function createSessions(options: SessionsOptions): Sessions {
  const { store, cookies, indexes, log, now } = options
  const memory = createOpenSessions(store.changes, options.maxOpen)
  const records = createRecords({ ...options, store: store.sessions })
  const unfinished = new UnfinishedEnds()
  const opening = createOpening({ ...options, memory, records, unfinished })
  /** One writing of activity per session at a time: many at once would only get in each other's way. */
  const writingActivity = new Map<string, Promise<boolean>>()
  const touchFailedAt = new WeakMap<Session, number>()

  async function update(session: Session, change: (record: SessionRecord) => SessionRecord) {
    const written = await records.update(session.secrets, change)
    if (written) Object.assign(session, changeable(written))
    else memory.drop(session.secrets.id)
    return written?.record
  }

  function writeActivity(session: Session, at: number): Promise<boolean> {
    const { id } = session.secrets
    const shared =
      writingActivity.get(id) ??
      update(session, (record) => ({ ...record, seenAt: at }))
        .then((written) => written !== undefined)
        .finally(() => writingActivity.delete(id))
    writingActivity.set(id, shared)
    return shared
  }

  async function end(id: string): Promise<void> {
    await store.sessions.remove(id)
    memory.drop(id)
  }

  async function endAll(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += endsAtOnce) {
      await Promise.all(ids.slice(at, at + endsAtOnce).map(end))
      await nextTurn()
    }
  }

  /** @param newest the session that has just begun, and stays */
  async function endSuperfluous({ claims }: SessionRecord, newest: string): Promise<void> {
    const found = await findRecords(store.sessions, indexes.ofUser(claims.tid, claims.oid))
    const superfluous = found
      .filter(({ id }) => id !== newest)
      .toSorted((a, b) => b.expiresAt - a.expiresAt)
      .slice(maxSessionsPerUser - 1)
    if (superfluous.length === 0) return
    await endAll(superfluous.map(({ id }) => id))
    const count = superfluous.length
    log.info(
      { event: 'sessions_superseded', count },
      'A user had too many sessions: the oldest ended',
    )
  }

  return {
    ...opening,
    start: async (record) => {
      const key = randomBytes(32)
      const secrets = deriveSecrets(key)
      await records.create(record, secrets)
      await endSuperfluous(record, secrets.id).catch((error: unknown) => {
        // The person is signed in all the same; the next sign-in ends what this one could not.
        log.warn({ err: error, event: 'sessions_not_superseded' }, 'Superfluous sessions remain')
      })
      return cookies.seal('session', { key: key.toString('base64url'), began: record.startedAt })
    },

    touch: (session) => {
      const at = now()
      if (!isTouchDue(session, at) || writingActivity.has(session.secrets.id)) return
      const failedAt = touchFailedAt.get(session)
      if (failedAt !== undefined && Math.abs(at - failedAt) < touchAgainMs) return
      // The answer does not wait. A write that fails leaves the time of the last one that did not.
      writeActivity(session, at).catch((error: unknown) => {
        touchFailedAt.set(session, at)
        log.warn({ err: error, event: 'session_not_touched' }, 'Activity was not written down')
      })
    },

    record: async (session) => (await records.load(session.secrets))?.record,
    update,
    extend: async (session) => {
      const at = now()
      const isRecent = Math.abs(at - session.seenAt) < extendEveryMs
      return (isRecent && memory.isTrusted(session, at)) || writeActivity(session, at)
    },
    end,
    endAll,
    endLater: (id) => {
      memory.drop(id)
      unfinished.add(id, () => store.sessions.remove(id))
    },
    finishLater: (name, work) => unfinished.add(name, work),
    close: () => unfinished.close(),
  }
}

// From a cookie's value to an open session: the copy in memory where it can be trusted, else the record.

interface Opening {
  /** The cookie of a value that we sealed, decoded once; undefined for any other. Asks no store. */
  cookieOf(cookieValue: string): OpenCookie | undefined
  /** The session of a cookie where memory knows it and may say so. Costs a microsecond. */
  peek(cookie: OpenCookie | undefined): Session | undefined
  /** The live session of a cookie's value, or undefined. @throws StoreError */
  open(cookieValue: string): Promise<Session | undefined>
}

interface OpeningOptions {
  memory: OpenSessions
  records: Records
  unfinished: UnfinishedEnds
  cookies: SealedCookies
  lifetimes: Lifetimes
  log: FastifyBaseLogger
  now: () => number
}

/** A session that is written to during each of so many reads is alive: the last one will do. */
const maxReads = 3

function createOpening(options: OpeningOptions): Opening {
  const { memory, records, unfinished, cookies, lifetimes, log, now } = options
  /** One read per session at a time, however many requests wait for it. */
  const opening = new Map<string, Promise<Session | undefined>>()

  function decode(cookieValue: string): OpenCookie | undefined {
    const opened = cookies.open('session', cookieValue)
    const key = opened?.content['key']
    if (!opened || typeof key !== 'string') return undefined
    const secrets = deriveSecrets(Buffer.from(key, 'base64url'))
    const resealed = opened.sealedByOlderKey ? cookies.seal('session', opened.content) : undefined
    if (resealed) log.info({ event: 'cookie_resealed' }, 'A cookie is sealed by the newest key')
    return { secrets, resealed, session: undefined, pace: newPace() }
  }

  /** The cookie of a value that we sealed; it is decoded once, and counted from the first time on. */
  function cookieOf(cookieValue: string): OpenCookie | undefined {
    const known = memory.get(cookieValue)
    if (known) return known
    const decoded = decode(cookieValue)
    if (decoded) memory.set(cookieValue, decoded)
    return decoded
  }

  /** Reads until nothing changed meanwhile: whoever asks after an end must not get what was read before it. */
  async function load(secrets: SessionSecrets) {
    for (let attempt = 1; ; attempt += 1) {
      const reading = memory.beginRead(secrets.id)
      let confirmedIn = unconfirmed
      try {
        const loaded = await records.loadFindable(secrets)
        confirmedIn = reading.end()
        if (!loaded || confirmedIn !== unconfirmed || attempt === maxReads) {
          return { loaded, confirmedIn }
        }
      } catch (error) {
        reading.end()
        throw error
      }
    }
  }

  async function read(cookieValue: string, cookie: OpenCookie): Promise<Session | undefined> {
    const found = await load(cookie.secrets)
    // Somebody signed out, and the store does not know it yet.
    const loaded = unfinished.has(cookie.secrets.id) ? undefined : found.loaded
    const { confirmedIn } = found
    const known = cookie.session
    if (!loaded && known && hasEnded(known, lifetimes, now())) {
      log.info({ event: 'session_expired' }, 'A session ended by its time')
    }
    cookie.session = loaded && { ...copyOf(loaded, cookie.secrets), confirmedIn }
    if (!loaded) memory.drop(cookie.secrets.id)
    memory.set(cookieValue, cookie)
    return cookie.session
  }

  return {
    cookieOf,

    peek: (cookie) => {
      const session = cookie?.session
      if (!session || !memory.isTrusted(session, now())) return undefined
      return hasEnded(session, lifetimes, now()) ? undefined : session
    },

    open: async (cookieValue) => {
      const cookie = cookieOf(cookieValue)
      if (!cookie) return undefined
      const shared =
        opening.get(cookieValue) ??
        read(cookieValue, cookie).finally(() => opening.delete(cookieValue))
      opening.set(cookieValue, shared)
      return shared
    },
  }
}

function copyOf(loaded: Loaded, secrets: SessionSecrets) {
  return { secrets, user: userOf(loaded.record.claims), ...changeable(loaded) }
}

/** What a write may change of a copy in memory. */
function changeable({ record, version }: Loaded) {
  const { startedAt, seenAt, tokens, challenges = [], tokenRequests = [] } = record
  return { version, startedAt, seenAt, tokens, challenges, tokenRequests }
}
