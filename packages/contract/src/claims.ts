import { Type, type Static } from 'typebox'

/** `passed`: the server made this check and it held. `not_made`: it was not made, and the page says so. */
export const CheckResult = Type.Union([Type.Literal('passed'), Type.Literal('not_made')])

export const Claims = Type.Object({
  /** The ID token's claims, as they came. Claims are an open set: this is the one place where they all pass. */
  claims: Type.Record(Type.String(), Type.Unknown()),
  checks: Type.Object({
    signature: CheckResult,
    issuer: CheckResult,
    audience: CheckResult,
    nonce: CheckResult,
    expiry: CheckResult,
  }),
  /** When the server received and validated the token, ISO 8601 UTC. */
  receivedAt: Type.String({ format: 'date-time' }),
})

export type CheckResult = Static<typeof CheckResult>
export type Claims = Static<typeof Claims>
