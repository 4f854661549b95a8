/**
 * Starts, resolves, changes and ends sessions. The cookie holds the key, the store holds the record that
 * the key opens, and memory holds a copy of the record.
 */
import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { newRateWindow } from '../rate-window.ts'
import { deriveSecrets, type SessionSecrets } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import { adopt, type OpenCookie, type Session, SessionCache, stale, toSession } from './cache.ts'
import type { SealedCookies } from './cookie.ts'
import type { LookupKeys, SessionLabels } from './lookup-keys.ts'
import {
  hasEnded,
  isTouchDue,
  type Lifetimes,
  type SessionRecord,
  touchEveryMs,
  userKeyIn,
} from './record.ts'
import { labelOf, Records } from './records.ts'
import { UnfinishedEnds } from './unfinished-ends.ts'
import { maxSessionsPerUser, UserSessions } from './user-sessions.ts'

/** Sessions that end in one go. SQLite does each in this thread, in about 100 µs. */
const endBatchSize = 25
/** An extension within this time of the last write writes nothing: it would move the end by less, ms. */
const maxExtendEveryMs = 5_000
/** After a failed attempt to write activity, the next one waits this long, ms. */
const maxTouchRetryMs = 10_000
/** A session that is written to during each of so many reads is alive: the last read counts. */
const maxReads = 3

interface SessionsOptions {
  store: Store
  cookies: SealedCookies
  lifetimes: Lifetimes
  lookupKeys: LookupKeys
  labels: SessionLabels
  log: FastifyBaseLogger
  /** Milliseconds since the epoch. */
  now: () => number
  /** How many sessions stay open in memory. */
  maxOpen?: number
}

export class Sessions {
  /** The same sessions, by their user. */
  readonly byUser: UserSessions
  readonly #options: SessionsOptions
  readonly #cache: SessionCache
  readonly #records: Records
  readonly #unfinished = new UnfinishedEnds()
  /** Those of sessions at Entra, apart: anyone can make such calls, and a flood of them takes no place from a sign-out. */
  readonly #unfinishedCalls = new UnfinishedEnds()
  /** How often the session keys were replaced. */
  #keyChanges = 0
  /** One read per cookie at a time, however many requests wait for it. */
  readonly #resolving = new Map<string, Promise<Session | undefined>>()
  /** One write of activity per session at a time: several would only collide. */
  readonly #writingActivity = new Map<string, Promise<boolean>>()
  readonly #touchFailedAt = new WeakMap<Session, number>()

  constructor(options: SessionsOptions) {
    const { sessions: store } = options.store
    this.#options = options
    this.#cache = new SessionCache(options.store.invalidations, options.maxOpen)
    this.#records = new Records({ ...options, store })
    this.byUser = new UserSessions({ ...options, store, end: (ids) => this.endAll(ids) })
  }

  /** Takes other session keys from now on: the first one seals, and all of them open. No session ends. */
  async replaceKeys(keys: readonly Buffer[]): Promise<void> {
    const { cookies, lookupKeys, labels } = this.#options
    const switchCookies = await cookies.prepareKeys(keys)
    // All in one step: no request meets new cookies and old lookup keys.
    switchCookies()
    lookupKeys.replaceKeys(keys)
    labels.replaceKeys(keys)
    this.#cache.clear()
    this.#keyChanges += 1
  }

  /**
   * A new session for a user who just signed in.
   *
   * @param key 32 bytes that no one can guess, and that start one session only
   * @returns the cookie's value. @throws StoreError
   */
  async start(record: SessionRecord, key: Buffer = randomBytes(32)): Promise<string> {
    const secrets = deriveSecrets(key)
    const count = await this.#records.create(record, secrets)
    if (count > maxSessionsPerUser) await this.#endSurplus(record, secrets.id)
    const content = { key: key.toString('base64url'), began: record.startedAt }
    return this.#options.cookies.seal('session', content)
  }

  /** The cookie of a value that we sealed, decoded once; undefined for any other. Does not ask the store. */
  cookieOf(cookieValue: string): OpenCookie | undefined {
    const known = this.#cache.get(cookieValue)
    if (known) return known
    const decoded = this.#decode(cookieValue)
    if (decoded) this.#cache.set(decoded)
    return decoded
  }

