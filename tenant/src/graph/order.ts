/** `$orderby`. A tenant of 100 000 takes a while to sort, so each order is worked out once. */

import type { TenantUser } from '../directory/user.ts'
import { unsupportedQuery } from './errors.ts'

const sortable = ['displayName', 'userPrincipalName', 'givenName', 'surname', 'mail'] as const

type Sortable = (typeof sortable)[number]

const collator = new Intl.Collator('en')
const cache = new WeakMap<readonly TenantUser[], Map<Sortable | undefined, Uint32Array>>()

/**
 * The places of the users in this order.
 *
 * @throws GraphError 400
 */
export function placesInOrder(
  users: readonly TenantUser[],
  orderBy: string | undefined,
): Uint32Array {
  if (orderBy === undefined) return ascending(users, undefined)
  const [, name, direction = 'asc'] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(orderBy) ?? []
  const property = sortable.find((candidate) => candidate === name)
  if (!property) throw unsupportedQuery('Sorting not supported for current query.')
  const sorted = ascending(users, property)
  return direction.toLowerCase() === 'desc' ? sorted.toReversed() : sorted
}

/** Works out the usual orders beforehand, so that nobody waits for them. */
export function prepareOrders(users: readonly TenantUser[]): void {
  ascending(users, 'displayName')
  ascending(users, 'userPrincipalName')
}

function ascending(users: readonly TenantUser[], property: Sortable | undefined): Uint32Array {
  const orders = cache.get(users) ?? new Map<Sortable | undefined, Uint32Array>()
  cache.set(users, orders)
  const known = orders.get(property)
  if (known) return known
  const places = Uint32Array.from(users, (_, place) => place)
  if (property) {
    const values = users.map((user) => user[property] ?? '')
    places.sort((a, b) => collator.compare(values[a] ?? '', values[b] ?? '') || a - b)
  }
  orders.set(property, places)
  return places
}
