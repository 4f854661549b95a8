/** `$search`: quoted `"property:words"` clauses with AND, OR and parentheses; every word is a beginning of a word. */

import type { TenantUser } from '../directory/user.ts'
import { badRequest, unsupportedQuery } from './errors.ts'
import { searchable, usersWith, type Mask } from './columns.ts'

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
