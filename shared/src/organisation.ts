import { Type, type Static } from 'typebox'

/** The organisation of the signed-in user. */
export const Organisation = Type.Object({
  tenantId: Type.String(),
  /** Its display name; null if Graph does not give it, for instance without the permission `User.Read`. */
  name: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
})

export type Organisation = Static<typeof Organisation>
