import { Type, type Static } from 'typebox'

/** Who is signed in, from the verified ID token. */
export const Me = Type.Object({
  name: Type.String(),
  username: Type.String(),
  /** The user's key, together with `tenantId`. Never use a name or an e-mail address for that. */
  objectId: Type.String(),
  tenantId: Type.String(),
  /** Where the user's own photo is; 404 there for somebody without one. */
  photoUrl: Type.String(),
  /** App roles from the ID token. */
  roles: Type.Array(Type.String()),
})

export type Me = Static<typeof Me>
