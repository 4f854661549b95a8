import { Type, type Static } from 'typebox'

/** Where the user is signed in: their own sessions, the last used first. */
export const OwnSessions = Type.Object({
  sessions: Type.Array(
    Type.Object({
      /** Names the session for `DELETE /api/sessions/:id`; opens nothing. */
      id: Type.String(),
      /** Such as "Firefox on Windows", from what the browser said when it signed in. */
      device: Type.String(),
      startedAt: Type.String({ format: 'date-time' }),
      /** To the minute. */
      lastSeenAt: Type.String({ format: 'date-time' }),
      /** Whether it is the session that asks. */
      current: Type.Boolean(),
    }),
  ),
})

export type OwnSessions = Static<typeof OwnSessions>
