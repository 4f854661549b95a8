/** The documents name files that exist. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packedTexts } from '../release/documents.ts'
import { root } from './imports.ts'
import { deadLinks, linksIn } from './links.ts'

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'docs/deploy')).map((name) => `docs/deploy/${name}`),
  ...readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}/README.md`)
    .filter((path) => existsSync(join(root, path))),
]

const decisions = readdirSync(join(root, 'docs/decisions')).map((name) => `docs/decisions/${name}`)

/** Files that a document names in code style, and those that it links to. */
function namedFiles(text: string): string[] {
  const inCode = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+\.(?:tsx?|md))`/g)]
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)]
  return [...inCode, ...links].map(([, path = '']) => path)
}

/** A path from the root, from the document, or inside the package of the back end or of the local tenant. */
function exists(path: string, document: string): boolean {
  const bases = ['.', dirname(document), 'packages/fastify/src', 'packages/tenant/src']
  return bases.some((base) => existsSync(join(root, base, path)))
}

describe('the files that a document names', () => {
  it('are found: there are many', () => {
    const all = documents.flatMap((path) => namedFiles(readFileSync(join(root, path), 'utf8')))
    expect(all.length).toBeGreaterThan(150)
  })

  it.each([...documents, ...decisions])('exist: %s', (document) => {
    const named = namedFiles(readFileSync(join(root, document), 'utf8'))
    // The recipe names the files that its reader makes, a decision one that stands for any.
    const made = /profile\.tsx?$|stricter\.ts$|^\.\/file\.ts$/
    const missing = named.filter((path) => !exists(path, document) && !made.test(path))
    expect(missing).toEqual([])
  })
})

describe('the links of a document', () => {
  const read = (path: string) => {
    const file = join(root, path)
    if (!existsSync(file)) return undefined
    return path.endsWith('.md') ? readFileSync(file, 'utf8') : ''
  }
  const more = ['CHANGELOG.md', 'CODE_OF_CONDUCT.md', 'packages/tenant/CONFIGURATION.md']

  it.each([...documents, ...more, ...decisions])('lead somewhere: %s', (document) => {
    expect(deadLinks(document, read)).toEqual([])
  })
})

/** What each package brings, as it is installed: by its path from `node_modules/@gatehouse`. */
const installed = new Map<string, string>(
  ['cli', 'contract', 'create', 'fastify', 'react', 'tenant'].flatMap((name) =>
    [...packedTexts(name)].map(([place, text]): [string, string] => [`${name}/${place}`, text]),
  ),
)

describe('the documents that packages bring', () => {
  it('are all of them, and those of the local tenant with the tenant, too', () => {
    const names = [...installed.keys()]
    const all = documents.filter((path) => path.startsWith('docs/')).map((path) => `cli/${path}`)
    const tenants = ['tenant/docs/local-tenant-clients.md', 'tenant/docs/local-tenant.md']
    expect(names.filter((name) => name.includes('/docs/')).toSorted()).toEqual(
      [...all, ...tenants].toSorted(),
    )
    expect([...installed.values()].flatMap(linksIn).length).toBeGreaterThan(50)
  })

  it('lose no link but those to decisions', () => {
    const lost = [...installed].flatMap(([path, text]) => {
      if (!path.startsWith('cli/docs/')) return []
      const before = linksIn(readFileSync(join(root, path.slice('cli/'.length)), 'utf8'))
      const kept = before.filter((link) => !link.path.startsWith('decisions/'))
      return linksIn(text).length === kept.length ? [] : [path]
    })
    expect(lost).toEqual([])
  })

  it.each([...installed.keys()])('have links that lead somewhere: %s', (document) => {
    const read = (path: string) => {
      const inCli = /^cli\/((?:deploy|infra)\/.+|(?:azure|compose)\.yaml)$/.exec(path)?.[1]
      const inApp = /^\.\.\/\.\.\/(aad\.config\.json|Dockerfile|(?:web|bff|shared)\/src\/.+)$/.exec(
        path,
      )?.[1]
      const file = inCli ?? inApp
      return installed.get(path) ?? (file && existsSync(join(root, file)) ? '' : undefined)
    }
    expect(deadLinks(document, read)).toEqual([])
  })

  it('of the tenant, which is also used alone, lead to nothing beside it', () => {
    const own = [...installed].filter(([path]) => path.startsWith('tenant/'))
    const targets = own.flatMap(([path, text]) =>
      linksIn(text).map((link) => posix.join(posix.dirname(path), link.path)),
    )
    expect(targets.length).toBeGreaterThan(3)
    expect(targets.filter((target) => !target.startsWith('tenant/'))).toEqual([])
  })
})
