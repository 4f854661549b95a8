import { Type, type Static } from 'typebox'

// A list of types, not a union: the serialiser need not find the branch that fits.
const OrNull = Type.Unsafe<string | null>({ type: ['string', 'null'] })

/** The properties that the least privileged scope, `User.ReadBasic.All`, allows. */
export const DirectoryUser = Type.Object({
  id: Type.String(),
  displayName: OrNull,
  givenName: OrNull,
  surname: OrNull,
  mail: OrNull,
  userPrincipalName: Type.String(),
})

export const Users = Type.Object({
  users: Type.Array(DirectoryUser),
  /** How many users match in the whole tenant; null if Graph did not say. */
  total: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
  /** The `cursor` of the next page; null on the last one. It is opaque, and valid in this session only. */
  next: OrNull,
})

/** The query of `GET /api/users`. */
export const UsersQuery = Type.Object(
  {
    search: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    sort: Type.Optional(Type.Union([Type.Literal('name'), Type.Literal('-name')])),
    /** Users per page; five by default, like Microsoft's sample. */
    top: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 5 })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    /** The number of a page, from 1, in place of the cursor of the one before it. A cursor beside it saves time. */
    page: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  },
  { additionalProperties: false },
)

export type DirectoryUser = Static<typeof DirectoryUser>
export type Users = Static<typeof Users>
export type UsersQuery = Static<typeof UsersQuery>
