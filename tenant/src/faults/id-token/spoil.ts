/** What the variants start from, and the two ways that most of them go: other claims, or other bytes, signed well. */

import { signRs256 } from '../../keys/compact.ts'
import type { KeyRing } from '../../keys/key-ring.ts'

export type Claims = Record<string, unknown>

export interface TokenToSpoil {
  header: Record<string, unknown>
  claims: Claims
  keys: KeyRing
}

/** Null and undefined stand for themselves: what the token endpoint sends in the token's place. */
export type Spoil = (token: TokenToSpoil) => string | null | undefined

/** A patch of the claims; undefined takes one away. */
export function claims(patch: (good: Claims) => Claims): Spoil {
  return payload((good) => JSON.stringify({ ...good, ...patch(good) }))
}

/** Other bytes for the payload. */
export function payload(make: (good: Claims) => string | Buffer): Spoil {
  return (token) =>
    signRs256(
      { header: token.header, payload: make(token.claims) },
      token.keys.current().privateKey,
    )
}

/** The token as it would have been. */
export const good: Spoil = claims(() => ({}))
