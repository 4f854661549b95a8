/** The manifest of a package, as the repository has it and as npm gets it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const root = dirname(import.meta.dirname)

/** Entries of `exports` are files in the repository, and have types in a built package. */
type Entry = string | { types: string; default: string }

export interface SourceManifest {
  name: string
  version: string
  description: string
  license: string
  files: string[]
  exports: Record<string, Entry>
  scripts?: object
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  publishConfig: { bin?: Record<string, string>; exports?: Record<string, Entry> }
}

/**
 * Nobody owns the scope `@gatehouse` on npm yet. Until then, a built package is private as the sources are, so that no
 * command publishes it.
 */
export const isScopeOwned: boolean = false

export function manifestIn(folder: string): SourceManifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as SourceManifest
}

/** The folders of the packages that an app installs. */
export function packageFolders(): string[] {
  const folders = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
  return folders.filter((folder) => manifestIn(folder).publishConfig !== undefined)
}

/**
 * What npm gets: entries that are built, exact versions of each other, and nothing of the repository's own.
 *
 * @param folder of the built package
 */
export function publishedManifest(source: SourceManifest, folder: string): object {
  const { scripts: _, devDependencies: __, publishConfig, exports, ...rest } = source
  return {
    ...rest,
    private: isScopeOwned ? undefined : true,
    ...(publishConfig.bin && { bin: publishConfig.bin }),
    exports: {
      ...Object.fromEntries(Object.entries(exports).map(([path, file]) => [path, built(file)])),
      ...publishConfig.exports,
      './package.json': './package.json',
    },
    files: [...source.files, 'LICENSE'].filter((file) => existsSync(join(folder, file))),
    dependencies: withOwnVersions(source.dependencies),
    publishConfig: { access: 'public', provenance: true },
  }
}

function built(file: Entry): Entry {
  if (typeof file !== 'string' || !file.startsWith('./src/')) return file
  const path = file.replace('./src/', './dist/')
  if (!path.endsWith('.ts')) return path
  return { types: path.replace(/\.ts$/, '.d.ts'), default: path.replace(/\.ts$/, '.js') }
}

/** The packages of one release belong together: no other version of one is accepted beside the others. */
function withOwnVersions(dependencies: Record<string, string> | undefined) {
  if (!dependencies) return undefined
  return Object.fromEntries(
    Object.entries(dependencies).map(([name, version]) => [
      name,
      name.startsWith('@gatehouse/')
        ? manifestIn(join(root, 'packages', name.slice('@gatehouse/'.length))).version
        : version,
    ]),
  )
}
