/** The sentences of the tests, read from their source: nothing is run for it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync, Visitor, type ESTree } from 'vite'
import { root, sourceFiles } from './imports.ts'

/** Stands for a value that a table or a loop fills in. */
export const filledIn = '…'

export interface TestTitles {
  /** Titles as they are written, those of groups too. */
  titles: string[]
  /** The title of each test behind the titles of its groups: what a reporter prints. */
  sentences: string[]
  /** Every string of the file: what a table may fill in. */
  strings: Set<string>
}

const folders = [
  'bff/test',
  'packages/fastify/test',
  'packages/react/test',
  'packages/tenant/test',
  'packages/cli/test',
  'web/test',
  'e2e',
]
/** `it.each([…])` and `test.use({…})` name no test; `it.each([…])('…')` does. */
const naming = new Set(['describe', 'only', 'skip', 'todo', 'concurrent', 'sequential', 'fails'])

/** Every file of the test folders, support files too. */
export const testFiles = (): string[] =>
  folders.flatMap((folder) => sourceFiles(folder)).map(({ path }) => path)

/** @param path from the project's root */
export function testTitles(path: string): TestTitles {
  const { program } = parseSync(path, readFileSync(join(root, path), 'utf8'))
  const found: TestTitles = { titles: [], sentences: [], strings: new Set() }
  const groups: string[] = []
  new Visitor({
    CallExpression(call) {
      const title = titleOf(call)
      if (title === undefined) return
      found.titles.push(title)
      if (isGroup(call)) groups.push(title)
      else found.sentences.push([...groups, title].join(' '))
    },
    'CallExpression:exit'(call) {
      if (titleOf(call) !== undefined && isGroup(call)) groups.pop()
    },
    Literal({ value }) {
      if (typeof value === 'string') found.strings.add(value)
    },
  }).visit(program)
  return found
}

function titleOf({ callee, arguments: [title, body] }: ESTree.CallExpression) {
  const named = callee.type === 'MemberExpression' ? nameOf(callee.property) : 'describe'
  if (body === undefined || !naming.has(named ?? '')) return undefined
  if (!['describe', 'it', 'test'].includes(runnerOf(callee) ?? '')) return undefined
  if (title?.type === 'Literal' && typeof title.value === 'string') {
    return title.value.replaceAll(/%[sdifjo]|\$[\w.]+/g, filledIn)
  }
  return title?.type === 'TemplateLiteral'
    ? title.quasis.map(({ value }) => value.cooked).join(filledIn)
    : undefined
}

/** `describe(…)`, `describe.each(…)(…)`, `test.describe(…)`. */
const isGroup = ({ callee }: ESTree.CallExpression) =>
  runnerOf(callee) === 'describe' ||
  (callee.type === 'MemberExpression' && nameOf(callee.property) === 'describe')

function runnerOf(callee: ESTree.Expression): string | undefined {
  if (callee.type === 'CallExpression') return runnerOf(callee.callee)
  return callee.type === 'MemberExpression' ? nameOf(callee.object) : nameOf(callee)
}

const nameOf = (node: ESTree.Node) => (node.type === 'Identifier' ? node.name : undefined)
