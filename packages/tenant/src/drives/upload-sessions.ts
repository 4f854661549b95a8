/** Uploads in several requests, until their last byte has come or their time is over. They end with the process. */

import { randomBytes } from 'node:crypto'
import type { Actor } from './drives.ts'

export type ConflictBehavior = 'fail' | 'replace' | 'rename'

export interface UploadSession {
  /** The secret part of the address: whoever has it may upload. */
  key: string
  ownerId: string
  /** The folder that the file comes into. */
  parentId: string
  name: string
  description: string | undefined
  conflict: ConflictBehavior
  by: Actor
  /** Waits for a request that says so, after the last byte. */
  isCommitDeferred: boolean
  parts: Buffer[]
  received: number
  /** As the first fragment says it. */
  total: number | undefined
  /** Ms since the epoch. */
  expiresAt: number
}

export interface UploadSessions {
  add(
    session: Omit<UploadSession, 'key' | 'parts' | 'received' | 'total' | 'expiresAt'>,
  ): UploadSession
  /** Undefined if there is none, or not any more. */
  get(key: string): UploadSession | undefined
  append(session: UploadSession, part: Buffer): void
  remove(session: UploadSession): void
  clear(): void
}

/** More at once are no client's: the oldest one ends. */
const mostSessions = 100

/** Decided: no page says how long they last; several days were seen, and a day is enough to resume an upload. */
const lifetime = 24 * 3_600_000

/** @param reserve counts the bytes that are kept; negative gives them back */
export function createUploadSessions(
  now: () => number,
  reserve: (bytes: number) => void,
): UploadSessions {
  const sessions = new Map<string, UploadSession>()
  function remove(session: UploadSession): void {
    if (sessions.delete(session.key)) reserve(-session.received)
  }
  function removeExpired(): void {
    for (const session of sessions.values()) if (session.expiresAt <= now()) remove(session)
  }
  return {
    add(given) {
      removeExpired()
      const [oldest] = sessions.values()
      if (oldest && sessions.size >= mostSessions) remove(oldest)
      const session: UploadSession = {
        ...given,
        key: randomBytes(24).toString('base64url'),
        parts: [],
        received: 0,
        total: undefined,
        expiresAt: now() + lifetime,
      }
      sessions.set(session.key, session)
      return session
    },
    get(key) {
      removeExpired()
      return sessions.get(key)
    },
    append(session, part) {
      session.parts.push(part)
      session.received += part.length
      reserve(part.length)
    },
    remove,
    clear() {
      for (const session of sessions.values()) remove(session)
    },
  }
}
