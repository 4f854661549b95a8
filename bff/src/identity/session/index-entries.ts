/** Under what a session can be found without its cookie: keyed hashes, so that the store tells nobody which users it holds. */
import { createHmac } from 'node:crypto'
import { deriveKey } from '../store/seal.ts'

export interface IndexEntries {
  /** One entry a session key, the newest first: sessions from before a rotation are found as well. */
  ofUser(tenantId: string, objectId: string): string[]
  /** By Entra's `sid`, which is unique by itself: a front-channel call does not name the tenant. */
  ofEntraSession(sid: string): string[]
  /** What a session is called outside: it names one, and opens none. */
  handleOf(id: string): string
}

/** @param keys the session keys; the first one makes new entries */
export function createIndexEntries(keys: readonly Uint8Array[]): IndexEntries {
  const macKeys = keys.map((key) => deriveKey(key, 'index'))
  const [first = Buffer.alloc(0)] = macKeys
  return {
    ofUser: (tenantId, objectId) =>
      macKeys.map((key) => mac(key, 'user', tenantId.toLowerCase(), objectId.toLowerCase())),
    ofEntraSession: (sid) => macKeys.map((key) => mac(key, 'entra-session', sid)),
    handleOf: (id) => mac(first, 'handle', id).slice(0, 22),
  }
}

function mac(key: Uint8Array, kind: string, ...parts: string[]): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([kind, ...parts]))
    .digest('base64url')
}
