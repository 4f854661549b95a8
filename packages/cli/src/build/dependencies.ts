/** Copies the packages that were not bundled, with everything that they depend on, into `node_modules` of the build. */
import { cpSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, sep } from 'node:path'

interface Manifest {
  name: string
  version: string
  dependencies?: Record<string, string>
}

/** Sources and types, and builds for other programs than Node. */
const notCopied = /\.(?:bare|ts|md|cc|c|h|map)$|CMakeLists\.txt$/
const otherFolders = new Set(['test', 'docs', 'benchmarks', 'examples', '.github', 'node_modules'])

/**
 * Writes a package.json too, which says what the build is made of.
 *
 * @param names of packages that a file in `from` can import
 * @throws Error if two versions of one package are needed: the copy has one folder for each name
 */
export function copyDependencies(
  names: readonly string[],
  { from, to, version }: { from: string; to: string; version: string },
): void {
  const versions = new Map<string, string>()
  for (const name of names) copyPackage(name, from, join(to, 'node_modules'), versions)
  const manifest = {
    name: 'gatehouse-server',
    version,
    private: true,
    type: 'commonjs',
    engines: { node: '>=22.18' },
    dependencies: Object.fromEntries(names.map((name) => [name, versions.get(name)])),
  }
  writeFileSync(join(to, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

function copyPackage(name: string, from: string, to: string, versions: Map<string, string>): void {
  const folder = folderOf(name, from)
  const { version, dependencies = {} } = manifestIn(folder)
  const copied = versions.get(name)
  if (copied === version) return
  if (copied !== undefined) throw new Error(`Two versions of ${name}: ${copied} and ${version}`)
  versions.set(name, version)
  const target = join(to, name)
  mkdirSync(target, { recursive: true })
  cpSync(folder, target, { recursive: true, filter: (path) => isCopied(relative(folder, path)) })
  for (const dependency of Object.keys(dependencies)) copyPackage(dependency, folder, to, versions)
}

function isCopied(path: string): boolean {
  if (path === '') return true
  if (path.split(sep).some((part) => otherFolders.has(part))) return false
  return !notCopied.test(path) && !/prebuilds.(?:android|ios)/.test(path)
}

/** Not by its package.json, which a package may not export. */
function folderOf(name: string, from: string): string {
  const paths = createRequire(join(from, 'package.json')).resolve.paths(name) ?? []
  for (const path of paths) {
    const folder = join(path, name)
    // A package manager may have put a link there; its dependencies are beside the real folder.
    if (exists(folder)) return realpathSync(folder)
  }
  throw new Error(`The package ${name} is not installed. Run: npm ci`)
}

function exists(folder: string): boolean {
  try {
    return manifestIn(folder).name !== ''
  } catch {
    return false
  }
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}
