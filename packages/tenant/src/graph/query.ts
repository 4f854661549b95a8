/** The OData query options of a request. */
import { badRequest, unsupportedQuery } from './errors.ts'
import type { TenantUser } from '../directory/directory.ts'
import { type Mask, searchable, usersWith } from './columns.ts'
import type { Caller } from './bearer.ts'

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

// `$search`: quoted `"property:words"` clauses with AND, OR and parentheses; every word is a beginning of a word.

/**
 * Marks the users who fit.
 *
 * @throws GraphError 400
 */
export function search(text: string, users: readonly TenantUser[]): Mask {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+/g) ?? []
  let position = 0

  function either(): Mask {
    let mask = both()
    while (tokens[position] === 'OR') {
      position += 1
      const other = both()
      mask = mask.map((fits, place) => fits | (other[place] ?? 0))
    }
    return mask
  }

  function both(): Mask {
    let mask = one()
    // Two clauses side by side mean AND.
    while (position < tokens.length && tokens[position] !== 'OR' && tokens[position] !== ')') {
      if (tokens[position] === 'AND') position += 1
      const other = one()
      mask = mask.map((fits, place) => fits & (other[place] ?? 0))
    }
    return mask
  }

  function one(): Mask {
    const token = tokens[position] ?? ''
    position += 1
    if (token !== '(') return clause(token, text, users)
    const mask = either()
    if (tokens[position] !== ')') throw badRequest(`Syntax error in '${text}'.`)
    position += 1
    return mask
  }

  const mask = either()
  if (position < tokens.length) throw badRequest(`Syntax error in '${text}'.`)
  return mask
}

function clause(token: string, text: string, users: readonly TenantUser[]): Mask {
  const [, property = '', words = ''] = /^"([^:"]+):(.*)"$/s.exec(token) ?? []
  if (!token.startsWith('"'))
    throw badRequest(`Syntax error in '${text}': expected a quoted clause.`)
  const name = searchable.find((candidate) => candidate.toLowerCase() === property.toLowerCase())
  if (!name) throw unsupportedQuery(`Unsupported or missing property in the clause ${token}.`)
  return usersWith(users, name, words.replaceAll(/\\(.)/g, '$1'))
}

// `$orderby`. A tenant of 100 000 takes a while to sort, so each order is worked out once.

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

// The properties of a user that Graph gives, by what the caller may see.

/** All that `User.ReadBasic.All` shows of another user. */
const basic = ['displayName', 'givenName', 'mail', 'surname', 'userPrincipalName', 'id'] as const

/** What comes without `$select`. */
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

/** A property that was selected but may not be seen comes as null. */
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
