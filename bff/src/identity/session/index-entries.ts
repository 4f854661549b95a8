/** Under what a session can be found without its cookie: keyed hashes, so that the store tells nobody which users it holds. */
import { createHmac } from 'node:crypto'
import { deriveKey } from '../store/seal.ts'

export interface IndexEntries {
  /** Names of the session keys: what entries and summaries were written for, without saying with what. */
  keyIds: readonly string[]
  /**
   * One entry a session key. All of them are written and all are looked for: instances with other lists,
   * of which one key is the same, find each other's sessions.
   */
  ofUser(tenantId: string, objectId: string): string[]
  /** By Entra's `sid`, which is unique by itself: a front-channel call does not name the tenant. */
  ofEntraSession(sid: string): string[]
  /** What a session is called outside: it names one, and opens none. One name a session key, the newest first. */
  handlesOf(id: string): string[]
}

/** @param keys the session keys */
export function createIndexEntries(keys: readonly Uint8Array[]): IndexEntries {
  const macKeys = keys.map((key) => deriveKey(key, 'index'))
  return {
    keyIds: macKeys.map((key) => mac(key, 'key').slice(0, 8)),
    ofUser: (tenantId, objectId) =>
      macKeys.map((key) => mac(key, 'user', tenantId.toLowerCase(), objectId.toLowerCase())),
    ofEntraSession: (sid) => macKeys.map((key) => mac(key, 'entra-session', sid)),
    handlesOf: (id) => macKeys.map((key) => mac(key, 'handle', id).slice(0, 22)),
  }
}

function mac(key: Uint8Array, kind: string, ...parts: string[]): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([kind, ...parts]))
    .digest('base64url')
}
