/** Under what a session can be found without its cookie: keyed hashes, so that the store tells nobody which users it holds. */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { deriveKey, seal, unseal } from '../store/seal.ts'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'

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

// What a user's other sessions may see of one: on which device, and when. Sealed by the server for that user.

const SummarySchema = Type.Object({
  device: Type.String(),
  startedAt: Type.Number(),
  seenAt: Type.Number(),
})

/** Moments in ms since the epoch. */
export type Summary = Static<typeof SummarySchema>

const validator = Compile(SummarySchema)

export interface Summaries {
  /** The summaries of one user's sessions. Keys are derived once, however many there are. */
  ofUser(user: { tenantId: string; objectId: string }): UserSummaries
}

interface UserSummaries {
  /** @param id the session's: a summary that was moved to another one does not open */
  seal(id: string, summary: Summary): Buffer
  open(id: string, sealed: Uint8Array): Summary | undefined
}

/**
 * @param keys the session keys: each of them seals, so that whichever is left after a rotation opens
 */
export function createSummaries(keys: readonly Uint8Array[]): Summaries {
  return {
    ofUser: ({ tenantId, objectId }) => {
      const sealKeys = keys.map((key) =>
        createSecretKey(deriveKey(key, `summary ${tenantId} ${objectId}`)),
      )
      return {
        seal: (id, summary) => {
          const plain = Buffer.from(JSON.stringify(summary))
          const sealed = sealKeys.map((sealKey) => seal(plain, { id, sealKey }))
          return Buffer.concat(sealed.flatMap((part) => [lengthOf(part), part]))
        },
        open: (id, sealed) => {
          // The whole as well: before keys had a part each, it was one.
          const plain = [...partsOf(sealed), sealed]
            .map((part) => openWithAny(sealKeys, id, part))
            .find((opened) => opened !== undefined)
          if (plain === undefined) return undefined
          const value: unknown = JSON.parse(plain.toString('utf8'))
          return validator.Check(value) ? value : undefined
        },
      }
    },
  }
}

function openWithAny(sealKeys: KeyObject[], id: string, part: Uint8Array): Buffer | undefined {
  for (const sealKey of sealKeys) {
    const plain = unseal(part, { id, sealKey })
    if (plain !== undefined) return plain
  }
  return undefined
}

/** Each part has its length in front, two bytes. */
function lengthOf(part: Uint8Array): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(part.length)
  return bytes
}

function partsOf(sealed: Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(sealed)
  const parts: Uint8Array[] = []
  for (let at = 0; at + 2 <= bytes.length;) {
    const end = at + 2 + bytes.readUInt16BE(at)
    parts.push(bytes.subarray(at + 2, end))
    at = end
  }
  return parts
}
