/** Lists, single objects, keys and bodies of objects that are kept as rows, in OData's form. */

import type { FastifyRequest } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { TenantState } from '../tenant-state.ts'
import { badBody, badRequest, invalidValue } from './errors.ts'
import { pageOf } from './filter/page.ts'
import { rowType, type Row } from './filter/rows.ts'
import { addressOf, graphUrl } from './protocol/answers.ts'
import { parseOptions, readListQuery } from './query.ts'

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
  request: FastifyRequest,
) {
  const { name, type, filterable } = collection
  const query = readListQuery(request)
  const select = selected(query.options.$select)
  const entity = rowType(type, rows, filterable)
  const page = pageOf(tenant, entity, rows, query, addressOf(tenant, request))
  return {
    '@odata.context': context(tenant, name, select),
    ...(page.count === undefined ? {} : { '@odata.count': page.count }),
    ...(page.nextLink === undefined ? {} : { '@odata.nextLink': page.nextLink }),
    value: page.objects.map((row) => pick(row, select, type)),
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
  return `${graphUrl(tenant)}/$metadata#${name}${select ? `(${select.join(',')})` : ''}`
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
