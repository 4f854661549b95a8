/** `$orderby` of directory objects. https://learn.microsoft.com/graph/aad-advanced-queries */

import { unsupportedQuery } from '../errors.ts'
import { queried, type EntityType } from './entity.ts'

const collator = new Intl.Collator('en')
/** Each order, because sorting 100 000 users takes a while. */
const cache = new WeakMap<readonly unknown[], Map<string, Uint32Array>>()

interface Scope {
  isAdvanced: boolean
  hasFilter: boolean
}

/**
 * The places of the objects in this order; undefined for the order in which they are.
 *
 * @throws GraphError 400 for a property that cannot be sorted by, or only in advanced queries
 */
export function placesInOrder<T>(
  type: EntityType<T>,
  objects: readonly T[],
  orderBy: string | undefined,
  { isAdvanced, hasFilter }: Scope,
): Uint32Array | undefined {
  if (orderBy === undefined) return undefined
  if (hasFilter && !isAdvanced) {
    throw unsupportedQuery('Sorting not supported for current query.')
  }
  const [, asked = '', direction = 'asc'] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(orderBy) ?? []
  const name = queried(type, asked) ?? asked
  const level = Object.hasOwn(type.sorts, name) ? type.sorts[name] : undefined
  if (level !== 'default' && !(level === 'advanced' && isAdvanced)) {
    throw unsupportedQuery(
      isAdvanced
        ? 'An unsupported property was specified.'
        : `Unsupported sort property '${asked || orderBy}' for '${type.resource}'.`,
    )
  }
  const sorted = ascending(type, objects, name)
  return direction.toLowerCase() === 'desc' ? sorted.toReversed() : sorted
}

/** Lists and complex values have no order, and no text to search. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function orderable(value: unknown): string | number {
  return typeof value === 'number' ? value : textOf(value)
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number'
    ? a - b
    : collator.compare(String(a), String(b))
}

export function ascending<T>(
  type: EntityType<T>,
  objects: readonly T[],
  name: string,
): Uint32Array {
  const orders = cache.get(objects) ?? new Map<string, Uint32Array>()
  cache.set(objects, orders)
  const known = orders.get(name)
  if (known) return known
  const places = Uint32Array.from(objects, (_, place) => place)
  const values = objects.map((object) => orderable(type.read(object, name)))
  places.sort((a, b) => compare(values[a] ?? '', values[b] ?? '') || a - b)
  orders.set(name, places)
  return places
}
