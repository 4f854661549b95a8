/** How Graph is asked for a list of users. */
import { type Static, Type } from 'typebox'

/** A list: what is searched for, and in which order. */
export const List = Type.Object({
  search: Type.Optional(Type.String()),
  sort: Type.Optional(Type.String()),
  /** Users per page. */
  top: Type.Integer(),
})

export type List = Static<typeof List>

export const users = '/users'

/** Graph accepts $count and $search, its advanced queries, with this header only. */
export const advanced = { consistencylevel: 'eventual' } as const

/** The properties of a user that the API gives. */
export const properties = 'id,displayName,givenName,surname,mail,userPrincipalName'

export function graphQuery({ search, sort, top }: List, $select = properties) {
  return {
    $select,
    $top: String(top),
    $count: 'true',
    ...(search && { $search: searchClause(search) }),
    ...(sort && { $orderby: sort === '-name' ? 'displayName desc' : 'displayName' }),
  }
}

/** Graph's $search: quoted clauses; a quote or backslash inside is escaped (advanced queries, Microsoft). */
function searchClause(text: string): string {
  const escaped = text.replace(/["\\]/g, String.raw`\$&`)
  const searched = ['displayName', 'userPrincipalName', 'mail']
  return searched.map((property) => `"${property}:${escaped}"`).join(' OR ')
}
