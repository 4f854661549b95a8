import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasDuplicateKeys } from '../../src/json.ts'
import { propertyRuns } from '@gatehouse/test-support/properties'

/** A JSON value whose objects are lists of members, so that a key can occur twice. */
type Tree = { members: [string, Tree][] } | { items: Tree[] } | { text: string }

const name = fc.oneof(
  fc.constantFrom('aud', 'iss', 'a', '', '{', '}', '"', '\\', ':', '\u0000', '😀', '__proto__'),
  fc.string({ maxLength: 3 }),
)
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ text: fc.oneof(name, fc.integer(), fc.boolean()).map((v) => JSON.stringify(v)) }),
    fc.record({ members: fc.array(fc.tuple(name, tie('tree')), { maxLength: 4 }) }),
    fc.record({ items: fc.array(tie('tree'), { maxLength: 3 }) }),
  ),
}))

/** How a text is written: its white space, and which keys have escapes. */
const spelling = fc.record({
  space: fc.constantFrom('', ' ', '\n\t', ' \r\n '),
  escaped: fc.boolean(),
})

function spelled(value: Tree, how: { space: string; escaped: boolean }): string {
  if ('text' in value) return value.text
  const between = `${how.space},${how.space}`
  if ('items' in value) return `[${value.items.map((item) => spelled(item, how)).join(between)}]`
  const members = value.members.map(([key, member], index) => {
    const escape = how.escaped && index % 2 === 1
    const text = escape ? escapedText(key) : JSON.stringify(key)
    return `${text}${how.space}:${how.space}${spelled(member, how)}`
  })
  return `{${how.space}${members.join(between)}${how.space}}`
}

function escapedText(text: string): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
  return `"${units.map((unit) => String.raw`\u${unit.toString(16).padStart(4, '0')}`).join('')}"`
}

function hasTwoOfOneName(value: Tree): boolean {
  if ('text' in value) return false
  if ('items' in value) return value.items.some(hasTwoOfOneName)
  const names = value.members.map(([key]) => key)
  return (
    new Set(names).size < names.length ||
    value.members.some(([, member]) => hasTwoOfOneName(member))
  )
}

describe('a duplicate JSON key', () => {
  it('is found in any JSON, with any escapes, and only if there is one', () => {
    fc.assert(
      fc.property(tree, spelling, (value, how) => {
        const json = spelled(value, how)
        JSON.parse(json)
        expect(hasDuplicateKeys(json)).toBe(hasTwoOfOneName(value))
      }),
      propertyRuns(3000),
    )
  })

  it('is looked for in text that is not JSON without throwing', () => {
    const piece = fc.constantFrom('{', '}', '"', '\\', ':', ' ', 'a', '\\"', '"a":', '\\u12')
    const text = fc.oneof(
      fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(text, (json) => {
        expect([true, false]).toContain(hasDuplicateKeys(json))
      }),
      propertyRuns(3000),
    )
  })

  // Linear time takes milliseconds for each of these; anything worse takes minutes.
  const million = 2_000_000
  it.each([
    ['strings that never end', `{"${'\\"'.repeat(million)}`],
    ['quotes alone', '"'.repeat(million + 1)],
    ['backslashes in a string that never ends', `"${'\\'.repeat(million)}`],
    ['names without an object', '"a":'.repeat(million)],
    ['space that leads nowhere', `"a"${' '.repeat(million)}`.repeat(2)],
    ['braces that are never closed', '{'.repeat(million)],
    ['braces that were never opened', '}'.repeat(million)],
  ])('is looked for in linear time in two million characters of %s', (_what, text) => {
    expect(hasDuplicateKeys(text)).toBe(false)
  })
})
