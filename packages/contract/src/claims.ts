import { Type, type Static } from 'typebox'

/** `passed`: the server made this check, and it succeeded. `not_made`: the server did not make it. */
export const CheckResult = Type.Union([Type.Literal('passed'), Type.Literal('not_made')])

export const Claims = Type.Object({
  /** All claims of the ID token, unchanged. Claims are an open set, so no other schema passes all of them. */
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
