/** A registry of npm for the packages of this repository, as they would be published. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { manifestIn } from '../../release/manifest.ts'
import { root } from '../imports.ts'

export interface Registry {
  /** The environment of an npm that asks it for `@gatehouse/*`, and the usual registry for all others. */
  env: Record<string, string>
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
  const ours = `@gatehouse:registry=${origin()}/\nprefer-offline=true\n`
  writeFileSync(npmrc, `${ownSettings()}\n${ours}`)
  return {
    // Not by a variable for the scope: a shell passes on no such name.
    env: { ...wayOut(), NPM_CONFIG_USERCONFIG: npmrc },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** The settings of npm of whoever runs the tests, who may need them to reach a registry. */
function ownSettings(): string {
  const path = process.env['npm_config_userconfig'] ?? join(homedir(), '.npmrc')
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

/** What else a network with a proxy or an authority of its own needs. */
function wayOut(): Record<string, string> {
  const known = /^(?:https?_proxy|no_proxy|node_extra_ca_certs|npm_config_globalconfig)$/i
  const entries = Object.entries(process.env).filter(([name]) => known.test(name))
  return Object.fromEntries(entries.map(([name, value = '']) => [name, value]))
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