  /** The session of a cookie if a fresh copy is in memory. Costs a microsecond. */
  peek(cookie: OpenCookie | undefined, now = this.#options.now()): Session | undefined {
    const session = cookie?.session
    if (!session || !this.#cache.isFresh(session, now)) return undefined
    return hasEnded(session, this.#options.lifetimes, now) ? undefined : session
  }

  /** The live session of a cookie's value, read from the store; undefined if there is none. @throws StoreError */
  async resolve(cookieValue: string): Promise<Session | undefined> {
    const cookie = this.cookieOf(cookieValue)
    if (!cookie) return undefined
    const shared =
      this.#resolving.get(cookieValue) ??
      this.#read(cookie).finally(() => this.#resolving.delete(cookieValue))
    this.#resolving.set(cookieValue, shared)
    return shared
  }

  /** Notes that the user is active: in memory at once, and written now and then. The request does not wait. */
  touch(session: Session): void {
    const { lifetimes, now } = this.#options
    const at = now()
    session.seenAt = at
    const isDue = isTouchDue(session.writtenAt, lifetimes, at)
    if (!isDue || this.#writingActivity.has(session.secrets.id)) return
    const failedAt = this.#touchFailedAt.get(session)
    const retryMs = Math.min(maxTouchRetryMs, touchEveryMs(lifetimes))
    if (failedAt !== undefined && Math.abs(at - failedAt) < retryMs) return
    // If the write fails, the session keeps the time of the last one that did not.
    this.#writeActivity(session, at).catch((error: unknown) => {
      this.#touchFailedAt.set(session, at)
      const fields = { err: error, event: 'session_not_touched' }
      this.#options.log.warn(fields, 'Activity was not written down')
    })
  }

  /** The whole record, from the store; undefined if the session ended. @throws StoreError */
  async record(session: Session): Promise<SessionRecord | undefined> {
    return (await this.#records.load(session.secrets, session.seenAt))?.record
  }

  /** Changes the record in its newest state. @returns undefined if the session ended. @throws StoreError */
  async update(
    session: Session,
    change: (record: SessionRecord) => SessionRecord,
  ): Promise<SessionRecord | undefined> {
    const written = await this.#records.update(session.secrets, change, session.seenAt)
    if (written) adopt(session, written)
    else this.#cache.drop(session.secrets.id)
    return written?.record
  }

  /** Starts the idle time again. @returns false if the session ended. @throws StoreError */
  async extend(session: Session): Promise<boolean> {
    const { lifetimes, now } = this.#options
    const at = now()
    session.seenAt = at
    const everyMs = Math.min(maxExtendEveryMs, touchEveryMs(lifetimes))
    const isRecent = Math.abs(at - session.writtenAt) < everyMs
    return (isRecent && this.#cache.isFresh(session, at)) || this.#writeActivity(session, at)
  }

  /** Ends a session for good, on every instance. @throws StoreError */
  async end(id: string): Promise<void> {
    await this.#options.store.sessions.remove(id)
    this.#cache.drop(id)
  }

  /** Ends the session that a key started, if it lives. @throws StoreError */
  endStartedBy(key: Buffer): Promise<void> {
    return this.end(deriveSecrets(key).id)
  }

  /** The same for many, in batches: other requests are served in between. @throws StoreError */
  async endAll(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += endBatchSize) {
      await Promise.all(ids.slice(at, at + endBatchSize).map((id) => this.end(id)))
      await nextTurn()
    }
  }

  /** Ends a session whose cookie others have, and leaves a notice in its user's list. @throws StoreError */
  async endStolen(session: Session): Promise<void> {
    const record = await this.record(session)
    await this.end(session.secrets.id)
    if (!record) return
    await this.byUser.leaveNotice(session.user, labelOf(record), this.#options.now())
  }

  /** Ends a session in this process now, and everywhere once the store answers: for a sign-out while it does not. */
  endLater(id: string): void {
    this.#cache.drop(id)
    this.#unfinished.add(id, () => this.#options.store.sessions.remove(id))
  }

  /** The same for the session that a key started. */
  endLaterStartedBy(key: Buffer): void {
    this.endLater(deriveSecrets(key).id)
  }

  /** Tries an end that Entra asked for again until the store has taken it. @param name of the end, so that it waits once */
  finishLater(name: string, end: () => Promise<unknown>): void {
    this.#unfinishedCalls.add(name, end)
  }

  /** How many sessions in this process's memory have not ended. */
  countOpen(): number {
    const { lifetimes, now } = this.#options
    const at = now()
    return this.#cache.count((session) => !hasEnded(session, lifetimes, at))
  }

  /** Stops the work beside requests, after a last attempt at ends that wait for the store. */
  async close(): Promise<void> {
    await this.#unfinished.close()
    await this.#unfinishedCalls.close()
  }

  #decode(cookieValue: string): OpenCookie | undefined {
    const { cookies, log } = this.#options
    const opened = cookies.open('session', cookieValue)
    const key = opened?.content['key']
    if (!opened || typeof key !== 'string') return undefined
    const secrets = deriveSecrets(Buffer.from(key, 'base64url'))
    const resealed = opened.sealedByOlderKey ? cookies.seal('session', opened.content) : undefined
    if (resealed) log.info({ event: 'cookie_resealed' }, 'A cookie is sealed by the newest key')
    const rateWindow = newRateWindow()
    return { value: cookieValue, secrets, resealed, session: undefined, rateWindow }
  }

  async #read(cookie: OpenCookie): Promise<Session | undefined> {
    const { secrets } = cookie
    const keys = this.#keyChanges
    const { lifetimes, log, now } = this.#options
    const known = cookie.session
    const found = await this.#load(secrets, known?.seenAt)
    // After `endLater` the store may still have the record.
    const loaded = this.#unfinished.has(secrets.id) ? undefined : found.loaded
    if (!loaded && known && hasEnded(known, lifetimes, now())) {
      log.info({ event: 'session_expired' }, 'A session ended by its time')
    }
    cookie.session = loaded && toSession(loaded, secrets, found.validAt, known)
    if (cookie.session && known)
      cookie.session.seenAt = Math.max(known.seenAt, cookie.session.seenAt)
    if (!loaded) this.#cache.drop(secrets.id)
    // After a change of keys, the next request has to open the seal again.
    if (keys === this.#keyChanges) this.#cache.set(cookie)
    return cookie.session
  }

  /** Reads until nothing changed meanwhile: a request after an end must not get what was read before it. */
  async #load(secrets: SessionSecrets, seenAt?: number) {
    for (let attempt = 1; ; attempt += 1) {
      const reading = this.#cache.trackRead(secrets.id)
      let validAt = stale
      try {
        const loaded = await this.#records.loadFindable(secrets, seenAt)
        validAt = reading.end()
        if (!loaded || validAt !== stale || attempt === maxReads) return { loaded, validAt }
      } catch (error) {
        reading.end()
        throw error
      }
    }
  }

  #writeActivity(session: Session, at: number): Promise<boolean> {
    const { id } = session.secrets
    const shared =
      this.#writingActivity.get(id) ??
      this.#updateActivity(session, at).finally(() => this.#writingActivity.delete(id))
    this.#writingActivity.set(id, shared)
    return shared
  }

  async #updateActivity(session: Session, at: number): Promise<boolean> {
    let superseded: readonly string[] = []
    const written = await this.update(session, ({ supersedes = [], ...record }) => {
      superseded = supersedes
      // A start in the future was written by a wrong clock: from there the session would last longer than it may.
      return { ...record, startedAt: Math.min(record.startedAt, at), seenAt: at }
    })
    // Not before: the answer with the cookie of another one may have been on its way.
    if (!written) return false
    await Promise.all(superseded.map((id) => this.end(id).catch(() => this.endLater(id))))
    return true
  }

  async #endSurplus({ claims }: SessionRecord, newestId: string): Promise<void> {
    const { log } = this.#options
    try {
      const count = await this.byUser.endSurplus(userKeyIn(claims), newestId)
      const fields = { event: 'sessions_superseded', count }
      if (count > 0) log.info(fields, 'A user had too many sessions: the oldest ended')
    } catch (error) {
      // The user is signed in all the same; the next sign-in ends what this one could not.
      log.warn({ err: error, event: 'sessions_not_superseded' }, 'Superfluous sessions remain')
    }
  }
}
