/** The envelopes of lists and single objects. */

import type { World } from '../../world.ts'
import { badRequest } from '../errors.ts'
import { parseCount, parseOptions, parseTop } from '../query.ts'
import { parseWhere } from './where.ts'

type Row = Readonly<Record<string, unknown>>

export interface Collection {
  /** As it stands in the address: `applications`. */
  name: string
  /** `application` */
  type: string
  filterable: readonly string[]
}

/** @throws GraphError 400 for options that cannot be followed */
export function listAnswer(
  world: World,
  collection: Collection,
  rows: readonly Row[],
  url: string,
) {
  const options = parseOptions(url)
  const top = parseTop(options.$top)
  const select = selected(options.$select)
  const fits =
    options.$filter === undefined
      ? () => true
      : parseWhere(options.$filter, collection.type, collection.filterable)
  const found = rows.filter(fits)
  const start = options.$skiptoken === undefined ? 0 : openToken(world, options.$skiptoken)
  const end = start + top
  return {
    '@odata.context': context(world, collection.name, select),
    ...(parseCount(options.$count) && start === 0 ? { '@odata.count': found.length } : {}),
    ...(end < found.length ? { '@odata.nextLink': nextLink(world, collection, options, end) } : {}),
    value: found.slice(start, end).map((row) => pick(row, select, collection.type)),
  }
}

export function objectAnswer(world: World, collection: Collection, row: Row, url: string) {
  const select = selected(parseOptions(url).$select)
  return {
    '@odata.context': `${context(world, collection.name, select)}/$entity`,
    ...pick(row, select, collection.type),
  }
}

/** The properties of `$select`, or undefined for the usual ones. */
export function selected(text: string | undefined): string[] | undefined {
  return text?.split(',').map((name) => name.trim())
}

function pick(row: Row, select: readonly string[] | undefined, type: string): Row {
  if (!select) return row
  return Object.fromEntries(
    select.map((name) => {
      if (name in row) return [name, row[name]]
      throw badRequest(
        `Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`,
      )
    }),
  )
}

function context(world: World, name: string, select: readonly string[] | undefined): string {
  return `${world.origin}/v1.0/$metadata#${name}${select ? `(${select.join(',')})` : ''}`
}

const purpose = 'object_skiptoken'

function nextLink(
  world: World,
  { name }: Collection,
  options: Readonly<Record<string, string>>,
  start: number,
): string {
  const next = { ...options, $skiptoken: world.seal.seal(purpose, { start }) }
  const query = Object.entries(next).map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
  return `${world.origin}/v1.0/${name}?${query.join('&')}`
}

function openToken(world: World, token: string): number {
  const opened = world.seal.open(purpose, token)
  if (typeof opened === 'object' && opened !== null && 'start' in opened)
    return Number(opened.start)
  throw badRequest('Skip token is malformed.')
}
