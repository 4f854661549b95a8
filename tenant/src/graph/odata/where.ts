/** `$filter` of directory objects: `eq` and `startswith` on strings, `any` on lists of strings, joined by `and`. */

import { badRequest, unsupportedQuery } from '../errors.ts'

type Row = Readonly<Record<string, unknown>>
type Test = (row: Row) => boolean

const string = String.raw`'((?:[^']|'')*)'`
const equality = new RegExp(String.raw`^(\w+)\s+eq\s+${string}$`, 'i')
const beginning = new RegExp(String.raw`^startswith\(\s*(\w+)\s*,\s*${string}\s*\)$`, 'i')
const member = new RegExp(String.raw`^(\w+)/any\(\s*(\w+)\s*:\s*(\w+)\s+eq\s+${string}\s*\)$`, 'i')

/**
 * @param properties those that can be asked for
 * @throws GraphError 400
 */
export function parseWhere(text: string, type: string, properties: readonly string[]): Test {
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
