/** A registry of npm for the packages of this repository, as they would be published. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { manifestIn } from '../../release/manifest.ts'
import { root } from '../imports.ts'

export interface Registry {
  /** The environment of an npm that asks it for `@gatehouse/*`, and the usual registry for all others. */
  env: { NPM_CONFIG_USERCONFIG: string }
  close(): Promise<void>
}

/** @param tarballs the packed files by the names of their packages @param npmrc the file that tells an npm where to ask */
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
