/** Every way to find a session, or to end it, that is not one's own at this browser. */
import {
  createIndexEntries,
  createSummaries,
  type IndexEntries,
  type Summaries,
  type Summary,
} from './lookup-keys.ts'
import type { Lifetimes } from './lifetime.ts'
import type { Sessions } from './sessions.ts'
import { type FoundRecord, type SessionStore, StoreError } from '../store/store.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { api } from '@gatehouse/contract/paths'
import { OwnSessions } from '@gatehouse/contract/sessions'
import { ProblemError, sessionsUnavailable } from '../errors.ts'
import type { Session } from './cache.ts'
import type { IncomingHttpHeaders } from 'node:http'
import type { Config } from '../config/index.ts'
import { openStore } from '../store/index.ts'

/** A user's key: tenant and object id. */
interface UserKey {
  tenantId: string
  objectId: string
}

interface OwnSession extends Summary {
  /** What the session is called outside; it opens nothing. The first one is shown, each of them is taken. */
  handles: string[]
  /** The record's id, for the server alone. */
  id: string
}

export interface Ends {
  /** A user's live sessions, the last used first. @throws StoreError */
  list(user: UserKey): Promise<OwnSession[]>
  /** Ends all sessions of a user but one. @returns how many. @throws StoreError */
  endAll(user: UserKey, exceptId?: string): Promise<number>
  /** Ends the sessions of one session at Entra. @returns how many. @throws StoreError */
  endEntraSession(sid: string): Promise<number>
}

export function createEnds(
  store: SessionStore,
  sessions: Pick<Sessions, 'endAll'>,
  indexes: IndexEntries,
  summaries: Summaries,
  lifetimes: Lifetimes,
): Ends {
  async function endEach(found: FoundRecord[]): Promise<number> {
    await sessions.endAll(found.map(({ id }) => id))
    return found.length
  }

  const ofUser = ({ tenantId, objectId }: UserKey) =>
    findRecords(store, indexes.ofUser(tenantId, objectId))

  return {
    list: async (user) => {
      const opener = summaries.ofUser(user)
      const own = (await ofUser(user)).map((found) => ({
        ...(opener.open(found.id, found.summary) ?? unknownSummary(found, lifetimes)),
        id: found.id,
        handles: indexes.handlesOf(found.id),
      }))
      return own.toSorted((a, b) => b.seenAt - a.seenAt)
    },
    endAll: async (user, exceptId) =>
      endEach((await ofUser(user)).filter(({ id }) => id !== exceptId)),
    endEntraSession: async (sid) => endEach(await findRecords(store, indexes.ofEntraSession(sid))),
  }
}

/** The live records under any of some entries, each once. @throws StoreError */
export async function findRecords(
  store: SessionStore,
  entries: readonly string[],
): Promise<FoundRecord[]> {
  const found = (await Promise.all(entries.map((entry) => store.find(entry)))).flat()
  return [...new Map(found.map((record) => [record.id, record])).values()]
}

/**
 * A session whose summary was sealed by a key that is gone is a session all the same, to be seen and
 * ended. Its own next request writes a new summary; until then its times are counted back from its end.
 */
function unknownSummary(found: FoundRecord, { idleMs, absoluteMs }: Lifetimes): Summary {
  const startedAt = found.lastsUntil - absoluteMs
  return { device: 'Unknown device', startedAt, seenAt: found.expiresAt - idleMs }
}

// `/api/sessions`: where a user is signed in, and the end of it. For the signed-in, each for their own.

interface OwnSessionsOptions {
  ends: Ends
  sessionOf(request: FastifyRequest): Session
  /** @throws StoreError */
  end(id: string): Promise<void>
}

const Handle = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }) })

