/** The architecture as a test: who may import whom, and how large files, functions and folders may grow. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { circles, functionSizes, root, sourceFiles, type SourceFile } from './imports.ts'

const owned = ['web', 'bff', 'shared']
const product = ['contract', 'fastify', 'react', 'tenant', 'cli', 'create'].map(
  (name) => `packages/${name}`,
)
const units = [...owned, ...product]
const sources = new Map(units.map((unit) => [unit, sourceFiles(`${unit}/src`)]))
const everything = [...sources.values()].flat()
const sourcesOf = (unit: string) => sources.get(unit) ?? []

/** Which parts of the project a part may import. */
const mayImport: Record<string, string[]> = {
  'packages/contract': [],
  'packages/tenant': [],
  'packages/fastify': ['@gatehouse/contract'],
  'packages/react': ['@gatehouse/contract'],
  'packages/create': [],
  'packages/cli': [
    '@gatehouse/contract',
    '@gatehouse/create',
    '@gatehouse/fastify',
    '@gatehouse/tenant',
  ],
  shared: ['@gatehouse/contract'],
  bff: ['@gatehouse/fastify', '@gatehouse/shared'],
  web: ['@gatehouse/contract', '@gatehouse/react', '@gatehouse/shared'],
}

/** Inside packages/fastify/src: which folders a folder may import. Files beside them may be imported by all. */
const mayImportFolder: Record<string, string[]> = {
  openapi: ['session'],
  device: ['config', 'session', 'store'],
  outgoing: [],
  telemetry: ['store'],
  config: ['outgoing', 'telemetry'],
  store: ['outgoing'],
  entra: ['config', 'outgoing', 'telemetry'],
  session: ['config', 'entra', 'store', 'telemetry'],
  auth: ['config', 'device', 'entra', 'session', 'store', 'telemetry'],
  downstream: ['auth', 'config', 'entra', 'outgoing', 'telemetry'],
  endpoint: ['auth', 'downstream'],
  web: ['config', 'telemetry'],
  plugins: ['config', 'telemetry', 'web'],
  doctor: ['auth', 'config', 'device', 'entra', 'outgoing', 'session', 'store'],
  commands: ['config', 'doctor', 'session'],
}

/** Imports that a rule forbids, as "file -> import". */
function breaches(files: SourceFile[], forbidden: (imported: string, file: SourceFile) => boolean) {
  return files.flatMap((file) =>
    file.imports
      .filter((imported) => forbidden(imported, file))
      .map((imported) => `${file.path} -> ${imported}`),
  )
}

