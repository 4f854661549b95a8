/**
 * `$search` of directory objects. Each property is one long text of all objects, because normalising 100 000 names for
 * each search would take too long.
 * https://learn.microsoft.com/graph/search-query-parameter#using-search-on-directory-object-collections
 */

import { normalise } from '../../directory/user.ts'
import { badRequest, unsupportedQuery } from '../errors.ts'
import { queried, type EntityType } from './entity.ts'
import { textOf } from './order.ts'

/** Properties that are matched word by word; the others are matched from their beginning. */
const tokenised = new Set(['displayName', 'description'])

/** Marks each position at which a match may begin. */
const start = '\t'
/** Marks the beginning of each object's text. */
const border = '\n'

interface Column {
  text: string
  /** Where each object's part of the text begins. */
  offsets: Uint32Array
}

const cache = new WeakMap<readonly unknown[], Map<string, Column>>()

/** One byte for each object, by place: 1 if it matches. */
type Mask = Uint8Array

/**
 * Marks the objects that match: quoted `"property:words"` clauses with AND, OR and parentheses. Each word is the beginning
 * of a word of the property.
 *
 * @throws GraphError 400
 */
export function search<T>(text: string, type: EntityType<T>, objects: readonly T[]): Mask {
  // A quote that nothing closes is a token by itself, which fits nowhere.
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[()"]|[^\s()"]+/g) ?? []
  // Deeper ones would exhaust the stack.
  if (tokens.filter((token) => token === '(').length > 40)
    throw badRequest(`Syntax error in '${text}'.`)
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
    if (token !== '(') return clause(token, text, type, objects)
    const mask = either()
    if (tokens[position] !== ')') throw badRequest(`Syntax error in '${text}'.`)
    position += 1
    return mask
  }

  const mask = either()
  if (position < tokens.length) throw badRequest(`Syntax error in '${text}'.`)
  return mask
}

function clause<T>(token: string, text: string, type: EntityType<T>, objects: readonly T[]): Mask {
  const [, asked = '', words = ''] = /^"([^:"]+):(.*)"$/s.exec(token) ?? []
  if (!token.startsWith('"'))
    throw badRequest(`Syntax error in '${text}': expected a quoted clause.`)
  const name = queried(type, asked)
  const isText = name !== undefined && type.properties[name]?.filters.startsWith
  if (!name || !(isText || tokenised.has(name)))
    throw unsupportedQuery(`Unsupported or missing property in the clause ${token}.`)
  return matching(columnOf(type, objects, name), name, words.replaceAll(/\\(.)/g, '$1'))
}

/** Marks the objects of whose property each word of `words` is a beginning. */
function matching(column: Column, name: string, words: string): Mask {
  const [first, ...others] = partsOf(name, words).map((part) => start + part)
  const mask = new Uint8Array(column.offsets.length)
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

export function columnOf<T>(type: EntityType<T>, objects: readonly T[], name: string): Column {
  const columns = cache.get(objects) ?? new Map<string, Column>()
  cache.set(objects, columns)
  const column = columns.get(name) ?? makeColumn(type, objects, name)
  columns.set(name, column)
  return column
}

function makeColumn<T>(type: EntityType<T>, objects: readonly T[], name: string): Column {
  const offsets = new Uint32Array(objects.length)
  let length = 0
  const parts = objects.map((object, place) => {
    const value = partsOf(name, textOf(type.read(object, name))).map((part) => start + part)
    const part = border + value.join('')
    offsets[place] = length
    length += part.length
    return part
  })
  return { text: parts.join(''), offsets }
}

function partsOf(name: string, value: string): string[] {
  const text = normalise(value).trim()
  if (tokenised.has(name)) return text.split(/[^\p{L}\p{N}]+/u).filter(Boolean)
  return [text.replace(/[\n\t]/g, ' ')]
}

/** The last object whose part begins at or before `at`: a binary search. */
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
