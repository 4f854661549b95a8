/** docs/threat-tests.md: each sentence is the title of a test in the file that the page names. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { idTokenVariants } from '@gatehouse/tenant'
import { describe, expect, it } from 'vitest'
import { root } from './imports.ts'
import { filledIn, testFiles, testTitles } from './test-titles.ts'

interface ThreatRow {
  id: string
  tests: { file: string; sentence: string }[]
}

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const rows = [...read('docs/threat-tests.md').matchAll(/^\| ([A-Z]{2}\d\d) \|.*\| (.*) \|$/gm)].map(
  ([, id = '', heldBy = '']): ThreatRow => ({ id, tests: namedTests(heldBy) }),
)
const titlesOf = new Map(testFiles().map((path) => [path, testTitles(path)]))

/** `file`: sentence <br> sentence of the same file <br> `other file`: sentence; "Not tested: …" names none. */
function namedTests(cell: string): ThreatRow['tests'] {
  let file = ''
  return cell.split(' <br> ').flatMap((part) => {
    const [, named, sentence = ''] = /^(?:`([^`]+)`: )?(.+)$/.exec(part) ?? []
    file = named ?? file
    return part.startsWith('Not tested: ') ? [] : [{ file, sentence }]
  })
}

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** If a title has a gap, a sentence of the page may fill it with a row of the test's table. */
function isHeld({ file, sentence }: ThreatRow['tests'][number]): boolean {
  const { sentences = [], strings = new Set<string>() } = titlesOf.get(file) ?? {}
  const fills = (value: string) =>
    value === filledIn || strings.has(value) || idTokenVariants.some((one) => one === value)
  return sentences.some((title) => {
    const pattern = title.split(filledIn).map(escaped).join('(.+)')
    const match = new RegExp(`^${pattern}$`).exec(sentence)
    return match !== null && match.slice(1).every(fills)
  })
}

describe('the table of attacks and their tests', () => {
  it('has every group with its number of rows, each id once and in order', () => {
    const ids = rows.map(({ id }) => id)
    const groups = Object.groupBy(ids, (id) => id.slice(0, 2))
    const sizes = Object.entries(groups).map(([group, { length } = []]) => `${group} ${length}`)
    expect(sizes.join(', ')).toBe(
      'AR 6, CB 16, ID 17, CK 10, DB 17, CS 9, SO 9, OR 10, GP 17, TS 10, FL 13, DS 8, HD 8, LG 6, CF 11, SP 5',
    )
    for (const group of Object.values(groups)) expect(group).toEqual(group?.toSorted())
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('has every row that the threat model names', () => {
    const named = read('docs/threat-model.md').match(/\b[A-Z]{2}\d\d\b/g) ?? []
    expect(named.length).toBeGreaterThan(50)
    expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining(named))
  })

  it.each(rows.map(({ id, tests }) => [id, tests] as const))(
    'names tests that exist: row %s',
    (_id, tests) => {
      expect(tests.length).toBeGreaterThan(0)
      expect(tests.filter((test) => !isHeld(test))).toEqual([])
    },
  )
})

describe('the titles of the tests', () => {
  it('carry no id of the table', () => {
    const all = [...titlesOf].flatMap(([path, { titles, strings }]) =>
      [...titles, ...strings].map((text) => `${path}: ${text}`),
    )
    expect(all.length).toBeGreaterThan(2000)
    expect(all.filter((text) => /\b[A-Z]{2}\d\d\b/.test(text))).toEqual([])
  })

  it('are unique within a file', () => {
    const repeated = [...titlesOf].flatMap(([path, { sentences }]) =>
      sentences
        .filter((sentence, place) => sentences.indexOf(sentence) !== place)
        .map((sentence) => `${path}: ${sentence}`),
    )
    expect(repeated).toEqual([])
  })
})
