/** The documents name files that exist. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './imports.ts'

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}/README.md`)
    .filter((path) => existsSync(join(root, path))),
]

/** Files that a document names in code style, and those that it links to. */
function namedFiles(text: string): string[] {
  const inCode = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+\.(?:tsx?|md))`/g)]
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)]
  return [...inCode, ...links].map(([, path = '']) => path)
}

/** A path from the root, from the document, or inside the back end's package. */
function exists(path: string, document: string): boolean {
  const bases = ['.', dirname(document), 'packages/fastify/src']
  return bases.some((base) => existsSync(join(root, base, path)))
}

describe('the files that a document names', () => {
  it('are found: there are many', () => {
    const all = documents.flatMap((path) => namedFiles(readFileSync(join(root, path), 'utf8')))
    expect(all.length).toBeGreaterThan(150)
  })

  it.each(documents)('exist: %s', (document) => {
    const named = namedFiles(readFileSync(join(root, document), 'utf8'))
    // The recipe names the files that its reader makes.
    const made = /profile\.tsx?$|stricter\.ts$/
    const missing = named.filter((path) => !exists(path, document) && !made.test(path))
    expect(missing).toEqual([])
  })
})
