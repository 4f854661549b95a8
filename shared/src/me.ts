import { Type, type Static } from 'typebox'

/** The signed-in user, from the verified ID token. */
export const Me = Type.Object({
  name: Type.String(),
  username: Type.String(),
  /** The user's key, together with `tenantId`. A name or an e-mail address is no key. */
  objectId: Type.String(),
  tenantId: Type.String(),
  /** The address of the user's photo; it answers 404 if there is none. */
  photoUrl: Type.String(),
  /** App roles from the ID token. */
  roles: Type.Array(Type.String()),
  /** The ID token says that the user is a guest of this tenant. False if it does not say. */
  guest: Type.Boolean(),
})

export type Me = Static<typeof Me>
