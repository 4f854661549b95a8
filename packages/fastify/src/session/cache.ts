/** Sessions in this process's memory: bounded, and never trusted past what the store knows. */
import { LRUCache } from 'lru-cache'
import type { Changes } from '../store/store.ts'
import type { SessionSecrets } from '../store/seal.ts'
import type { Pace } from './lifetime.ts'
import type { Challenge, GrantedToken, TokenRequest, User } from './record.ts'

/** About 3 kB each (`npm run bench -- session-size`). More users than this at once cost the others a read from the store per request. */
const maxOpenByDefault = 10_000
/**
 * How long a copy is good while the store cannot be asked, milliseconds. Nobody can sign out
 * without the store, so what this risks is an end that another instance wrote before it lost the
 * link as well.
 */
const graceMs = 30_000

/** A session that is open. Claims and refresh token stay in the store; they are hardly ever asked for. */
export interface Session {
  readonly secrets: SessionSecrets
  readonly user: User
  version: number
  startedAt: number
  seenAt: number
  tokens: readonly GrantedToken[]
  challenges: readonly Challenge[]
  tokenRequests: readonly TokenRequest[]
  /** The state of the store's changes in which this copy was read; another one asks again. */
  confirmedIn: number
}

/** What a cookie's value stands for. It is opened once, not once per request. */
export interface OpenCookie {
  readonly secrets: SessionSecrets
  /** The same key sealed by the current session key, where an older one sealed the value. */
  readonly resealed: string | undefined
  /** What it opened last. A cookie whose session has ended opens nothing, and is counted all the same. */
  session: Session | undefined
  readonly pace: Pace
}

export interface OpenSessions {
  get(cookieValue: string): OpenCookie | undefined
  set(cookieValue: string, cookie: OpenCookie): void
  /** Whether a copy can be used without asking the store. */
  isTrusted(session: Session, now: number): boolean
  /** Begins a read from the store, so that a change during it is not missed. */
  beginRead(id: string): { end(): number }
  /** Makes sure that nobody uses a copy of this session any more. */
  drop(id: string): void
}

/** `confirmedIn` of a copy that has to be read again. */
export const unconfirmed = -1

/** @param max how many cookie values are kept open; the one used least recently goes */
export function createOpenSessions(changes: Changes, max = maxOpenByDefault): OpenSessions {
  const cookies = new LRUCache<string, OpenCookie>({
    max,
    dispose: (cookie) => {
      // Whoever still holds the copy must ask again: changes no longer reach it.
      if (cookie.session) forget(cookie.session.secrets.id)
    },
  })
  const byId = new Map<string, Session>()
  /** Reads under way; a change of the same id makes what they bring doubtful. */
  const reads = new Map<string, { changed: boolean; count: number }>()
  let state = 0

  function forget(id: string): void {
    const session = byId.get(id)
    if (session) session.confirmedIn = unconfirmed
    byId.delete(id)
    const read = reads.get(id)
    if (read) read.changed = true
  }

  changes.watch((id) => {
    if (id === undefined) state += 1
    else forget(id)
  })

  return {
    get: (cookieValue) => cookies.get(cookieValue),
    set: (cookieValue, cookie) => {
      cookies.set(cookieValue, cookie)
      if (!cookie.session) return
      const { id } = cookie.session.secrets
      // Two values may hold one key, each sealed by another session key. Changes reach one copy.
      const other = byId.get(id)
      if (other && other !== cookie.session) other.confirmedIn = unconfirmed
      byId.set(id, cookie.session)
    },
    isTrusted: (session, now) => {
      const blindSince = changes.blindSince()
      if (blindSince !== undefined && now - blindSince > graceMs) return false
      return session.confirmedIn === state
    },
    beginRead: (id) => {
      const read = reads.get(id) ?? { changed: false, count: 0 }
      reads.set(id, read)
      read.count += 1
      const before = state
      return {
        end: () => {
          read.count -= 1
          if (read.count === 0) reads.delete(id)
          return read.changed ? unconfirmed : before
        },
      }
    },
    drop: forget,
  }
}
