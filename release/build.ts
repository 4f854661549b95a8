/**
 * `node ../../release/build.ts` in the folder of a package: makes `package/`, which is what npm gets. The repository
 * imports TypeScript sources; Node runs none under `node_modules`, so a package is JavaScript, with declarations and
 * source maps, and a manifest of its own.
 */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, extname, join, sep } from 'node:path'
import { copyDocuments } from './documents.ts'
import { manifestIn, publishedManifest, root, type SourceManifest } from './manifest.ts'
import { copyTemplate } from './template.ts'

/** Files that the sources read beside themselves. */
const besides = /\.(?:cjs|css|js|json)$/

/** @param folder of a package @param target is replaced */
export function buildPackage(folder: string, target: string): void {
  const manifest = manifestIn(folder)
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target)
  if (existsSync(join(folder, 'src'))) compile(folder, target, manifest)
  for (const file of manifest.files) {
    if (existsSync(join(folder, file))) {
      cpSync(join(folder, file), join(target, file), { recursive: true })
    }
  }
  cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'))
  copyDocuments(basename(folder), target)
  if (manifest.name === '@gatehouse/fastify') copySchema(target)
  if (manifest.name === '@gatehouse/create') copyTemplate(target)
  writeJson(join(target, 'package.json'), publishedManifest(manifest, target))
}

/** `$schema` of an app's aad.config.json. */
function copySchema(target: string): void {
  const name = 'aad.config.schema.json'
  cpSync(join(root, 'docs', name), join(target, name))
}

function compile(folder: string, target: string, manifest: SourceManifest): void {
  const config = join(target, 'tsconfig.json')
  writeJson(config, {
    extends: join(folder, 'tsconfig.json'),
    include: [join(folder, 'src')],
    exclude: [],
    compilerOptions: {
      noEmit: false,
      rootDir: join(folder, 'src'),
      outDir: join(target, 'dist'),
      typeRoots: [join(root, 'node_modules/@types')],
      declaration: true,
      // `npm run check` has done it.
      noCheck: true,
      sourceMap: true,
      // The sources are not in the package.
      inlineSources: true,
      rewriteRelativeImportExtensions: true,
      paths: builtTypes(manifest),
    },
  })
  // Not from here: a checker beside this file brings an older one.
  const typescript = createRequire(join(root, 'package.json')).resolve('typescript/package.json')
  // npm's own output has to be the name of the package alone.
  execFileSync(process.execPath, [join(typescript, '../bin/tsc'), '-p', config], {
    stdio: ['ignore', 2, 2],
  })
  rmSync(config)
  completeDeclarations(join(target, 'dist'), Object.keys(manifest.peerDependencies ?? {}))
  cpSync(join(folder, 'src'), join(target, 'dist'), {
    recursive: true,
    filter: (from) => extname(from) === '' || besides.test(from),
  })
}

/**
 * The compiler names `./file.js` in JavaScript, and leaves `./file.ts` in declarations. It also drops imports that name
 * no type, such as those of plugins that add to Fastify's types: the main file gets them back.
 *
 * @param peers the packages whose types are added to
 */
function completeDeclarations(folder: string, peers: readonly string[]): void {
  const source = /(["'])(\.{1,2}\/[^"'\n]*)\.ts\1/g
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const adding: string[] = []
  for (const name of names.filter((one) => one.endsWith('.d.ts')).toSorted()) {
    const file = join(folder, name)
    const text = readFileSync(file, 'utf8').replaceAll(source, '$1$2.js$1')
    writeFileSync(file, text)
    const adds = peers.some((peer) => text.includes(`declare module '${peer}'`))
    if (adds) adding.push(name.split(sep).join('/'))
  }
  const main = join(folder, 'index.d.ts')
  if (!existsSync(main)) return
  const imports = adding.map((name) => `import './${name.replace(/\.d\.ts$/, '.js')}'\n`)
  writeFileSync(main, imports.join('') + readFileSync(main, 'utf8'))
}

/** Declarations of the packages that it depends on: their sources would become a part of it. */
function builtTypes({ dependencies = {} }: SourceManifest): Record<string, string[]> {
  const ours = Object.keys(dependencies).filter((name) => name.startsWith('@gatehouse/'))
  return Object.fromEntries(
    ours.flatMap((name) => {
      const folder = join(root, 'packages', name.slice('@gatehouse/'.length), 'package')
      const { exports } = manifestIn(folder)
      return Object.entries(exports).flatMap(([path, file]) =>
        typeof file === 'string' ? [] : [[name + path.slice(1), [join(folder, file.types)]]],
      )
    }),
  )
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}

if (import.meta.main) buildPackage(process.cwd(), join(process.cwd(), 'package'))
