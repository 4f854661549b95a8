/** What a user's other sessions may see of one: on which device, and when. Sealed by the server for that user. */
import { createSecretKey } from 'node:crypto'
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
  seal(summary: Summary, owner: SummaryOwner): Buffer
  open(sealed: Uint8Array, owner: SummaryOwner): Summary | undefined
}

/** Whose session it is, and which: a summary moved to another one does not open. */
export interface SummaryOwner {
  id: string
  tenantId: string
  objectId: string
}

/** @param keys the session keys; the first one seals, all of them open */
export function createSummaries(keys: readonly Uint8Array[]): Summaries {
  return {
    seal: (summary, owner) =>
      seal(Buffer.from(JSON.stringify(summary)), secrets(keys[0] ?? Buffer.alloc(0), owner)),
    open: (sealed, owner) => {
      for (const key of keys) {
        const plain = unseal(sealed, secrets(key, owner))
        if (plain === undefined) continue
        const value: unknown = JSON.parse(plain.toString('utf8'))
        return validator.Check(value) ? value : undefined
      }
      return undefined
    },
  }
}

function secrets(key: Uint8Array, { id, tenantId, objectId }: SummaryOwner) {
  return { id, sealKey: createSecretKey(deriveKey(key, `summary ${tenantId} ${objectId}`)) }
}
