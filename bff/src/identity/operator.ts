/** What an operator may do without anybody's cookie: end sessions. */
import type { Config } from '../config/index.ts'
import { createEnds } from './session/ends.ts'
import { createIndexEntries } from './session/index-entries.ts'
import { createSummaries } from './session/summary.ts'
import { openStore } from './store/open.ts'

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
