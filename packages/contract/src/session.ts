import { Type, type Static } from 'typebox'

/** All times are ISO 8601 in UTC; `now` is the server's clock, so that a wrong client clock changes nothing. */
const Time = Type.String({ format: 'date-time' })

export const SignedOut = Type.Object({
  signedIn: Type.Literal(false),
  now: Time,
})

export const SignedIn = Type.Object({
  signedIn: Type.Literal(true),
  user: Type.Object({
    name: Type.String(),
    username: Type.String(),
    objectId: Type.String(),
    /** App roles from the ID token. */
    roles: Type.Array(Type.String()),
  }),
  tenantId: Type.String(),
  /** Whether the built-in tenant signed the user in: nothing about this person is real. */
  localTenant: Type.Boolean(),
  startedAt: Time,
  /** When the session ends if nothing happens until then. */
  expiresAt: Time,
  /** When the session ends whatever happens. */
  absoluteExpiresAt: Time,
  now: Time,
})

export const Session = Type.Union([SignedOut, SignedIn])

export type SignedIn = Static<typeof SignedIn>
export type Session = Static<typeof Session>
