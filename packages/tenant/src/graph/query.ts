/** The OData query options of a request. https://learn.microsoft.com/graph/query-parameters */

import type { FastifyRequest } from 'fastify'
import { spelled, type EntityType } from './filter/entity.ts'
import { badRequest, GraphError, unsupportedQuery } from './errors.ts'

const knownOptions = [
  '$top',
  '$select',
  '$search',
  '$filter',
  '$orderby',
  '$expand',
  '$count',
  '$skiptoken',
  '$deltatoken',
  '$format',
] as const

export type Options = Readonly<Partial<Record<(typeof knownOptions)[number], string>>>

/**
 * The `$` is optional, as in Graph; unknown options without it are no concern of Graph's.
 *
 * @throws GraphError 400 for an option that is unknown, not supported, or given twice
 */
export function parseOptions(url: string): Options {
  const start = url.indexOf('?')
  const options: Record<string, string> = {}
  for (const [key, value] of new URLSearchParams(start < 0 ? '' : url.slice(start + 1))) {
    const name = `$${key.toLowerCase().replace(/^\$/, '')}`
    const isKnown = knownOptions.some((option) => option === name)
    if (!isKnown && !key.startsWith('$')) continue
    if (!isKnown) throw refused(key)
    if (options[name] !== undefined) {
      throw badRequest(`Query option '${key}' was specified more than once.`)
    }
    options[name] = value
  }
  return options
}

function refused(name: string) {
  if (name === '$skip') return badRequest(`'${name}' is not supported by the service.`)
  return badRequest(`The query parameter '${name}' is not supported.`)
}

/** A query for objects of one type. */
export interface Query {
  options: Options
  /** The properties to send, as the type spells them; undefined for the usual ones. */
  select: readonly string[] | undefined
  /** The header `ConsistencyLevel: eventual`. */
  isEventual: boolean
  /** The header and `$count=true`: an advanced query. */
  isAdvanced: boolean
  /** Whether the answer has `@odata.count`. Without the header, Graph ignores `$count=true` silently. */
  counts: boolean
}

/**
 * @param isOne whether the answer is one object, for which all properties can be selected
 * @throws GraphError 400
 */
export function readQuery<T>(request: FastifyRequest, type: EntityType<T>, isOne = false): Query {
  const query = readListQuery(request)
  if (isOne) refuseOptionsOfLists(query.options)
  return { ...query, select: parseSelect(query.options.$select, type, isOne) }
}

/** `$count` is not among them: Microsoft's example of `/me?$expand=manager($levels=max)` has it. @throws GraphError 400 */
function refuseOptionsOfLists({ $filter, $orderby, $search, $top }: Options): void {
  if ([$filter, $orderby, $search, $top].every((option) => option === undefined)) return
  throw badRequest(
    'The query specified in the URI is not valid. The requested resource is not a collection. Query options $filter, $orderby, $count, $skip, and $top can be applied only on collections.',
  )
}

/** The query of a list, without what it selects. @throws GraphError 400 */
export function readListQuery(request: FastifyRequest): Query {
  const options = parseOptions(request.url)
  const isEventual = isConsistencyEventual(request)
  const counts = parseCount(options.$count) && isEventual
  if (options.$search !== undefined && !isEventual) {
    throw unsupportedQuery(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    )
  }
  return { options, select: undefined, isEventual, isAdvanced: counts, counts }
}

export function isConsistencyEventual({ headers }: FastifyRequest): boolean {
  return String(headers.consistencylevel).trim().toLowerCase() === 'eventual'
}

/**
 * @param isOne whether properties that Graph sends for one object only can be selected
 * @throws GraphError 400 for a property that the type does not have
 */
export function parseSelect<T>(
  text: string | undefined,
  type: EntityType<T>,
  isOne = false,
): readonly string[] | undefined {
  if (text === undefined) return undefined
  const names = text.split(',').map((part) => part.trim())
  const all = Object.entries(type.properties)
    .filter(([, { isSingle, permission }]) => !isSingle && permission === undefined)
    .map(([name]) => name)
  return [...new Set(names.flatMap((name) => (name === '*' ? all : [selected(name, type, isOne)])))]
}

function selected<T>(asked: string, type: EntityType<T>, isOne: boolean): string {
  const name = spelled(type, asked)
  if (name === undefined) {
    throw badRequest(
      `Parsing OData Select and Expand failed: Could not find a property named '${asked}' on type 'microsoft.graph.${type.name}'.`,
    )
  }
  // https://learn.microsoft.com/graph/api/user-list: such properties of a list are 501.
  if (!isOne && type.properties[name]?.isSingle) {
    throw new GraphError(
      501,
      'NotImplemented',
      `The property '${name}' can be selected for a single ${type.name} only.`,
    )
  }
  return name
}

const defaultPage = 100
const largestPage = 999

/** Objects on a page. */
export function parseTop(text: string | undefined): number {
  if (text === undefined) return defaultPage
  const top = /^-?\d+$/.test(text) ? Number(text) : NaN
  if (Number.isNaN(top)) throw badRequest(`Invalid value '${text}' for $top query option found.`)
  if (top >= 1 && top <= largestPage) return top
  throw unsupportedQuery(
    `Invalid page size specified: '${text}'. Must be between 1 and ${largestPage} inclusive.`,
  )
}

function parseCount(text: string | undefined): boolean {
  if (text === undefined) return false
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  throw badRequest(`Invalid value '${text}' for $count query option found.`)
}
