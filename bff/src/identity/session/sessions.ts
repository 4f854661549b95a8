/** Starting, opening, changing and ending sessions: the key in the cookie, the copy in memory, the record in the store. */
import { randomBytes } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { deriveSecrets } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import type { IndexEntries } from './index-entries.ts'
import { isTouchDue, type Lifetimes } from './lifetimes.ts'
import { createOpenSessions, type Session } from './open-sessions.ts'
import { changeable, createOpening, type Opening } from './opening.ts'
import { createRecords } from './records.ts'
import type { SessionRecord } from './record.ts'
import type { SealedCookies } from './sealed-cookie.ts'
import type { Summaries } from './summary.ts'

export type { Session } from './open-sessions.ts'

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

export function createSessions(options: SessionsOptions): Sessions {
  const { store, cookies, log, now } = options
  const memory = createOpenSessions(store.changes, options.maxOpen)
  const records = createRecords({ ...options, store: store.sessions })
  const opening = createOpening({ ...options, memory, records })
  /** One extension per session at a time: many at once would only get in each other's way. */
  const extending = new Map<string, Promise<SessionRecord | undefined>>()

  async function update(session: Session, change: (record: SessionRecord) => SessionRecord) {
    const written = await records.update(session.secrets, change)
    if (written) Object.assign(session, changeable(written))
    else memory.drop(session.secrets.id)
    return written?.record
  }

  return {
    ...opening,
    start: async (record) => {
      const key = randomBytes(32)
      await records.create(record, deriveSecrets(key))
      return cookies.seal('session', { key: key.toString('base64url'), began: record.startedAt })
    },

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
