/** What `$search` looks at: one long text for each property, since a search may not take as long as folding 100 000 names does. */
import { fold, type TenantUser } from '../directory/directory.ts'

export const searchable = [
  'displayName',
  'givenName',
  'surname',
  'mail',
  'userPrincipalName',
] as const

export type Searchable = (typeof searchable)[number]

/** Whose words are looked at one by one; the others are matched from their beginning. */
const tokenised = new Set<Searchable>(['displayName'])

/** Stands before every beginning that may match. */
const start = '\t'
/** Stands before every user's text. */
const border = '\n'

interface Column {
  text: string
  /** Where each user's part of the text begins. */
  offsets: Uint32Array
}

const cache = new WeakMap<readonly TenantUser[], Map<Searchable, Column>>()

/** One byte for each user, by place: 1 for those who fit. */
export type Mask = Uint8Array

/** Marks the users of whose property each word of `words` is a beginning. */
export function usersWith(users: readonly TenantUser[], name: Searchable, words: string): Mask {
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
  const text = fold(value).trim()
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
