import { Type, type Static } from 'typebox'

/** The user's own sessions, the last used first. */
export const OwnSessions = Type.Object({
  sessions: Type.Array(
    Type.Object({
      /** Names the session for `DELETE /api/sessions/:id`. It gives no access. */
      id: Type.String(),
      /** Such as "Firefox on Windows", from the browser's headers at the sign-in. */
      device: Type.String(),
      /** The IP address of the sign-in. Not there if it is not known, behind a proxy that is not trusted for instance. */
      address: Type.Optional(Type.String()),
      /** How the user signed in, if Entra said so: the claim `amr`, such as "pwd" and "mfa". */
      methods: Type.Optional(Type.Array(Type.String())),
      startedAt: Type.String({ format: 'date-time' }),
      /** To the minute. */
      lastSeenAt: Type.String({ format: 'date-time' }),
      /** When it ends without further activity. */
      expiresAt: Type.String({ format: 'date-time' }),
      /** Whether it is the session of this request. */
      current: Type.Boolean(),
      /** Whether it is bound to a key that does not leave its device. */
      deviceBound: Type.Boolean(),
      /**
       * It is over, and listed so that its user learns why: its cookie was used from elsewhere. `DELETE` takes it off
       * the list. Absent for a session that lives.
       */
      ended: Type.Optional(
        Type.Object({
          reason: Type.Literal('theft_suspected'),
          at: Type.String({ format: 'date-time' }),
        }),
      ),
    }),
  ),
})

export type OwnSessions = Static<typeof OwnSessions>

/** The parameter of `DELETE /api/sessions/:id`: the `id` of one of them. */
export const SessionParams = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }) })
