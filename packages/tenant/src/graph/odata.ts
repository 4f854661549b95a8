/** Lists, single objects, keys, bodies and filters of directory objects, in OData's form. */

import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { graphOriginOf, type TenantState } from '../tenant-state.ts'
import { badBody, badRequest, invalidValue, unsupportedQuery } from './errors.ts'
import { parseCount, parseOptions, parseTop } from './query.ts'

type Row = Readonly<Record<string, unknown>>

export interface Collection {
  /** The name in the address: `applications`. */
  name: string
  /** `application` */
  type: string
  filterable: readonly string[]
}

/** @throws GraphError 400 for options that are not valid */
export function listAnswer(
  tenant: TenantState,
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
  const start = options.$skiptoken === undefined ? 0 : openToken(tenant, options.$skiptoken)
  const end = start + top
  return {
    '@odata.context': context(tenant, collection.name, select),
    ...(parseCount(options.$count) && start === 0 ? { '@odata.count': found.length } : {}),
    ...(end < found.length
      ? { '@odata.nextLink': nextLink(tenant, collection, options, end) }
      : {}),
    value: found.slice(start, end).map((row) => pick(row, select, collection.type)),
  }
}

export function objectAnswer(tenant: TenantState, collection: Collection, row: Row, url: string) {
  const select = selected(parseOptions(url).$select)
  return {
    '@odata.context': `${context(tenant, collection.name, select)}/$entity`,
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

function context(tenant: TenantState, name: string, select: readonly string[] | undefined): string {
  return `${graphOriginOf(tenant)}/v1.0/$metadata#${name}${select ? `(${select.join(',')})` : ''}`
}

const purpose = 'object_skiptoken'

function nextLink(
  tenant: TenantState,
  { name }: Collection,
  options: Readonly<Record<string, string>>,
  start: number,
): string {
  const next = { ...options, $skiptoken: tenant.seal.seal(purpose, { start }) }
  const query = Object.entries(next).map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
  return `${graphOriginOf(tenant)}/v1.0/${name}?${query.join('&')}`
}

function openToken(tenant: TenantState, token: string): number {
  const opened = tenant.seal.open(purpose, token)
  if (typeof opened === 'object' && opened !== null && 'start' in opened)
    return Number(opened.start)
  throw badRequest('Skip token is malformed.')
}

/**
 * Reads the JSON of a request, and refuses it with the errors of Graph's directory.
 *
 * @param type of the resource, as messages name it: `Application`
 * @throws GraphError 400 naming the first property that is unknown, missing or of a wrong form
 */
export function readBody<T extends TSchema>(schema: T, body: unknown, type: string): Static<T> {
  if (Value.Check(schema, body)) return body
  const errors = Value.Errors(schema, body)
  // An unknown property is reported twice; the first report is about its value.
  const error = errors.find(({ keyword }) => keyword === 'additionalProperties') ?? errors[0]
  if (error?.keyword === 'required') {
    const [name = ''] = error.params.requiredProperties
    throw badBody(`A value is required for property '${name}' of resource '${type}'.`)
  }
  if (error?.keyword === 'additionalProperties') {
    const [name = ''] = error.params.additionalProperties
    throw badBody(`Invalid property '${name}'.`)
  }
  const path = error?.instancePath.split('/').filter((part) => part && !/^\d+$/.test(part)) ?? []
  throw path.length > 0 ? invalidValue(path.join('.'), type) : badBody('Empty Payload.')
}

/** The key of one object in an address: `/{id}` or `(name='value')`. */
export interface ObjectKey {
  /** `id`, `appId` or `uniqueName`. */
  name: string
  value: string
}

/** Both forms of an address, for routes; the parameter is `key`. */
export function keyed(collection: string, rest = ''): string[] {
  return [`/${collection}/:key${rest}`, `/${collection}(:key${rest}`]
}

/** @param text what stands behind `/` or `(` */
export function parseKey(text: string): ObjectKey {
  const [, name, value] = /^(\w+)='((?:[^']|'')*)'\)$/.exec(text) ?? []
  if (name !== undefined && value !== undefined) return { name, value: value.replaceAll("''", "'") }
  return { name: 'id', value: text }
}

type Test = (row: Row) => boolean

const string = String.raw`'((?:[^']|'')*)'`
const equality = new RegExp(String.raw`^(\w+)\s+eq\s+${string}$`, 'i')
const beginning = new RegExp(String.raw`^startswith\(\s*(\w+)\s*,\s*${string}\s*\)$`, 'i')
const member = new RegExp(String.raw`^(\w+)/any\(\s*(\w+)\s*:\s*(\w+)\s+eq\s+${string}\s*\)$`, 'i')

/**
 * Reads `$filter` of directory objects: `eq` and `startswith` on strings, `any` on lists of strings, joined by `and`.
 *
 * @param properties the properties that can be filtered by
 * @throws GraphError 400
 */
function parseWhere(text: string, type: string, properties: readonly string[]): Test {
  const clauses = text.match(/(?:'(?:[^']|'')*'|[^'])+?(?=\s+and\s+|$)/gi) ?? []
  const tests = clauses.map((clause) =>
    clauseTest(clause.trim().replace(/^and\s+/i, ''), type, properties),
  )
  return (row) => tests.every((test) => test(row))
}

function clauseTest(clause: string, type: string, properties: readonly string[]): Test {
  const known = (name: string) => {
    if (properties.includes(name)) return name
    throw badRequest(`Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`)
  }
  const [, equal, value] = equality.exec(clause) ?? []
  if (equal !== undefined) {
    const name = known(equal)
    return (row) => same(row[name], value)
  }
  const [, start, part] = beginning.exec(clause) ?? []
  if (start !== undefined) {
    const name = known(start)
    return (row) => String(row[name]).toLowerCase().startsWith(plain(part).toLowerCase())
  }
  const [, list, variable, used, item] = member.exec(clause) ?? []
  if (list !== undefined && variable === used) {
    const name = known(list)
    return (row) => {
      const values: unknown = row[name]
      return Array.isArray(values) && values.some((one) => same(one, item))
    }
  }
  if (/\s(ne|gt|ge|lt|le|or|in)\s/i.test(clause)) {
    throw unsupportedQuery(`Unsupported or invalid query filter clause specified: '${clause}'.`)
  }
  throw badRequest(`Invalid filter clause: Syntax error in '${clause}'.`)
}

/** A quote inside a string is written twice. */
function plain(text = ''): string {
  return text.replaceAll("''", "'")
}

function same(value: unknown, wanted: string | undefined): boolean {
  return typeof value === 'string' && value.toLowerCase() === plain(wanted).toLowerCase()
}
