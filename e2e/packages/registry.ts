/** A registry of npm for the packages of this repository, as they would be published. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { manifestIn, packageFolders } from '../../release/manifest.ts'
import { root } from '../imports.ts'

export interface Registry {
  /** The environment of an npm that asks it for `@gatehouse/*`, and the usual registry for all others. */
  env: { NPM_CONFIG_USERCONFIG: string }
  /** The packed files by the names of their packages. */
  tarballs: Map<string, string>
  close(): Promise<void>
}

/** Builds the packages unless they are built, and packs them into a folder. */
export function packAll(folder: string): Map<string, string> {
  const turbo = join(root, 'node_modules/turbo/bin/turbo')
  const build = ['run', 'build', '--filter=./packages/*', '--output-logs=errors-only']
  execFileSync(process.execPath, [turbo, ...build], { cwd: root, stdio: ['ignore', 2, 2] })
  const tarballs = new Map<string, string>()
  mkdirSync(folder, { recursive: true })
  const folders = packageFolders().map((one) => join(one, 'package'))
  const pack = ['pack', ...folders, '--pack-destination', folder, '--json']
  const output = execFileSync('npm', pack, { cwd: folder, encoding: 'utf8' })
  for (const { name, filename } of packed(output)) tarballs.set(name, join(folder, filename))
  return tarballs
}

/** npm 11 prints a list, later ones an object by the names. */
function packed(output: string): { name: string; filename: string }[] {
  return Object.values(JSON.parse(output) as Record<string, { name: string; filename: string }>)
}

/** @param tarballs from `packAll` @param npmrc the file that tells an npm where to ask */
export async function startRegistry(
  tarballs: Map<string, string>,
  npmrc: string,
): Promise<Registry> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    const file = [...tarballs.values()].find((one) => path === `/files/${basename(one)}`)
    const tarball = tarballs.get(path.slice(1))
    if (file !== undefined) response.end(readFileSync(file))
    else if (tarball === undefined) response.writeHead(404).end('{}')
    else response.end(JSON.stringify(packument(path.slice(1), tarball, origin())))
  })
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  writeFileSync(npmrc, `@gatehouse:registry=${origin()}/\nprefer-offline=true\n`)
  return {
    tarballs,
    // Not by a variable for the scope: a shell passes on no such name.
    env: { NPM_CONFIG_USERCONFIG: npmrc },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function packument(name: string, tarball: string, origin: string) {
  const manifest = manifestIn(join(root, 'packages', name.replace('@gatehouse/', ''), 'package'))
  const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`
  const dist = { tarball: `${origin}/files/${basename(tarball)}`, integrity }
  return {
    name,
    'dist-tags': { latest: manifest.version },
    versions: { [manifest.version]: { ...manifest, dist } },
  }
}
