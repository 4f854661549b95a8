/** `$search`: quoted `"property:words"` clauses with AND, OR and parentheses; every word is a beginning of a word. */

import { fold } from '../directory/directory.ts'
import type { TenantUser } from '../directory/user.ts'
import { badRequest, unsupportedQuery } from './errors.ts'

export type Test = (user: TenantUser) => boolean

/** Whose words are looked at one by one; the others are matched from their beginning. */
const tokenised = new Set(['displayName', 'description'])
const searchable = ['displayName', 'givenName', 'surname', 'mail', 'userPrincipalName'] as const

type Searchable = (typeof searchable)[number]

/** @throws GraphError 400 */
export function parseSearch(text: string): Test {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+/g) ?? []
  let position = 0

  function either(): Test {
    let test = both()
    while (tokens[position] === 'OR') {
      position += 1
      const left = test
      const right = both()
      test = (user) => left(user) || right(user)
    }
    return test
  }

  function both(): Test {
    let test = one()
    // Two clauses side by side mean AND.
    while (position < tokens.length && tokens[position] !== 'OR' && tokens[position] !== ')') {
      if (tokens[position] === 'AND') position += 1
      const left = test
      const right = one()
      test = (user) => left(user) && right(user)
    }
    return test
  }

  function one(): Test {
    const token = tokens[position] ?? ''
    position += 1
    if (token !== '(') return clause(token, text)
    const test = either()
    if (tokens[position] !== ')') throw badRequest(`Syntax error in '${text}'.`)
    position += 1
    return test
  }

  const test = either()
  if (position < tokens.length) throw badRequest(`Syntax error in '${text}'.`)
  return test
}

function clause(token: string, text: string): Test {
  const [, property = '', words = ''] = /^"([^:"]+):(.*)"$/s.exec(token) ?? []
  if (!token.startsWith('"'))
    throw badRequest(`Syntax error in '${text}': expected a quoted clause.`)
  const name = searchable.find((candidate) => candidate.toLowerCase() === property.toLowerCase())
  if (!name) throw unsupportedQuery(`Unsupported or missing property in the clause ${token}.`)
  const wanted = fold(words.replaceAll(/\\(.)/g, '$1'))
  return matcher(name, wanted)
}

function matcher(name: Searchable, wanted: string): Test {
  if (!tokenised.has(name)) {
    return (user) => fold(user[name] ?? '').startsWith(wanted.trim())
  }
  const words = splitWords(wanted)
  return (user) => {
    const tokens = splitWords(fold(user[name] ?? ''))
    return words.every((word) => tokens.some((token) => token.startsWith(word)))
  }
}

function splitWords(text: string): string[] {
  return text.split(/[^\p{L}\p{N}]+/u).filter(Boolean)
}