interface Manifest {
  name: string
  exports?: Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

function manifestOf(unit: string): Manifest {
  return JSON.parse(readFileSync(join(root, unit, 'package.json'), 'utf8')) as Manifest
}

const within = (folder: string) => (path: string) => path.startsWith(`${folder}/`)
const isFile = (imported: string) =>
  /^(?:bff|web|shared|packages|e2e|foreign-clients)\//.test(imported)
const packageOf = (imported: string) => imported.split('/').slice(0, 2).join('/')

describe('imports between the parts of the project', () => {
  it('are found: every part has files that import other parts', () => {
    for (const unit of units) expect([unit, sourcesOf(unit).length > 3]).toEqual([unit, true])
    expect(everything.flatMap(({ imports }) => imports).length).toBeGreaterThan(500)
  })

  it.each(units)('of %s go only to permitted parts', (unit) => {
    const foreign = (imported: string) =>
      imported.startsWith('@gatehouse/')
        ? !mayImport[unit]?.includes(packageOf(imported))
        : isFile(imported) && !within(`${unit}/src`)(imported)
    expect(breaches(sourcesOf(unit), foreign)).toEqual([])
  })

  it('let the contract import nothing but the schema library', () => {
    const other = (imported: string) => imported !== 'typebox' && !isFile(imported)
    expect(breaches(sourcesOf('packages/contract'), other)).toEqual([])
  })

  it('never reach into the test folder of another workspace', () => {
    const tests = ['bff', 'web', 'e2e', 'packages'].flatMap(sourceFiles)
    const testFolder = /^(bff|web|packages\/[a-z-]+)\/test\//
    const another = (imported: string, file: SourceFile) => {
      const owner = testFolder.exec(imported)?.[1]
      return owner !== undefined && !within(owner)(file.path)
    }
    expect(breaches(tests, another)).toEqual([])
  })

  it('let foreign clients reach the tenant by its test exports only', () => {
    const clients = sourceFiles('foreign-clients')
    const entry = 'packages/tenant/src/testing/index.ts'
    const ours = (imported: string) =>
      imported.startsWith('@gatehouse/') ||
      (isFile(imported) && !within('foreign-clients')(imported) && imported !== entry)
    expect(breaches(clients, ours)).toEqual([])
    expect(clients.flatMap(({ imports }) => imports)).toContain(entry)
  })

  it('name only exports of a package', () => {
    const offered = new Set(
      [...units, 'packages/test-support'].flatMap((unit) => {
        const { name, exports } = manifestOf(unit)
        return Object.keys(exports ?? {}).map((path) => name + path.slice(1))
      }),
    )
    const isOffered = (imported: string) =>
      offered.has(imported) || offered.has(`${packageOf(imported)}/*`)
    const all = [...everything, ...sourceFiles('e2e'), ...sourceFiles('packages')]
    const missing = (imported: string) => imported.startsWith('@gatehouse/') && !isOffered(imported)
    expect(breaches(all, missing)).toEqual([])
  })
})

describe('the dependencies of a package', () => {
  const nameOf = (imported: string) =>
    imported
      .split('/')
      .slice(0, imported.startsWith('@') ? 2 : 1)
      .join('/')

  it.each([...units, 'packages/test-support', 'e2e'])('are those that it imports: %s', (unit) => {
    const { dependencies, devDependencies, peerDependencies } = manifestOf(unit)
    const declared = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies })
    const imported = new Set(sourceFiles(unit).flatMap(({ imports }) => imports.map(nameOf)))
    // Types come with an import of the package that they describe.
    const unused = declared.filter((name) => !name.startsWith('@types/') && !imported.has(name))
    expect(unused).toEqual([])
    const ofSources = sourcesOf(unit).flatMap(({ imports }) => imports)
    const needed = ofSources.filter((path) => !isFile(path) && !path.startsWith('node:'))
    const { name } = manifestOf(unit)
    const missing = needed.map(nameOf).filter((one) => one !== name && !declared.includes(one))
    expect(missing).toEqual([])
  })
})

