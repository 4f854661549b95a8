/** From a cookie's value to an open session: the copy in memory where it can be trusted, else the record. */
import type { FastifyBaseLogger } from 'fastify'
import { deriveSecrets, type SessionSecrets } from '../store/seal.ts'
import { hasEnded, type Lifetimes } from './lifetimes.ts'
import { unconfirmed, type OpenCookie, type OpenSessions, type Session } from './open-sessions.ts'
import { newPace } from './pace.ts'
import type { Loaded, Records } from './records.ts'
import { userOf } from './record.ts'
import type { SealedCookies } from './sealed-cookie.ts'
import type { UnfinishedEnds } from './unfinished-ends.ts'

export interface Opening {
  /** The cookie of a value that we sealed, decoded once; undefined for any other. Asks no store. */
  cookieOf(cookieValue: string): OpenCookie | undefined
  /** The session of a cookie where memory knows it and may say so. Costs a microsecond. */
  peek(cookie: OpenCookie | undefined): Session | undefined
  /** The live session of a cookie's value, or undefined. @throws StoreError */
  open(cookieValue: string): Promise<Session | undefined>
}

export interface OpeningOptions {
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

export function createOpening(options: OpeningOptions): Opening {
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
export function changeable({ record, version }: Loaded) {
  const { startedAt, seenAt, tokens, challenges = [], tokenRequests = [] } = record
  return { version, startedAt, seenAt, tokens, challenges, tokenRequests }
}