export default async function ownSessions(
  app: FastifyInstance,
  { ends, sessionOf, end }: OwnSessionsOptions,
): Promise<void> {
  app.addHook('onRequest', app.requireSignIn)
  app.setErrorHandler((error) => {
    throw error instanceof StoreError ? sessionsUnavailable(error) : error
  })

  app.get(api.sessions, { schema: { response: { 200: OwnSessions } } }, async (request) => {
    const { user, secrets } = sessionOf(request)
    const list = await ends.list(user)
    return {
      sessions: list.map(({ handles, id, device, startedAt, seenAt }) => ({
        id: handles[0] ?? '',
        device,
        startedAt: new Date(startedAt).toISOString(),
        lastSeenAt: new Date(seenAt).toISOString(),
        current: id === secrets.id,
      })),
    }
  })

  app.delete(api.sessions, async (request, reply) => {
    const { user, secrets } = sessionOf(request)
    const count = await ends.endAll(user, secrets.id)
    request.log.info({ event: 'other_sessions_ended', count }, 'Other sessions ended')
    return reply.code(204).send()
  })

  app.delete(`${api.sessions}/:id`, { schema: { params: Handle } }, async (request, reply) => {
    const { id: handle } = request.params as { id: string }
    const own = await ends.list(sessionOf(request).user)
    const found = own.find(({ handles }) => handles.includes(handle))
    if (!found) throw new ProblemError('not_found', 'You have no such session.')
    await end(found.id)
    request.log.info({ event: 'session_ended' }, 'A session was ended from another one')
    return reply.code(204).send()
  })
}

/** Longer ones are not read: a browser's own is about 120 characters long. */
const maxLength = 512

/** By what stands in Sec-CH-UA or in the user agent, the more special first: most of them say Chrome as well. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\/|"Microsoft Edge"/, 'Edge'],
  [/\bOPR\/|\bOPiOS\/|"Opera"/, 'Opera'],
  [/\bVivaldi\/|"Vivaldi"/, 'Vivaldi'],
  [/"Brave"/, 'Brave'],
  [/\bSamsungBrowser\/|"Samsung Internet"/, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Headless)?Chrome\/|\bCriOS\/|"Google Chrome"|"Chromium"/, 'Chrome'],
  [/\bVersion\/[\d.]+ .*Safari\//, 'Safari'],
  [/^curl\//, 'curl'],
]

const systems: readonly (readonly [RegExp, string])[] = [
  [/\biP(?:hone|ad|od)\b|"iOS"/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b|"Chrome OS"/, 'ChromeOS'],
  [/\bMacintosh\b|"macOS"/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]

/**
 * A readable name for what a browser says it is, such as "Firefox on Windows". It is made of names of ours
 * alone: anybody can write a user agent, and the name stands in a list and in the store.
 *
 * https://wicg.github.io/ua-client-hints/
 */
export function deviceName(headers: IncomingHttpHeaders): string {
  const said = (name: string) => String(headers[name] ?? '').slice(0, maxLength)
  const agent = said('user-agent')
  const named = find(browsers, agent)
  // Some browsers call themselves Chrome there, and by their own name in the hints.
  const hinted = named === undefined || named === 'Chrome'
  const browser = (hinted ? find(browsers, said('sec-ch-ua')) : undefined) ?? named
  const system = find(systems, agent) ?? find(systems, said('sec-ch-ua-platform'))
  return [browser, system].filter(Boolean).join(' on ') || 'Unknown device'
}

function find(table: readonly (readonly [RegExp, string])[], text: string): string | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1]
}

// What an operator may do without anybody's cookie: end sessions.

/**
 * Ends all sessions of one user, on every instance.
 *
 * @param user tenant and object id, GUIDs
 * @returns how many there were. @throws StoreError
 */
export async function endSessionsOfUser(
  config: Config,
  user: { tenantId: string; objectId: string },
): Promise<number> {
  const store = await openStore(config.storeUrl, Date.now)
  try {
    const indexes = createIndexEntries(config.sessionKeys)
    const summaries = createSummaries(config.sessionKeys)
    // Nothing of this process is in anybody's memory: deleting the records is all there is to do.
    const endAll = async (ids: readonly string[]) => {
      for (const id of ids) await store.sessions.remove(id)
    }
    return await createEnds(store.sessions, { endAll }, indexes, summaries, config.session).endAll(
      user,
    )
  } finally {
    await store.close()
  }
}
