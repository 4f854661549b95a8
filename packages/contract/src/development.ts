import { Type, type Static } from 'typebox'

/** The app as it is configured, and what the tenant does just now; in development on this machine only. */
export const Development = Type.Object({
  /** A tenant id, or `organizations`. */
  tenant: Type.String(),
  clientId: Type.String(),
  redirectUri: Type.String(),
  /** Where the redirect URI is registered: a page of the portal, or of the tenant on this machine. */
  registrationUrl: Type.String(),
  /** The failures that are turned on at the tenant on this machine; absent if it was not asked, or did not answer. */
  scenarios: Type.Optional(Type.Array(Type.Object({ id: Type.String(), title: Type.String() }))),
  /** The session cookie of this request; absent if it has none. */
  cookie: Type.Optional(
    Type.Object({
      name: Type.String(),
      /** The length of name and value. */
      bytes: Type.Integer(),
    }),
  ),
})

export type Development = Static<typeof Development>
