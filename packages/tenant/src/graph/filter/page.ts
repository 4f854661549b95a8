/** One page of a list of directory objects: what a query finds, its count, and where the next page begins. */

import type { TenantState } from '../../tenant-state.ts'
import { badRequest } from '../errors.ts'
import { parseTop, type Query } from '../query.ts'
import { compileFilter } from './compile.ts'
import type { EntityType } from './entity.ts'
import { placesInOrder } from './order.ts'
import { search } from './search.ts'

export interface Page<T> {
  objects: T[]
  /** Of all pages; on the first one only, and only if the query counts. */
  count: number | undefined
  nextLink: string | undefined
}

/**
 * @param address of the list, absolute, without a query
 * @throws GraphError 400
 */
export function pageOf<T>(
  tenant: TenantState,
  type: EntityType<T>,
  objects: readonly T[],
  query: Query,
  address: string,
): Page<T> {
  const { options } = query
  const top = parseTop(options.$top)
  const start = options.$skiptoken === undefined ? 0 : openToken(tenant, options.$skiptoken)
  const end = start + top
  // Only on the first page: https://learn.microsoft.com/graph/aad-advanced-queries
  const counts = query.counts && start === 0
  // One more than the page shows that there is a next one.
  const { found, total } = find(type, objects, query, counts ? Infinity : end + 1)
  return {
    objects: found.slice(start, end),
    count: counts ? total : undefined,
    nextLink: end < total ? nextLink(tenant, address, options, end) : undefined,
  }
}

/** The number of objects that a query finds. */
export function countOf<T>(type: EntityType<T>, objects: readonly T[], query: Query): number {
  return find(type, objects, query, Infinity).total
}

/** @param limit find at most so many */
function find<T>(type: EntityType<T>, objects: readonly T[], query: Query, limit: number) {
  const { $filter, $search, $orderby } = query.options
  const { isAdvanced } = query
  const hasFilter = $filter !== undefined
  const fits = hasFilter ? compileFilter($filter, { type, isAdvanced }) : undefined
  const places = placesInOrder(type, objects, $orderby, { isAdvanced, hasFilter })
  const mask = $search === undefined ? undefined : search($search, type, objects)
  if (!fits && !mask && !places) return { found: objects, total: objects.length }
  const found: T[] = []
  for (let index = 0; index < objects.length && found.length < limit; index += 1) {
    const place = places?.[index] ?? index
    const object = objects[place]
    if (object !== undefined && mask?.[place] !== 0 && (!fits || fits(object))) found.push(object)
  }
  return { found, total: found.length }
}

const purpose = 'skiptoken'

function nextLink(
  tenant: TenantState,
  address: string,
  options: Query['options'],
  start: number,
): string {
  const next = { ...options, $skiptoken: tenant.seal.seal(purpose, { start }) }
  const query = Object.entries(next).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `${address}?${query.join('&')}`
}

function openToken(tenant: TenantState, token: string): number {
  const opened = tenant.seal.open(purpose, token)
  if (typeof opened === 'object' && opened !== null && 'start' in opened)
    return Number(opened.start)
  throw badRequest('Skip token is malformed.')
}
