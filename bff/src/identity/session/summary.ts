/** What a user's other sessions may see of one: on which device, and when. Sealed by the server for that user. */
import { createSecretKey, type KeyObject } from 'node:crypto'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { deriveKey, seal, unseal } from '../store/seal.ts'

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

export interface UserSummaries {
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
