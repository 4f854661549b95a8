import { Type, type Static } from 'typebox'

/** What support asks for about a failed sign-in: facts of the failure, and of the app. */
export const SignInProblem = Type.Object({
  /** Absent if the page was opened without a failure of this app. */
  failure: Type.Optional(
    Type.Object({
      /** When it failed: ISO 8601 in UTC. */
      at: Type.String({ format: 'date-time' }),
      /** Microsoft's number, such as `AADSTS50105`. */
      aadsts: Type.Optional(Type.String()),
      /** Microsoft's ids of the request. Its sign-in logs are searched by them. */
      correlationId: Type.Optional(Type.String()),
      traceId: Type.Optional(Type.String()),
      /** Who can mend it, how, and at which page of the Entra admin center. */
      who: Type.Optional(Type.Enum(['user', 'administrator', 'developer', 'microsoft'])),
      fix: Type.Optional(Type.String()),
      portal: Type.Optional(Type.String()),
      /** In development only: what failed, in one sentence, and the key or the variable to look at. */
      cause: Type.Optional(Type.String()),
      setting: Type.Optional(Type.String()),
    }),
  ),
  /** The app registration, as every authorization request names it. */
  clientId: Type.String(),
  tenant: Type.String(),
  permissions: Type.Array(Type.String()),
  /** Where an administrator approves the app for the whole organisation. */
  adminConsentUrl: Type.String(),
})

export type SignInProblem = Static<typeof SignInProblem>

/** The query of `GET /api/sign-in-problem`. `failure`: the sealed facts, from the address of the problem page. */
export const SignInProblemQuery = Type.Object({
  failure: Type.Optional(Type.String({ maxLength: 1024 })),
})

export type SignInProblemQuery = Static<typeof SignInProblemQuery>
