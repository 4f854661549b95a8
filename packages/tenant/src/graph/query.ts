/** The OData query options of a request for users, and the properties that the caller may see. */

import type { TenantUser } from '../directory/directory.ts'
import type { Caller } from './bearer.ts'
import { badRequest, unsupportedQuery } from './errors.ts'

const userOptions = [
  '$top',
  '$select',
  '$search',
  '$filter',
  '$orderby',
  '$count',
  '$skiptoken',
  '$format',
] as const

export type Options = Readonly<Partial<Record<(typeof userOptions)[number], string>>>

/** @throws GraphError 400 for an option that is unknown, not supported, or given twice */
export function parseOptions(url: string): Options {
  const start = url.indexOf('?')
  const options: Record<string, string> = {}
  for (const [key, value] of new URLSearchParams(start < 0 ? '' : url.slice(start + 1))) {
    if (!key.startsWith('$')) continue
    const name = key.toLowerCase()
    if (!userOptions.some((option) => option === name)) throw refused(key)
    if (options[name] !== undefined) {
      throw badRequest(`Query option '${key}' was specified more than once.`)
    }
    options[name] = value
  }
  return options
}

function refused(name: string) {
  if (name === '$skip' || name === '$expand') {
    return badRequest(`'${name}' is not supported by the service.`)
  }
  return badRequest(`The query parameter '${name}' is not supported.`)
}

const defaultPage = 100
const largestPage = 999

/** Users on a page. */
export function parseTop(text: string | undefined): number {
  if (text === undefined) return defaultPage
  const top = /^-?\d+$/.test(text) ? Number(text) : NaN
  if (Number.isNaN(top)) throw badRequest(`Invalid value '${text}' for $top query option found.`)
  if (top >= 1 && top <= largestPage) return top
  throw unsupportedQuery(
    `Invalid page size specified: '${text}'. Must be between 1 and ${largestPage} inclusive.`,
  )
}

export function parseCount(text: string | undefined): boolean {
  if (text === undefined) return false
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  throw badRequest(`Invalid value '${text}' for $count query option found.`)
}

const sortable = ['displayName', 'userPrincipalName', 'givenName', 'surname', 'mail'] as const

type Sortable = (typeof sortable)[number]

const collator = new Intl.Collator('en')
/** Each order, because sorting 100 000 users takes a while. */
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

/** Prepares the usual orders, so that no request waits for them. */
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

/** All that `User.ReadBasic.All` shows of another user. */
const basic = ['displayName', 'givenName', 'mail', 'surname', 'userPrincipalName', 'id'] as const

/** The properties without `$select`. */
const usual = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
] as const

const selectable = [...usual, 'accountEnabled', 'department', 'userType'] as const

export type Property = (typeof selectable)[number]

const fullScopes = ['User.Read.All', 'Directory.Read.All']
const ownScopes = ['User.Read', 'User.ReadWrite']

export const anyUserScopes = ['User.ReadBasic.All', ...fullScopes]
export const ownUserScopes = [...ownScopes, ...anyUserScopes]

export function isProperty(name: string): name is Property {
  return selectable.some((property) => property === name)
}

/** @throws GraphError 400 for a property that users do not have */
export function parseSelect(text: string | undefined): Property[] | undefined {
  if (text === undefined) return undefined
  return text.split(',').map((part) => {
    const name = part.trim()
    if (isProperty(name)) return name
    throw badRequest(`Could not find a property named '${name}' on type 'microsoft.graph.user'.`)
  })
}

/** Sends the properties that the caller may see; a selected property that it may not see is null. */
export function view(user: TenantUser, caller: Caller, select: readonly Property[] | undefined) {
  const full = seesAll(user, caller)
  if (!select) return shown(user, full ? usual : basic, true)
  return shown(user, select, full)
}

function shown(user: TenantUser, properties: readonly Property[], full: boolean) {
  const visible = (name: Property) => full || basic.some((property) => property === name)
  return Object.fromEntries(properties.map((name) => [name, visible(name) ? user[name] : null]))
}

function seesAll(user: TenantUser, { user: self, scopes }: Caller): boolean {
  const enough = user.id === self.id ? [...ownScopes, ...fullScopes] : fullScopes
  return enough.some((scope) => scopes.has(scope))
}
