/** The architecture as a test: who may import whom, and how large a file may grow. */
import { describe, expect, it } from 'vitest'
import { sourceFiles, type SourceFile } from './imports.ts'

const bff = sourceFiles('bff/src')
const web = sourceFiles('web/src')
const tenant = sourceFiles('tenant/src')
const shared = sourceFiles('shared/src')
const setup = sourceFiles('setup/src')
const everything = [...bff, ...web, ...tenant, ...shared, ...setup]

/** Imports that a rule forbids, as "file -> import". */
function breaches(files: SourceFile[], forbidden: (imported: string, file: SourceFile) => boolean) {
  return files.flatMap((file) =>
    file.imports
      .filter((imported) => forbidden(imported, file))
      .map((imported) => `${file.path} -> ${imported}`),
  )
}

const within = (folder: string) => (file: SourceFile) => file.path.startsWith(`${folder}/`)
const isLocal = (imported: string) =>
  /^(?:bff|web|tenant|shared|setup|e2e|packages)\//.test(imported)

describe('import directions', () => {
  it('reads every room', () => {
    for (const files of [bff, web, tenant, shared, setup]) expect(files.length).toBeGreaterThan(4)
    expect(bff.flatMap(({ imports }) => imports).length).toBeGreaterThan(100)
  })

  it('lets the contract import nothing but the schema library', () => {
    expect(
      breaches(shared, (imported) => imported !== 'typebox' && !imported.startsWith('shared/src/')),
    ).toEqual([])
  })

  it('keeps the local tenant free of anything of ours', () => {
    const ours = (imported: string) =>
      imported.startsWith('@gatehouse/') || (isLocal(imported) && !imported.startsWith('tenant/'))
    expect(breaches(tenant, ours)).toEqual([])
  })

  it('lets a workspace import another one’s source, and not its test folder', () => {
    const tests = ['bff', 'web', 'tenant', 'setup', 'e2e', 'packages'].flatMap(sourceFiles)
    const testFolder = /^(bff|web|tenant|setup)\/test\//
    const another = (imported: string, file: SourceFile) => {
      const owner = testFolder.exec(imported)?.[1]
      return owner !== undefined && !within(`${owner}/test`)(file)
    }
    expect(breaches(tests, another)).toEqual([])
  })

  it('lets the clients of others reach the tenant by what it exports for tests', () => {
    const clients = sourceFiles('foreign-clients')
    const ours = (imported: string) =>
      (imported.startsWith('@gatehouse/') || isLocal(imported)) &&
      imported !== 'tenant/src/testing/index.ts'
    expect(breaches(clients, ours)).toEqual([])
    expect(clients.flatMap(({ imports }) => imports)).toContain('tenant/src/testing/index.ts')
  })

  it('lets the setup commands import the contract and nothing else of the project', () => {
    const foreign = (imported: string) =>
      (imported.startsWith('@gatehouse/') && !imported.startsWith('@gatehouse/shared/')) ||
      (isLocal(imported) && !imported.startsWith('setup/'))
    expect(breaches(setup, foreign)).toEqual([])
  })

  it('enters a machinery room by its door only', () => {
    for (const room of ['identity', 'downstream', 'directory', 'config']) {
      const inside = `bff/src/${room}/`
      const outsiders = bff.filter((file) => !file.path.startsWith(inside))
      const pastTheDoor = (imported: string) =>
        imported.startsWith(inside) && imported !== `${inside}index.ts`
      expect(breaches(outsiders, pastTheDoor)).toEqual([])
    }
  })

  it('keeps machinery away from the app’s own routes', () => {
    const machinery = /^bff\/src\/(?:identity|downstream|directory|plugins|config)\//
    expect(
      breaches(bff.filter(within('bff/src/routes')), (imported) => machinery.test(imported)),
    ).toEqual([])
  })

  it('lets data flow one way through the back end', () => {
    const backwards: Record<string, RegExp> = {
      'bff/src/config': /^bff\/src\/(?:identity|downstream|plugins|routes|app|server)/,
      'bff/src/identity': /^bff\/src\/(?:downstream|directory|plugins|routes|app|server)/,
      'bff/src/downstream': /^bff\/src\/(?:directory|plugins|routes|app|server)/,
      'bff/src/directory': /^bff\/src\/(?:plugins|routes|app|server)/,
      'bff/src/plugins': /^bff\/src\/(?:identity|downstream|routes|app|server)/,
    }
    for (const [room, forbidden] of Object.entries(backwards)) {
      expect(breaches(bff.filter(within(room)), (imported) => forbidden.test(imported))).toEqual([])
    }
  })

  it('lets the page import the contract and nothing else of the project', () => {
    const foreign = (imported: string) =>
      (imported.startsWith('@gatehouse/') && !imported.startsWith('@gatehouse/shared/')) ||
      (isLocal(imported) && !imported.startsWith('web/'))
    expect(breaches(web, foreign)).toEqual([])
  })

  it('keeps pages out of each other and out of the machinery’s imports', () => {
    const pageFolder = (path: string) => /^web\/src\/pages\/([^/.]+)/.exec(path)?.[1]
    const otherPage = (imported: string, file: SourceFile) =>
      imported.startsWith('web/src/pages/') && pageFolder(imported) !== pageFolder(file.path)
    expect(breaches(web.filter(within('web/src/pages')), otherPage)).toEqual([])
    const machinery = web.filter(({ path }) => /^web\/src\/(?:session|api|ui)\//.test(path))
    expect(
      breaches(machinery, (imported) => /^web\/src\/(?:pages|layout|router)/.test(imported)),
    ).toEqual([])
  })

  it('reads the environment in the entries of processes only', () => {
    const readers = bff.filter(({ text }) => text.includes('process.env')).map(({ path }) => path)
    expect(readers.toSorted()).toEqual([
      'bff/src/doctor.ts',
      'bff/src/end-sessions.ts',
      'bff/src/server.ts',
    ])
  })
})

describe('sizes', () => {
  const quantile = (files: SourceFile[], part: number) =>
    files.map(({ lines }) => lines).toSorted((a, b) => a - b)[Math.floor(files.length * part)] ?? 0

  it('keeps every file to one idea', () => {
    const long = everything
      .filter(({ lines }) => lines > 250)
      .map(({ path, lines }) => `${path}: ${lines}`)
    expect(long).toEqual([])
  })

  it('keeps rooms of short files', () => {
    for (const files of [bff, web, tenant, setup]) {
      expect(quantile(files, 0.5)).toBeLessThanOrEqual(80)
      expect(quantile(files, 0.9)).toBeLessThanOrEqual(200)
    }
  })

  it('names no file after a drawer', () => {
    const drawers = /\/(?:utils?|lib|helpers?|common|types|misc)(?:\.tsx?|\/)/
    expect(everything.map(({ path }) => path).filter((path) => drawers.test(path))).toEqual([])
  })
})
