/** `$filter`: eq, ne, startswith, endswith, and, or, not, parentheses, on the common properties. */

import type { TenantUser } from '../../directory/directory.ts'
import { badRequest, unsupportedQuery } from '../errors.ts'
import { isProperty, type Property } from '../query.ts'

type Test = (user: TenantUser) => boolean

const tokenPattern = /'(?:[^']|'')*'|[(),]|[^\s(),']+/g

interface Cursor {
  tokens: readonly string[]
  position: number
  text: string
}

/** @throws GraphError 400 */
export function parseFilter(text: string): Test {
  const cursor: Cursor = { tokens: text.match(tokenPattern) ?? [], position: 0, text }
  const test = either(cursor)
  if (cursor.position < cursor.tokens.length) throw syntaxError(cursor)
  return test
}

function either(cursor: Cursor): Test {
  const tests = [both(cursor)]
  while (accept(cursor, 'or')) tests.push(both(cursor))
  return (user) => tests.some((test) => test(user))
}

function both(cursor: Cursor): Test {
  const tests = [one(cursor)]
  while (accept(cursor, 'and')) tests.push(one(cursor))
  return (user) => tests.every((test) => test(user))
}

function one(cursor: Cursor): Test {
  if (accept(cursor, 'not')) {
    const test = one(cursor)
    return (user) => !test(user)
  }
  if (accept(cursor, '(')) {
    const test = either(cursor)
    expect(cursor, ')')
    return test
  }
  const word = next(cursor)
  const called = word.toLowerCase()
  if (called === 'startswith' || called === 'endswith') return functionCall(cursor, called)
  return comparison(cursor, property(word))
}

function functionCall(cursor: Cursor, name: 'startswith' | 'endswith'): Test {
  expect(cursor, '(')
  const read = stringOf(property(next(cursor)))
  expect(cursor, ',')
  const wanted = literal(cursor)
  expect(cursor, ')')
  if (typeof wanted !== 'string') throw syntaxError(cursor)
  const part = wanted.toLowerCase()
  if (name === 'startswith') return (user) => read(user)?.toLowerCase().startsWith(part) ?? false
  return (user) => read(user)?.toLowerCase().endsWith(part) ?? false
}

function comparison(cursor: Cursor, name: Property): Test {
  const operator = next(cursor).toLowerCase()
  const wanted = literal(cursor)
  const equal: Test = (user) => sameValue(user[name], wanted)
  if (operator === 'eq') return equal
  if (operator === 'ne') return (user) => !equal(user)
  throw unsupportedQuery(`Unsupported filter operator '${operator}' in '${cursor.text}'.`)
}

function sameValue(value: TenantUser[Property], wanted: string | boolean | null): boolean {
  if (typeof value !== 'string' || typeof wanted !== 'string') return value === wanted
  return value.toLowerCase() === wanted.toLowerCase()
}

function property(name: string): Property {
  if (isProperty(name)) return name
  throw badRequest(`Could not find a property named '${name}' on type 'microsoft.graph.user'.`)
}

function stringOf(name: Property): (user: TenantUser) => string | null {
  return (user) => {
    const value = user[name]
    return typeof value === 'string' ? value : null
  }
}

/** A quote inside a string is written twice. */
function literal(cursor: Cursor): string | boolean | null {
  const token = next(cursor)
  if (token === 'null') return null
  if (token === 'true' || token === 'false') return token === 'true'
  if (/^'.*'$/s.test(token)) return token.slice(1, -1).replaceAll("''", "'")
  throw syntaxError(cursor)
}

function accept(cursor: Cursor, token: string): boolean {
  if (cursor.tokens[cursor.position]?.toLowerCase() !== token) return false
  cursor.position += 1
  return true
}

function expect(cursor: Cursor, token: string): void {
  if (!accept(cursor, token)) throw syntaxError(cursor)
}

function next(cursor: Cursor): string {
  const token = cursor.tokens[cursor.position]
  if (token === undefined) throw syntaxError(cursor)
  cursor.position += 1
  return token
}

function syntaxError({ text, position }: Cursor) {
  return badRequest(`Invalid filter clause: Syntax error at position ${position} in '${text}'.`)
}
