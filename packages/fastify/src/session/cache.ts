/** Open sessions in this process's memory: bounded, and used only as long as the store confirms them. */
import { LRUCache } from 'lru-cache'
import type { RateWindow } from '../rate-window.ts'
import type { SessionSecrets } from '../store/seal.ts'
import type { Invalidations } from '../store/store.ts'
import {
  type BoundKey,
  type Challenge,
  type GrantedToken,
  type TokenRequest,
  type User,
  userOf,
} from './record.ts'
import type { Loaded } from './records.ts'

/** About 3 kB each (`npm run bench -- session-size`). Beyond, each request of some users reads from the store. */
const defaultMax = 10_000
/**
 * How long a copy is used while the store cannot be asked, milliseconds. Signing out needs the store, so
 * this risks only an end that another instance wrote before it lost the store as well.
 */
const graceMs = 30_000

/** An open session. Claims and refresh token stay in the store: they are rarely asked for. */
export interface Session {
  readonly secrets: SessionSecrets
  readonly user: User
  version: number
  startedAt: number
  /** The last activity that this process knows of: exact, and ahead of what is written. */
  seenAt: number
  /** The last activity that is written. */
  writtenAt: number
  tokens: readonly GrantedToken[]
  challenges: readonly Challenge[]
  tokenRequests: readonly TokenRequest[]
  /** The key of the device that the session is bound to, if it is. */
  boundKey: BoundKey | undefined
  /** The last proof of that key that was opened: a cookie's value, and when it was given (ms since the epoch). */
  proof?: { readonly cookie: string; readonly at: number }
  /** How often its browser was offered to bind it. */
  offers?: RateWindow
  /** The cache's epoch in which this copy was read. In a later one it is read again. */
  validAt: number
}

/** A cookie's value, decoded once and not once per request. */
export interface OpenCookie {
  readonly value: string
  readonly secrets: SessionSecrets
  /** The same key sealed by the current session key, if an older one sealed the value. */
  readonly resealed: string | undefined
  /** The session that it opened last. A cookie without one is kept too: its requests count. */
  session: Session | undefined
  readonly rateWindow: RateWindow
}

/** `validAt` of a copy that has to be read again. */
export const stale = -1

export class SessionCache {
  readonly #invalidations: Invalidations
  readonly #cookies: LRUCache<string, OpenCookie>
  readonly #byId = new Map<string, Session>()
  /** Reads in progress. If the record changes meanwhile, what they bring is stale. */
  readonly #reads = new Map<string, { changed: boolean; count: number }>()
  /** Counts the invalidations that concern every record. */
  #epoch = 0

  /** @param max how many cookie values are kept open; the least recently used one goes */
  constructor(invalidations: Invalidations, max = defaultMax) {
    this.#invalidations = invalidations
    this.#cookies = new LRUCache({
      max,
      // A request may still hold the copy, and invalidations no longer reach it.
      dispose: ({ session }) => {
        if (session) this.drop(session.secrets.id)
      },
    })
    invalidations.subscribe((id) => {
      if (id === undefined) this.#epoch += 1
      else this.drop(id)
    })
  }

  /** Forgets every cookie, so that each is opened with the keys of now. */
  clear(): void {
    this.#cookies.clear()
  }

  get(cookieValue: string): OpenCookie | undefined {
    return this.#cookies.get(cookieValue)
  }

  set(cookie: OpenCookie): void {
    this.#cookies.set(cookie.value, cookie)
    if (!cookie.session) return
    const { id } = cookie.session.secrets
    // Two values may hold one key, each sealed by another session key. Invalidations reach one copy.
    const other = this.#byId.get(id)
    if (other && other !== cookie.session) other.validAt = stale
    this.#byId.set(id, cookie.session)
  }

  /** Whether a copy may be used without asking the store. */
  isFresh(session: Session, now: number): boolean {
    const disconnectedSince = this.#invalidations.disconnectedSince()
    // A clock that was set back ends the time as well: nobody knows how long it has been.
    if (disconnectedSince !== undefined && Math.abs(now - disconnectedSince) > graceMs) return false
    return session.validAt === this.#epoch
  }

  /** Begins a read from the store. `end` returns the copy's `validAt`: `stale` if the record changed since. */
  trackRead(id: string): { end(): number } {
    const read = this.#reads.get(id) ?? { changed: false, count: 0 }
    this.#reads.set(id, read)
    read.count += 1
    const epoch = this.#epoch
    return {
      end: () => {
        read.count -= 1
        if (read.count === 0) this.#reads.delete(id)
        return read.changed ? stale : epoch
      },
    }
  }

  /** How many of the sessions in memory are as `isCounted` says. */
  count(isCounted: (session: Session) => boolean): number {
    let count = 0
    for (const session of this.#byId.values()) if (isCounted(session)) count += 1
    return count
  }

  /** Makes every copy of this session stale. */
  drop(id: string): void {
    const session = this.#byId.get(id)
    if (session) session.validAt = stale
    this.#byId.delete(id)
    const read = this.#reads.get(id)
    if (read) read.changed = true
  }
}

/**
 * @param known the copy of before, if there is one. A record never changes its user, and what this process keeps with
 * user or session, such as groups and offers, stays known when another instance has written
 */
export function toSession(
  loaded: Loaded,
  secrets: SessionSecrets,
  validAt: number,
  known?: Session,
): Session {
  const { user = userOf(loaded.record.claims), proof, offers } = known ?? {}
  const kept = { ...(proof && { proof }), ...(offers && { offers }) }
  return { secrets, user, ...changeable(loaded), ...kept, validAt }
}

/** Takes over what was written. Activity since then stays. */
export function adopt(session: Session, written: Loaded): void {
  const { seenAt } = session
  Object.assign(session, changeable(written))
  session.seenAt = Math.max(seenAt, session.seenAt)
}

/** What a write may change of an open session. */
function changeable({ record, version }: Loaded) {
  const { startedAt, seenAt, tokens, challenges = [], tokenRequests = [], boundKey } = record
  const ofTokens = { tokens, challenges, tokenRequests }
  return { version, startedAt, seenAt, writtenAt: seenAt, ...ofTokens, boundKey }
}
