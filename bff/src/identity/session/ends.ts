/** Every way to find a session, or to end it, that is not one's own at this browser. */
import type { IndexEntries } from './index-entries.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { Sessions } from './sessions.ts'
import type { FoundRecord, SessionStore } from '../store/store.ts'
import type { Summaries, Summary } from './summary.ts'

/** A user's key: tenant and object id. */
export interface UserKey {
  tenantId: string
  objectId: string
}

export interface OwnSession extends Summary {
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
