/**
 * `$search` of users. Each property is one long text of all users, because normalising 100 000 names for each
 * search would take too long.
 */

import { normalise, type TenantUser } from '../../directory/directory.ts'
import { badRequest, unsupportedQuery } from '../errors.ts'

export const searchable = [
  'displayName',
  'givenName',
  'surname',
  'mail',
  'userPrincipalName',
] as const

type Searchable = (typeof searchable)[number]

/** Properties that are matched word by word; the others are matched from their beginning. */
const tokenised = new Set<Searchable>(['displayName'])

/** Marks each position at which a match may begin. */
const start = '\t'
/** Marks the beginning of each user's text. */
const border = '\n'

interface Column {
  text: string
  /** Where each user's part of the text begins. */
  offsets: Uint32Array
}

const cache = new WeakMap<readonly TenantUser[], Map<Searchable, Column>>()

/** One byte for each user, by place: 1 if the user matches. */
type Mask = Uint8Array

/**
 * Marks the users who match: quoted `"property:words"` clauses with AND, OR and parentheses. Each word is the beginning
 * of a word of the property.
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

/** Marks the users of whose property each word of `words` is a beginning. */
function usersWith(users: readonly TenantUser[], name: Searchable, words: string): Mask {
  const column = columnOf(users, name)
  const [first, ...others] = partsOf(name, words).map((part) => start + part)
  const mask = new Uint8Array(users.length)
  if (first === undefined) return mask.fill(1)
  for (let at = column.text.indexOf(first); at >= 0;) {
    const place = placeOf(column.offsets, at)
    const end = column.offsets[place + 1] ?? column.text.length
    const own = column.text.slice(column.offsets[place], end)
    if (others.every((part) => own.includes(part))) mask[place] = 1
    at = column.text.indexOf(first, end)
  }
  return mask
}

export function columnOf(users: readonly TenantUser[], name: Searchable): Column {
  const columns = cache.get(users) ?? new Map<Searchable, Column>()
  cache.set(users, columns)
  const column = columns.get(name) ?? makeColumn(users, name)
  columns.set(name, column)
  return column
}

function makeColumn(users: readonly TenantUser[], name: Searchable): Column {
  const offsets = new Uint32Array(users.length)
  let length = 0
  const parts = users.map((user, place) => {
    const value = partsOf(name, user[name] ?? '').map((part) => start + part)
    const part = border + value.join('')
    offsets[place] = length
    length += part.length
    return part
  })
  return { text: parts.join(''), offsets }
}

function partsOf(name: Searchable, value: string): string[] {
  const text = normalise(value).trim()
  if (tokenised.has(name)) return text.split(/[^\p{L}\p{N}]+/u).filter(Boolean)
  return [text.replace(/[\n\t]/g, ' ')]
}

/** The last user whose part begins at or before `at`: a binary search. */
function placeOf(offsets: Uint32Array, at: number): number {
  let low = 0
  let high = offsets.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((offsets[middle] ?? 0) <= at) low = middle
    else high = middle - 1
  }
  return low
}
