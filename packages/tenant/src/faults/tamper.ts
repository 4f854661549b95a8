/** What makes a bad ID token: the draft that it starts from, and functions that change the claims or the bytes. */

import { signRs256, type KeyRing } from '../keys.ts'

export type Claims = Record<string, unknown>

export interface TokenDraft {
  header: Record<string, unknown>
  claims: Claims
  /** Seconds since the epoch. `iat` and `nbf` are earlier than this. */
  issuedAt: number
  keys: KeyRing
}

/** Makes what the token endpoint sends as the ID token: a string, `null`, or nothing. */
export type Tamper = (draft: TokenDraft) => string | null | undefined

/** Changes claims and signs the result well; undefined removes a claim. */
export function withClaims(patch: (good: Claims, issuedAt: number) => Claims): Tamper {
  return withPayload((good, issuedAt) => JSON.stringify({ ...good, ...patch(good, issuedAt) }))
}

/** Makes the payload's bytes and signs them well. */
export function withPayload(make: (good: Claims, issuedAt: number) => string | Buffer): Tamper {
  return ({ header, claims, issuedAt, keys }) =>
    signRs256({ header, payload: make(claims, issuedAt) }, keys.current().privateKey)
}

/** The token without a change. */
export const untampered: Tamper = withClaims(() => ({}))
