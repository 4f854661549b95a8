/** `$orderby`. A tenant of 100 000 takes a while to sort, so each order is worked out once. */

import type { TenantUser } from '../directory/user.ts'
import { unsupportedQuery } from './errors.ts'

const sortable = ['displayName', 'userPrincipalName', 'givenName', 'surname', 'mail'] as const

type Sortable = (typeof sortable)[number]

const collator = new Intl.Collator('en')
const cache = new WeakMap<readonly TenantUser[], Map<Sortable, readonly TenantUser[]>>()

/** @throws GraphError 400 */
export function inOrder(
  users: readonly TenantUser[],
  orderBy: string | undefined,
): readonly TenantUser[] {
  if (orderBy === undefined) return users
  const [, name, direction = 'asc'] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(orderBy) ?? []
  const property = sortable.find((candidate) => candidate === name)
  if (!property) throw unsupportedQuery('Sorting not supported for current query.')
  const sorted = ascending(users, property)
  return direction.toLowerCase() === 'desc' ? sorted.toReversed() : sorted
}

function ascending(users: readonly TenantUser[], property: Sortable): readonly TenantUser[] {
  const orders = cache.get(users) ?? new Map<Sortable, readonly TenantUser[]>()
  cache.set(users, orders)
  const sorted =
    orders.get(property) ??
    users.toSorted((a, b) => collator.compare(a[property] ?? '', b[property] ?? ''))
  orders.set(property, sorted)
  return sorted
}
