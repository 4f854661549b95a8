/** The sessions of one user, or of one session at Entra: lists them and ends them, without their cookies. */
import { randomBytes } from 'node:crypto'
import type { Config } from '../config/index.ts'
import { createStoreAccess } from '../entra/index.ts'
import { missingFile, openStore } from '../store/index.ts'
import { type FoundRecord, type SessionStore, StoreError } from '../store/store.ts'
import {
  createLookupKeys,
  createSessionLabels,
  type LookupKeys,
  type SessionLabel,
  type SessionLabels,
} from './lookup-keys.ts'
import { type Lifetimes, touchEveryMs, type UserKey } from './record.ts'

/**
 * Sessions of one user at a time; beyond, the ones that would end first end. People have a handful. A
 * script that signs in every minute must not make the list, or its end, slow for all users.
 */
export const maxSessionsPerUser = 100

/** How long the notice of a session that was ended as stolen stays in its user's list, ms. */
const noticeMs = 7 * 24 * 60 * 60_000

interface OwnSession extends SessionLabel {
  /** The session's names outside; none of them opens it. The first is shown, each is accepted. */
  publicIds: string[]
  /** The record's id, for the server alone. */
  id: string
}

interface UserSessionsOptions {
  store: SessionStore
  lookupKeys: LookupKeys
  labels: SessionLabels
  lifetimes: Lifetimes
  /** Ends sessions by their records' ids. @throws StoreError */
  end: (ids: readonly string[]) => Promise<void>
}

export class UserSessions {
  readonly #options: UserSessionsOptions

  constructor(options: UserSessionsOptions) {
    this.#options = options
  }

  /** A user's live sessions, the last used first. @throws StoreError */
  async list(user: UserKey): Promise<OwnSession[]> {
    const { labels, lifetimes, lookupKeys } = this.#options
    const opener = labels.ofUser(user)
    const own = (await this.#find(user)).map((found) => ({
      ...(opener.open(found.id, found.label) ?? unknownLabel(found, lifetimes)),
      id: found.id,
      publicIds: lookupKeys.publicIdsOf(found.id),
    }))
    return own.toSorted((a, b) => b.seenAt - a.seenAt)
  }

  /** Ends all sessions of a user but one. Notices stay. @returns how many ended. @throws StoreError */
  async endAll(user: UserKey, exceptId?: string): Promise<number> {
    const found = (await this.#find(user)).filter(({ id }) => id !== exceptId)
    const isNotice = this.#noticesOf(user)
    return this.#end(found.filter((one) => !isNotice(one)))
  }

  #noticesOf(user: UserKey): (found: FoundRecord) => boolean {
    const opener = this.#options.labels.ofUser(user)
    return ({ id, label }) => opener.open(id, label)?.theftSuspectedAt !== undefined
  }

  /**
   * Leaves a notice in a user's list, in place of a session that was ended as stolen. No cookie opens it.
   *
   * @param label what the list said of the session. @throws StoreError
   */
  async leaveNotice(user: UserKey, label: SessionLabel, at: number): Promise<void> {
    const { labels, lookupKeys, store } = this.#options
    const id = randomBytes(32).toString('base64url')
    const notice = labels.ofUser(user).seal(id, { ...label, theftSuspectedAt: at })
    const expiresAt = at + noticeMs
    await store.create(
      { id, version: 1, sealed: Buffer.of(0), label: notice, expiresAt },
      { entries: lookupKeys.ofUser(user.tenantId, user.objectId), lastsUntil: expiresAt },
    )
  }

  /**
   * Ends what a user has beyond the limit: notices first, which last longer than sessions.
   *
   * @param newestId the session that has just started, and stays
   * @returns how many. @throws StoreError
   */
  async endSurplus(user: UserKey, newestId: string): Promise<number> {
    const others = (await this.#find(user)).filter(({ id }) => id !== newestId)
    if (others.length < maxSessionsPerUser) return 0
    const lastingLongestFirst = others.toSorted((a, b) => b.expiresAt - a.expiresAt)
    const isNotice = this.#noticesOf(user)
    const sessionsFirst = [
      ...lastingLongestFirst.filter((one) => !isNotice(one)),
      ...lastingLongestFirst.filter(isNotice),
    ]
    return this.#end(sessionsFirst.slice(maxSessionsPerUser - 1))
  }

  /** Ends the sessions of one session at Entra. @returns how many. @throws StoreError */
  async endEntraSession(sid: string): Promise<number> {
    const { lookupKeys, store } = this.#options
    return this.#end(await findRecords(store, lookupKeys.ofEntraSession(sid)))
  }

  #find({ tenantId, objectId }: UserKey): Promise<FoundRecord[]> {
    const { lookupKeys, store } = this.#options
    return findRecords(store, lookupKeys.ofUser(tenantId, objectId))
  }

  async #end(found: FoundRecord[]): Promise<number> {
    if (found.length > 0) await this.#options.end(found.map(({ id }) => id))
    return found.length
  }
}

/** The live records under any of these keys, each once. @throws StoreError */
async function findRecords(store: SessionStore, keys: readonly string[]): Promise<FoundRecord[]> {
  const found = (await Promise.all(keys.map((key) => store.find(key)))).flat()
  return [...new Map(found.map((record) => [record.id, record])).values()]
}

/**
 * A session whose label was sealed by a key that is gone is listed and can be ended. Its own next request
 * writes a new label; until then its times are counted back from its end.
 */
function unknownLabel(found: FoundRecord, lifetimes: Lifetimes): SessionLabel {
  const startedAt = found.lastsUntil - lifetimes.absoluteMs
  const seenAt = found.expiresAt - lifetimes.idleMs - touchEveryMs(lifetimes)
  return { device: 'Unknown device', startedAt, seenAt }
}

/**
 * Ends all sessions of one user on every instance: for an operator, outside of the back end's process.
 *
 * @param user tenant and object id, GUIDs
 * @returns how many there were. @throws StoreError, also if the file of the store is not there
 */
export async function endSessionsOfUser(config: Config, user: UserKey): Promise<number> {
  const missing = missingFile(config.storeUrl)
  // One that this made itself would have no sessions, and the user's would go on.
  if (missing !== undefined) {
    throw new StoreError(
      `No session was ended: there is no session store at ${missing}. Set STORE_URL, or DATA_DIR, as the server has it.`,
    )
  }
  const store = await openStore(
    config.storeUrl,
    Date.now,
    createStoreAccess(config, undefined, Date.now),
  )
  try {
    const userSessions = new UserSessions({
      store: store.sessions,
      lookupKeys: createLookupKeys(config.sessionKeys),
      labels: createSessionLabels(config.sessionKeys),
      lifetimes: config.session,
      // This process has no sessions in memory, so deleting the records is enough.
      end: async (ids) => {
        for (const id of ids) await store.sessions.remove(id)
      },
    })
    return await userSessions.endAll(user)
  } finally {
    await store.close()
  }
}
