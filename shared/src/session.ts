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
  }),
  organisation: Type.Object({
    tenantId: Type.String(),
    name: Type.Union([Type.String(), Type.Null()]),
  }),
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
