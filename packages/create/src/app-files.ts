/**
 * The files of a new app. `web`, `bff` and `shared` are those of Gatehouse's own repository; with the app's name, its
 * colours and the versions of the packages, nothing else is changed. The files beside them are in `app`.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { partManifest, rootManifest, type Manifest } from './manifests.ts'
import type { AppOptions } from './options.ts'

/** The parts that a developer owns. */
export const parts = ['web', 'bff', 'shared'] as const

const left = new Set(['node_modules', 'dist', 'generate', '.turbo', '.vite'])
/** What work and tests leave behind, secrets among it, as `.gitignore` names it. */
const leftBehind =
  /^(?:\.data|\.env(?:\..*)?|.*\.tsbuildinfo|coverage|playwright-report|test-re(?:ports|sults))$/

/** Tests that need nothing of this repository. */
const tests = new Set([
  'bff/test/app.test.ts',
  'bff/test/signed-in.test.ts',
  'web/test/format.test.ts',
  'web/test/languages.test.ts',
  'web/test/users.test.ts',
])

/** Files of the repository's root that a new app is made from. */
export const rootFiles = ['tsconfig.base.json', 'aad.config.json', 'package.json']

/** Whether a file of `web`, `bff` or `shared` belongs to an app. @param path such as `web/src/main.tsx` */
export function isAppFile(path: string): boolean {
  const segments = path.split('/')
  if (segments.some((segment) => left.has(segment) || leftBehind.test(segment))) return false
  return segments[1] !== 'test' || segments.length < 3 || tests.has(path)
}

/** npm leaves some names out of a package, so `app` has others. */
const appFiles: Record<string, string> = {
  'README.md': 'README.md',
  Dockerfile: 'Dockerfile',
  dockerignore: '.dockerignore',
  gitignore: '.gitignore',
  npmrc: '.npmrc',
  'turbo.json': 'turbo.json',
  'ci.yml': '.github/workflows/ci.yml',
  'devcontainer.json': '.devcontainer/devcontainer.json',
}

const appearanceFile = 'shared/src/appearance.ts'

/** Our documents come with a package. */
const documents = 'node_modules/@gatehouse/cli/docs/'
const documented = ['web/src/development/words.ts']

const isSource = extname(import.meta.filename) === '.ts'
/** Of this package. */
const own = join(import.meta.dirname, '..')
const template = isSource ? join(own, '../..') : join(own, 'template')

/** In the package, `package.json` of a folder would be taken for one of ours. */
export const manifestFile = 'app-package.json'

/** @returns the text or the bytes of each file by its path in the app */
export function filesOf(options: AppOptions): Map<string, string | Buffer> {
  const files = new Map<string, string | Buffer>()
  for (const part of parts) {
    for (const path of filesIn(part)) files.set(path, contentOf(path, options))
  }
  for (const [name, path] of Object.entries(appFiles)) {
    const text = readFileSync(join(own, 'app', name), 'utf8')
    files.set(path, text.replaceAll('{name}', options.name))
  }
  files.set('tsconfig.base.json', readFileSync(join(template, 'tsconfig.base.json')))
  files.set('aad.config.json', configuration())
  files.set('package.json', json(rootManifest(manifestIn(''), options, version())))
  return files
}

function filesIn(part: string): string[] {
  const inside = (folder: string): string[] =>
    readdirSync(join(template, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      if (!isAppFile(path)) return []
      return entry.isDirectory() ? inside(path) : [path.replace(manifestFile, 'package.json')]
    })
  return inside(part)
}

function contentOf(path: string, options: AppOptions): string | Buffer {
  const [part = '', file] = path.split('/')
  if (file === 'package.json') return json(partManifest(manifestIn(part), version()))
  const content = readFileSync(join(template, path))
  if (path === appearanceFile) return appearanceOf(options, content.toString())
  if (!documented.includes(path)) return content
  return content.toString().replace(/(?<=')docs\//g, documents)
}

/** What the app looks like is in one file. Neither value has a quotation mark: `readOptions` has checked them. */
function appearanceOf({ name, brand }: AppOptions, ours: string): string {
  const values = { name, brandColor: brand }
  return Object.entries(values).reduce(
    (text, [member, value]) =>
      text.replace(new RegExp(`(?<=^  ${member}: )'.*'`, 'm'), () => `'${value}'`),
    ours,
  )
}

/** As in a fresh clone: on the local tenant. The schema is that of the package. */
function configuration(): string {
  const text = readFileSync(join(template, 'aad.config.json'), 'utf8')
  const schema = './node_modules/@gatehouse/fastify/aad.config.schema.json'
  return json({ ...(JSON.parse(text) as object), $schema: schema })
}

function manifestIn(folder: string): Manifest {
  const name = isSource ? 'package.json' : manifestFile
  return JSON.parse(readFileSync(join(template, folder, name), 'utf8')) as Manifest
}

/** All packages of a release have one version: that of this one. */
function version(): string {
  return (JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as { version: string })
    .version
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
