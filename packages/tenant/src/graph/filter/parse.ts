/** Reads the text of `$filter`: OData 4.01 URL Conventions, section 5.1.1, as far as Graph's directory has it. */

import { badRequest } from '../errors.ts'

export type Literal =
  | { type: 'string'; value: string }
  | { type: 'boolean'; value: boolean }
  | { type: 'null'; value: null }
  | { type: 'date'; value: string }
  | { type: 'guid'; value: string }
  | { type: 'number'; value: number }

type Operator = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le'
type StringFunction = 'startswith' | 'endswith' | 'contains'

/** A path is `displayName`, `employeeOrgData/division` or `otherMails/$count`; inside `any` it begins with the variable. */
export type Expression =
  | { kind: 'and'; parts: readonly Expression[] }
  | { kind: 'or'; parts: readonly Expression[] }
  | { kind: 'not'; part: Expression }
  | { kind: 'compare'; path: readonly string[]; operator: Operator; literal: Literal }
  | { kind: 'in'; path: readonly string[]; literals: readonly Literal[] }
  | { kind: 'call'; name: StringFunction; path: readonly string[]; literal: Literal }
  | { kind: 'any'; path: readonly string[]; variable: string; part: Expression | undefined }

/** A quote that nothing closes is a token by itself, which fits nowhere. */
const tokenPattern = /'(?:[^']|'')*'|[(),']|[^\s(),']+/g
const operators = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const
const functions = ['startswith', 'endswith', 'contains'] as const
/** Deeper ones would exhaust the stack. */
const deepest = 40

interface Cursor {
  tokens: string[]
  position: number
  depth: number
  text: string
}

/** @throws GraphError 400 */
export function parseFilter(text: string): Expression {
  const cursor = { tokens: text.match(tokenPattern) ?? [], position: 0, depth: 0, text }
  const expression = either(cursor)
  if (cursor.position < cursor.tokens.length) throw syntaxError(cursor)
  return expression
}

function either(cursor: Cursor): Expression {
  return joined(cursor, 'or', both)
}

function both(cursor: Cursor): Expression {
  return joined(cursor, 'and', one)
}

function joined(
  cursor: Cursor,
  kind: 'and' | 'or',
  read: (cursor: Cursor) => Expression,
): Expression {
  const first = read(cursor)
  if (!accept(cursor, kind)) return first
  const parts = [first, read(cursor)]
  while (accept(cursor, kind)) parts.push(read(cursor))
  return { kind, parts }
}

function one(cursor: Cursor): Expression {
  if (accept(cursor, 'not')) return { kind: 'not', part: nested(cursor, one) }
  if (accept(cursor, '(')) {
    const part = nested(cursor, either)
    expect(cursor, ')')
    return part
  }
  const word = next(cursor)
  const name = functions.find((known) => known === word.toLowerCase())
  if (name && peek(cursor) === '(') return call(cursor, name)
  const path = pathOf(cursor, word)
  const last = path.at(-1)?.toLowerCase()
  if ((last === 'any' || last === 'all') && peek(cursor) === '(') return lambda(cursor, path)
  return comparison(cursor, path)
}

function nested(cursor: Cursor, read: (cursor: Cursor) => Expression): Expression {
  cursor.depth += 1
  if (cursor.depth > deepest) throw syntaxError(cursor)
  const expression = read(cursor)
  cursor.depth -= 1
  return expression
}

function call(cursor: Cursor, name: StringFunction): Expression {
  expect(cursor, '(')
  const path = pathOf(cursor, next(cursor))
  expect(cursor, ',')
  const literal = readLiteral(cursor)
  expect(cursor, ')')
  if (literal.type !== 'string') throw syntaxError(cursor)
  return { kind: 'call', name, path, literal }
}

/** `otherMails/any(m:m eq 'x')`. Graph's directory has no `all`. */
function lambda(cursor: Cursor, path: readonly string[]): Expression {
  if (path.at(-1)?.toLowerCase() === 'all') throw syntaxError(cursor)
  const list = path.slice(0, -1)
  expect(cursor, '(')
  if (accept(cursor, ')')) return { kind: 'any', path: list, variable: '', part: undefined }
  const [variable = '', ...rest] = next(cursor).split(':')
  const body = rest.join(':')
  // The colon may stand in its own token, or at the beginning of the next one.
  if (rest.length > 0 && body !== '') {
    cursor.position -= 1
    cursor.tokens[cursor.position] = body
  } else if (rest.length === 0) {
    const colon = next(cursor)
    if (!colon.startsWith(':')) throw syntaxError(cursor)
    if (colon !== ':') {
      cursor.position -= 1
      cursor.tokens[cursor.position] = colon.slice(1)
    }
  }
  const part = nested(cursor, either)
  expect(cursor, ')')
  return { kind: 'any', path: list, variable, part }
}

function comparison(cursor: Cursor, path: readonly string[]): Expression {
  const word = next(cursor).toLowerCase()
  if (word === 'in') {
    expect(cursor, '(')
    const literals = [readLiteral(cursor)]
    while (accept(cursor, ',')) literals.push(readLiteral(cursor))
    expect(cursor, ')')
    return { kind: 'in', path, literals }
  }
  const operator = operators.find((known) => known === word)
  if (!operator) throw syntaxError(cursor)
  return { kind: 'compare', path, operator, literal: readLiteral(cursor) }
}

function pathOf(cursor: Cursor, word: string): readonly string[] {
  const path = word.split('/')
  if (path.every((part) => /^\$?[A-Za-z_]\w*$/.test(part))) return path
  throw syntaxError(cursor)
}

const guidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const datePattern =
  /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,12})?)?(?:Z|[+-]\d{2}:\d{2}))?$/i

/** A quote inside a string is written twice. */
function readLiteral(cursor: Cursor): Literal {
  const token = next(cursor)
  if (token.startsWith("'") && token.length > 1) {
    return { type: 'string', value: token.slice(1, -1).replaceAll("''", "'") }
  }
  if (token === 'null') return { type: 'null', value: null }
  if (token === 'true' || token === 'false') return { type: 'boolean', value: token === 'true' }
  if (guidPattern.test(token)) return { type: 'guid', value: token }
  if (datePattern.test(token) && !Number.isNaN(Date.parse(token))) {
    return { type: 'date', value: token }
  }
  if (/^-?\d{1,15}$/.test(token)) return { type: 'number', value: Number(token) }
  throw syntaxError(cursor)
}

function peek({ tokens, position }: Cursor): string | undefined {
  return tokens[position]
}

function accept(cursor: Cursor, token: string): boolean {
  if (peek(cursor)?.toLowerCase() !== token) return false
  cursor.position += 1
  return true
}

function expect(cursor: Cursor, token: string): void {
  if (!accept(cursor, token)) throw syntaxError(cursor)
}

function next(cursor: Cursor): string {
  const token = peek(cursor)
  if (token === undefined) throw syntaxError(cursor)
  cursor.position += 1
  return token
}

function syntaxError({ text, tokens, position }: Cursor) {
  const at = tokens.slice(0, position).join(' ').length
  return badRequest(`Invalid filter clause: Syntax error at position ${at} in '${text}'.`)
}
