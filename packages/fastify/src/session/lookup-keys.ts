/**
 * What the server knows of a session without its cookie: the keys that find it, and a sealed label for its
 * user's list. Lookup keys are keyed hashes, so the store does not reveal which users it holds.
 */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { deriveKey, seal, unseal } from '../store/seal.ts'
import type { UserKey } from './record.ts'

export type LookupKeys = ReturnType<typeof createLookupKeys>

/**
 * Each list has one entry per session key. All of them are written and all are looked for, so instances
 * whose lists have one session key in common find each other's sessions.
 *
 * @param keys the session keys, the newest first
 */
export function createLookupKeys(keys: readonly Uint8Array[]) {
  let macKeys: KeyObject[] = []
  let keyIds: string[] = []

  function replaceKeys(newKeys: readonly Uint8Array[]): void {
    macKeys = newKeys.map((key) => createSecretKey(deriveKey(key, 'index')))
    keyIds = macKeys.map((key) => mac(key, 'key').slice(0, 8))
  }

  replaceKeys(keys)
  return {
    replaceKeys,
    /** Names of the session keys that entries and labels were written with. They reveal nothing of the keys. */
    keyIds: (): readonly string[] => keyIds,
    ofUser: (tenantId: string, objectId: string): string[] =>
      macKeys.map((key) => mac(key, 'user', tenantId.toLowerCase(), objectId.toLowerCase())),
    /** By Entra's `sid`, which is unique by itself: a front-channel call does not name the tenant. */
    ofEntraSession: (sid: string): string[] => macKeys.map((key) => mac(key, 'entra-session', sid)),
    /** A session's names outside. A name does not open the session. */
    publicIdsOf: (id: string): string[] =>
      macKeys.map((key) => mac(key, 'handle', id).slice(0, 22)),
  }
}

/** Raw bytes in place of a key object would take six times as long. */
function mac(key: KeyObject, kind: string, ...parts: string[]): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([kind, ...parts]))
    .digest('base64url')
}

const SessionLabelSchema = Type.Object({
  device: Type.String(),
  startedAt: Type.Number(),
  seenAt: Type.Number(),
  address: Type.Optional(Type.String()),
  methods: Type.Optional(Type.Array(Type.String())),
  deviceBound: Type.Optional(Type.Literal(true)),
  /** It is over, and stays in the list as a notice. */
  theftSuspectedAt: Type.Optional(Type.Number()),
})

/** What a user's other sessions may see of one. Moments in ms since the epoch. */
export type SessionLabel = Static<typeof SessionLabelSchema>

const validator = Compile(SessionLabelSchema)

export type SessionLabels = ReturnType<typeof createSessionLabels>

/**
 * Seals labels for one user. Each session key seals, so any key that is left after a rotation opens.
 *
 * @param keys the session keys
 */
export function createSessionLabels(keys: readonly Uint8Array[]) {
  let current = keys
  return {
    replaceKeys: (newKeys: readonly Uint8Array[]): void => {
      current = newKeys
    },
    /** The labels of one user's sessions. Keys are derived once for all of them. */
    ofUser: ({ tenantId, objectId }: UserKey) => {
      const sealKeys = current.map((key) =>
        createSecretKey(deriveKey(key, `summary ${tenantId} ${objectId}`)),
      )
      return {
        /** @param id the session's: a label that was moved to another session does not open */
        seal: (id: string, label: SessionLabel): Buffer => {
          const plain = Buffer.from(JSON.stringify(label))
          const sealed = sealKeys.map((sealKey) => seal(plain, { id, sealKey }))
          return Buffer.concat(sealed.flatMap((part) => [lengthOf(part), part]))
        },
        open: (id: string, sealed: Uint8Array): SessionLabel | undefined => {
          // The whole as well: in earlier records, a label has one part without a length.
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
