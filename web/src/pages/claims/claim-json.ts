/** The claims as JSON, in coloured pieces. */
import { formatUtc, timeOf } from './claim-list.ts'
import { explanations } from './explanations.ts'
import { words } from './words.ts'

/** A piece of JSON text. `mark` is what stands between the others: brackets, commas, spaces. */
export type Piece = { kind: 'name' | 'string' | 'number' | 'mark' | 'comment'; text: string }

const pieces = /("(?:[^"\\]|\\.)*")(?=(:)?)|(-?\d[\d.eE+-]*|\btrue\b|\bfalse\b|\bnull\b)/g

/**
 * Splits claims as JSON into pieces, whose texts together are `JSON.stringify(claims, null, 2)`.
 *
 * @param withTimes puts each time in UTC behind its number, as a comment
 */
export function jsonPieces(claims: Record<string, unknown>, withTimes: boolean): Piece[] {
  const lines = JSON.stringify(claims, null, 2).split('\n')
  return lines.flatMap((line, index) => {
    const end: Piece[] = index < lines.length - 1 ? [{ kind: 'mark', text: '\n' }] : []
    const comment = withTimes ? timeComment(line, claims) : undefined
    return [...piecesOf(line), ...(comment ? [comment] : []), ...end]
  })
}

function piecesOf(line: string): Piece[] {
  const found: Piece[] = []
  let at = 0
  for (const { index, 0: text, 1: string, 2: colon } of line.matchAll(pieces)) {
    if (index > at) found.push({ kind: 'mark', text: line.slice(at, index) })
    const kind = string === undefined ? 'number' : colon ? 'name' : 'string'
    found.push({ kind, text })
    at = index + text.length
  }
  if (at < line.length) found.push({ kind: 'mark', text: line.slice(at) })
  return found
}

/** Two spaces: a claim of the token, and no member of a claim. */
function timeComment(line: string, claims: Record<string, unknown>): Piece | undefined {
  const name = /^ {2}"([^"\\]+)": \d/.exec(line)?.[1]
  if (name === undefined || !Object.hasOwn(explanations, name)) return undefined
  const at = explanations[name]?.kind === 'time' ? timeOf(claims[name]) : undefined
  if (at === undefined) return undefined
  return { kind: 'comment', text: ` ${words.comment(formatUtc(at))}` }
}
