/** Starts the built server once, so that Node writes what it compiled beside it. */
import { spawn } from 'node:child_process'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { api } from '@gatehouse/contract/paths'
import { placeholders } from '@gatehouse/fastify/config'
import { freePort } from '@gatehouse/tenant/testing'
import { answers } from '../dev/processes.ts'
import { root } from '../files/folder.ts'

const startMs = 20_000

/** Keys that say which tenant and which address: the server starts on the local tenant, and calls nobody. */
const ownKeys = ['allowedTenants', 'credentials', 'clientSecretExpires', 'issuer', 'publicUrl']

/**
 * @param server the file `server.js` of the build
 * @returns why it did not work; undefined if it did
 */
export async function fillCompileCache(server: string): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-build-'))
  const port = await freePort()
  // No variable of the build but PATH: the server must not open the store of an environment.
  const env = {
    PATH: process.env['PATH'],
    AAD_CONFIG: writeLocalConfig(folder),
    DATA_DIR: folder,
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: 'silent',
  }
  const child = spawn(process.execPath, [server], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  try {
    const url = `http://127.0.0.1:${port}${api.session}`
    const answered = await answers(url, startMs, () => child.exitCode !== null)
    // Node writes the cache when a process ends by itself.
    child.kill('SIGTERM')
    const code = await ended
    if (!answered || code !== 0) return words.trim() || `the server ended with ${code}`
    letAllRead(join(dirname(server), 'compile-cache'))
    return undefined
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The project's settings with the placeholders. @returns the path of the file */
function writeLocalConfig(folder: string): string {
  const file = join(folder, 'aad.config.json')
  const written = JSON.parse(readFileSync(join(root, 'aad.config.json'), 'utf8')) as object
  const kept = Object.entries(written).filter(([key]) => !ownKeys.includes(key))
  const config = { ...Object.fromEntries(kept), ...placeholders, publicUrl: 'http://localhost' }
  writeFileSync(file, JSON.stringify(config))
  return file
}

/** Node writes the files for their owner alone; the server often runs as another user. */
function letAllRead(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true })) {
    const path = join(folder, String(name))
    if (statSync(path).isFile()) chmodSync(path, 0o644)
  }
}
