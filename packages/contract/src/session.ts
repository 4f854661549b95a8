import { Type, type Static } from 'typebox'

/** ISO 8601 in UTC. `now` is the server's clock: countdowns are right even if the browser's clock is wrong. */
const Time = Type.String({ format: 'date-time' })

/** Only in development on this machine: what leads a developer on. */
const ForDevelopers = Type.Optional(
  Type.Object({
    /** Whether the built-in tenant is in use, because the configuration names none. */
    localTenant: Type.Boolean(),
    /** The control page of a tenant on this machine; absent if the tenant is Microsoft's. */
    controlPage: Type.Optional(Type.String()),
  }),
)

/** The app runs on its developer's own machine: not in production, and opened at localhost. */
const Development = Type.Boolean()

export const SignedOut = Type.Object({
  signedIn: Type.Literal(false),
  /** The browser sent the cookie of a session that is over. Absent if it sent none. */
  ended: Type.Optional(Type.Literal(true)),
  /**
   * There is a session, and this request may not see it. `missing`: it is bound to a device, and the request does not
   * prove that it comes from there; the next one may. `unsupported`: this app has bound sessions only, and
   * this browser has not bound this one.
   */
  deviceProof: Type.Optional(Type.Union([Type.Literal('missing'), Type.Literal('unsupported')])),
  development: Development,
  developer: ForDevelopers,
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
  /** Whether the built-in tenant signed the user in, so that the account is not real. */
  localTenant: Type.Boolean(),
  development: Development,
  developer: ForDevelopers,
  /** Whether the session is bound to a key that does not leave this device (W3C DBSC). */
  deviceBound: Type.Boolean(),
  /** A request for `GET /api/session` would let the browser bind the session now. Absent if not. */
  deviceOffer: Type.Optional(Type.Literal(true)),
  startedAt: Time,
  /** How long the session lasts without activity. */
  idleSeconds: Type.Integer(),
  /** When the session ends without activity. */
  expiresAt: Time,
  /** When the session ends in any case. */
  absoluteExpiresAt: Time,
  now: Time,
})

export const Session = Type.Union([SignedOut, SignedIn])

export type SignedOut = Static<typeof SignedOut>
export type SignedIn = Static<typeof SignedIn>
export type Session = Static<typeof Session>
