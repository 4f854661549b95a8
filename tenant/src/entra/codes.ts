/** Authorization codes: ten minutes, one use, bound to what was asked for. */

import { randomBytes } from 'node:crypto'
import { createBoundedMap } from '../bounded-map.ts'

/** What a user has granted to a client. */
export interface Grant {
  clientId: string
  userId: string
  scopes: readonly string[]
  sid: string
  /** Ms since the epoch. */
  authenticatedAt: number
  /** The user's `revocations` when it was granted. */
  revocations: number
  /** Authentication contexts that the user has satisfied for it: `acrs`. */
  contexts: readonly string[]
}

export interface CodeGrant extends Grant {
  redirectUri: string
  nonce: string | undefined
  challenge: { value: string; method: 'S256' | 'plain' } | undefined
  handlesChallenges: boolean
  /** Ms since the epoch. */
  expiresAt: number
  used: boolean
}

export interface Codes {
  issue(grant: Omit<CodeGrant, 'expiresAt' | 'used'>, now: number): string
  find(code: string): CodeGrant | undefined
}

const lifetime = 10 * 60_000
const codeLimit = 20_000

export function createCodes(): Codes {
  const codes = createBoundedMap<CodeGrant>(codeLimit)
  return {
    issue(grant, now) {
      // About as long as Entra's, and in its form.
      const code = `1.A${randomBytes(480).toString('base64url')}`
      codes.set(code, { ...grant, expiresAt: now + lifetime, used: false })
      return code
    },
    find: (code) => codes.get(code),
  }
}
