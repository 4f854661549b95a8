/** Starting, opening, changing and ending sessions: the key in the cookie, the copy in memory, the record in the store. */
import { randomBytes } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { deriveSecrets, type SessionSecrets } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import type { IndexEntries } from './index-entries.ts'
import { hasEnded, isTouchDue, type Lifetimes } from './lifetimes.ts'
import { unconfirmed, createOpenSessions, type OpenCookie, type Session } from './open-sessions.ts'
import { newPace } from './pace.ts'
import { createRecords, type Loaded } from './records.ts'
import { userOf, type SessionRecord } from './record.ts'
import type { SealedCookies } from './sealed-cookie.ts'
import type { Summaries } from './summary.ts'

export type { Session } from './open-sessions.ts'

export interface Sessions {
  /** A new session for a user who just signed in. @returns the cookie's value. @throws StoreError */
  start(record: SessionRecord): Promise<string>
  /** The session of a cookie's value where memory knows it and may say so. Costs a microsecond. */
  peek(cookieValue: string): Session | undefined
  /** The live session of a cookie's value, or undefined. @throws StoreError */
  open(cookieValue: string): Promise<Session | undefined>
  /** The value to give the browser instead, where its own was sealed by an older key. */
  resealed(cookieValue: string): string | undefined
  /** Notes that the user is there; written at most once a minute, behind the request's back. */
  touch(session: Session): void
  /** The whole record, from the store; undefined where the session ended. @throws StoreError */
  record(session: Session): Promise<SessionRecord | undefined>
  /** Changes the record in its newest state. @returns undefined where the session ended. @throws StoreError */
  update(
    session: Session,
    change: (record: SessionRecord) => SessionRecord,
  ): Promise<SessionRecord | undefined>
  /** Starts the idle time again. @returns undefined where the session ended. @throws StoreError */
  extend(session: Session): Promise<SessionRecord | undefined>
  /** Ends a session for good, everywhere. @throws StoreError */
  end(id: string): Promise<void>
}

export interface SessionsOptions {
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

/** A session that is written to during each of so many reads is alive: the last one will do. */
const maxReads = 3

export function createSessions(options: SessionsOptions): Sessions {
  const { store, cookies, lifetimes, log, now } = options
  const memory = createOpenSessions(store.changes, options.maxOpen)
  const records = createRecords({ ...options, store: store.sessions })
  /** One read per session at a time, however many requests wait for it. */
  const opening = new Map<string, Promise<Session | undefined>>()
  /** One extension per session at a time: many at once would only get in each other's way. */
  const extending = new Map<string, Promise<SessionRecord | undefined>>()

  function decode(cookieValue: string): OpenCookie | undefined {
    const opened = cookies.open('session', cookieValue)
    const key = opened?.content['key']
    if (!opened || typeof key !== 'string') return undefined
    const secrets = deriveSecrets(Buffer.from(key, 'base64url'))
    const resealed = opened.sealedByOlderKey ? cookies.seal('session', opened.content) : undefined
    if (resealed) log.info({ event: 'cookie_resealed' }, 'A cookie is sealed by the newest key')
    return { secrets, resealed, session: undefined }
  }

  /** Reads until nothing changed meanwhile: whoever asks after an end must not get what was read before it. */
  async function load(secrets: SessionSecrets) {
    for (let attempt = 1; ; attempt += 1) {
      const reading = memory.beginRead(secrets.id)
      let confirmedIn = unconfirmed
      try {
        const loaded = await records.load(secrets)
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
    const { loaded, confirmedIn } = await load(cookie.secrets)
    const known = cookie.session
    if (!loaded && known && hasEnded(known, lifetimes, now())) {
      log.info({ event: 'session_expired' }, 'A session ended by its time')
    }
    const pace = known?.pace ?? newPace()
    cookie.session = loaded && { ...copyOf(loaded, cookie.secrets), pace, confirmedIn }
    if (!loaded) memory.drop(cookie.secrets.id)
    memory.set(cookieValue, cookie)
    return cookie.session
  }

  async function update(session: Session, change: (record: SessionRecord) => SessionRecord) {
    const written = await records.update(session.secrets, change)
    if (written) Object.assign(session, changeable(written))
    else memory.drop(session.secrets.id)
    return written?.record
  }

  return {
    start: async (record) => {
      const key = randomBytes(32)
      await records.create(record, deriveSecrets(key))
      return cookies.seal('session', { key: key.toString('base64url'), began: record.startedAt })
    },

    peek: (cookieValue) => {
      const session = memory.get(cookieValue)?.session
      if (!session || !memory.isTrusted(session, now())) return undefined
      return hasEnded(session, lifetimes, now()) ? undefined : session
    },

    open: async (cookieValue) => {
      const cookie = memory.get(cookieValue) ?? decode(cookieValue)
      if (!cookie) return undefined
      const shared =
        opening.get(cookieValue) ??
        read(cookieValue, cookie).finally(() => opening.delete(cookieValue))
      opening.set(cookieValue, shared)
      return shared
    },

    resealed: (cookieValue) => memory.get(cookieValue)?.resealed,

    touch: (session) => {
      const at = now()
      if (!isTouchDue(session, at)) return
      session.seenAt = at
      // The answer does not wait. A write that fails leaves the time of the last one that did not.
      update(session, (record) => ({ ...record, seenAt: at })).catch((error: unknown) => {
        log.warn({ err: error, event: 'session_not_touched' }, 'Activity was not written down')
      })
    },

    record: async (session) => (await records.load(session.secrets))?.record,
    update,
    extend: (session) => {
      const { id } = session.secrets
      const at = now()
      const shared =
        extending.get(id) ??
        update(session, (record) => ({ ...record, seenAt: at })).finally(() => extending.delete(id))
      extending.set(id, shared)
      return shared
    },
    end: async (id) => {
      await store.sessions.remove(id)
      memory.drop(id)
    },
  }
}

function copyOf(loaded: Loaded, secrets: SessionSecrets) {
  return { secrets, user: userOf(loaded.record.claims), ...changeable(loaded) }
}

/** What a write may change of a copy in memory. */
function changeable({ record, version }: Loaded) {
  const { startedAt, seenAt, tokens } = record
  return { version, startedAt, seenAt, tokens }
}
