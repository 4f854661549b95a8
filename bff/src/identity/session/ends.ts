/** Every way to end a session that is not one's own at this browser. */
import type { IndexEntries } from './index-entries.ts'
import type { Sessions } from './sessions.ts'
import type { SessionStore, StoredRecord } from '../store/store.ts'
import type { Summaries, Summary } from './summary.ts'

/** A user's key: tenant and object id. */
export interface UserKey {
  tenantId: string
  objectId: string
}

export interface OwnSession extends Summary {
  /** What the session is called outside; it opens nothing. */
  handle: string
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
  sessions: Pick<Sessions, 'end'>,
  indexes: IndexEntries,
  summaries: Summaries,
): Ends {
  async function findAll(entries: string[]): Promise<StoredRecord[]> {
    return (await Promise.all(entries.map((entry) => store.find(entry)))).flat()
  }

  async function endEach(ids: string[]): Promise<number> {
    await Promise.all(ids.map((id) => sessions.end(id)))
    return ids.length
  }

  return {
    list: async ({ tenantId, objectId }) => {
      const found = await findAll(indexes.ofUser(tenantId, objectId))
      const own = found.flatMap(({ id, summary }) => {
        const opened = summaries.open(summary, { id, tenantId, objectId })
        return opened ? [{ ...opened, id, handle: indexes.handleOf(id) }] : []
      })
      return own.toSorted((a, b) => b.seenAt - a.seenAt)
    },
    endAll: async ({ tenantId, objectId }, exceptId) => {
      const found = await findAll(indexes.ofUser(tenantId, objectId))
      return endEach(found.map(({ id }) => id).filter((id) => id !== exceptId))
    },
    endEntraSession: async (sid) => {
      const found = await findAll(indexes.ofEntraSession(sid))
      return endEach(found.map(({ id }) => id))
    },
  }
}