describe('imports inside packages/fastify', () => {
  const base = 'packages/fastify/src'
  const folderOf = (path: string) => new RegExp(`^${base}/([^/]+)/`).exec(path)?.[1]
  const files = sourcesOf('packages/fastify')

  it.each(Object.keys(mayImportFolder))('of %s go in one direction', (folder) => {
    const inFolder = files.filter(({ path }) => folderOf(path) === folder)
    expect(inFolder.length).toBeGreaterThan(0)
    const backwards = (imported: string) => {
      const other = folderOf(imported)
      return other !== undefined && other !== folder && !mayImportFolder[folder]?.includes(other)
    }
    expect(breaches(inFolder, backwards)).toEqual([])
  })

  // As the first process of a container it would have to wait for their ends.
  it.each(['packages/fastify', 'bff'])('start no other process: %s', (unit) => {
    const program = /^node:(?:child_process|cluster)$/
    expect(breaches(sourcesOf(unit), (imported) => program.test(imported))).toEqual([])
  })

  it('name every folder in this test', () => {
    const folders = new Set(files.flatMap(({ path }) => folderOf(path) ?? []))
    expect([...folders].toSorted()).toEqual(Object.keys(mayImportFolder).toSorted())
  })

  it('enter config, entra, outgoing and doctor by their index', () => {
    const inside = new RegExp(`^${base}/(config|entra|outgoing|doctor)/(?!index\\.ts$)`)
    const past = (imported: string, file: SourceFile) => {
      const folder = inside.exec(imported)?.[1]
      return folder !== undefined && folderOf(file.path) !== folder
    }
    expect(breaches(files, past)).toEqual([])
  })

  it('make clients for other servers in outgoing only, which knows the proxy', () => {
    const clients =
      /new (?:Agent|Client|Pool|ProxyAgent|EnvHttpProxyAgent|RetryAgent)\(|setGlobalDispatcher|(?<![.#\w])fetch\(/
    const makers = [...files, ...sourcesOf('packages/cli')].filter(({ text }) => clients.test(text))
    expect(makers.map(({ path }) => path)).toEqual([
      `${base}/outgoing/client.ts`,
      // It waits for the servers that it has started.
      'packages/cli/src/dev/processes.ts',
    ])
  })

  it('of entry points only reach the environment', () => {
    const readers = files.filter(({ text }) => text.includes('process.env')).map(({ path }) => path)
    expect(readers.toSorted()).toEqual([
      `${base}/commands/doctor.ts`,
      `${base}/commands/end-sessions.ts`,
      `${base}/index.ts`,
      `${base}/server.ts`,
    ])
  })
})

describe('imports inside the app', () => {
  it('keep pages out of each other', () => {
    const pageOf = (path: string) => /^web\/src\/pages\/([^/.]+)/.exec(path)?.[1]
    const pages = sourcesOf('web').filter(({ path }) => within('web/src/pages')(path))
    const other = (imported: string, file: SourceFile) =>
      within('web/src/pages')(imported) && pageOf(imported) !== pageOf(file.path)
    expect(breaches(pages, other)).toEqual([])
  })

  it('of session, api and ui need no page and no layout', () => {
    const below = sourcesOf('web').filter(({ path }) =>
      /^web\/src\/(?:session|api|ui)\//.test(path),
    )
    const above = (imported: string) => /^web\/src\/(?:pages|layout|router)/.test(imported)
    expect(breaches(below, above)).toEqual([])
  })
})

describe('the sizes of files, functions and folders', () => {
  const quantile = (values: number[], part: number) =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? 0
  const lines = (files: SourceFile[]) => files.map((file) => file.lines)

  it('are one idea per file, and the whole idea in the file', () => {
    const productFiles = product.flatMap(sourcesOf)
    // The local tenant is a product of its own: Entra's and Graph's surface, which no other part knows.
    const tenantFiles = sourcesOf('packages/tenant').length
    expect(tenantFiles).toBeLessThanOrEqual(280)
    // Six of them make an app: npm create is a package of its own, which installs in a second.
    expect(productFiles.length - tenantFiles).toBeLessThanOrEqual(255)
    expect(quantile(lines(productFiles), 0.5)).toBeGreaterThanOrEqual(85)
    expect(quantile(lines(productFiles), 0.5)).toBeLessThanOrEqual(130)
    expect(quantile(lines(everything), 0.9)).toBeLessThanOrEqual(220)
  })

  it('leave no file of more than 400 lines', () => {
    // A language is one list of all texts, and one file to load.
    const isLanguage = within('web/src/languages')
    const long = everything.filter(({ path, lines: count }) => count > 400 && !isLanguage(path))
    expect(long.map(({ path, lines: count }) => `${path}: ${count}`)).toEqual([])
  })

  it('leave no function of more than 60 lines', () => {
    const long = everything.flatMap(functionSizes).filter((one) => one.lines > 60)
    expect(long.map(({ path, line, lines: count }) => `${path}:${line}: ${count}`)).toEqual([])
  })

  it('leave no folder of more than 12 files', () => {
    const folders = Object.groupBy(everything, ({ path }) => dirname(path))
    const full = Object.entries(folders).filter(([, files]) => (files?.length ?? 0) > 12)
    // The parts that every page is made of: flat, and found by their names.
    expect(full.map(([folder]) => folder).filter((folder) => folder !== 'web/src/ui')).toEqual([])
  })

  it('keep the developer’s own files small', () => {
    expect(sourcesOf('bff').length).toBeLessThanOrEqual(15)
    expect(lines(sourcesOf('bff')).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(500)
  })

  it('leave no import cycle', () => {
    expect(circles(everything)).toEqual([])
  })

  it('name no file utils, lib, helpers, common or types', () => {
    const drawers = /\/(?:utils?|lib|helpers?|common|types|misc)(?:\.tsx?|\/)/
    expect(everything.map(({ path }) => path).filter((path) => drawers.test(path))).toEqual([])
  })
})
