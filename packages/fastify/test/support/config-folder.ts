/** A folder with an `aad.config.json` of its own, and what becomes of it at boot. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, loadConfig, type Config } from '../../src/config/index.ts'

export const ownTenant = {
  tenant: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  clientId: '6ba7b810-9dad-41d1-80b4-00c04fd430c8',
  clientSecret: 'Zx8~Q.own-tenant-secret_0123456789',
  authority: 'https://login.microsoftonline.com',
  publicUrl: 'https://app.example.test',
  scopes: ['User.ReadBasic.All'],
  downstreamApis: {
    graph: { baseUrl: 'https://graph.microsoft.com/v1.0', scopes: ['User.ReadBasic.All'] },
  },
}

export const freshClone = {
  ...ownTenant,
  tenant: '{enter-your-tenant-id-here}',
  clientId: '{enter-your-client-id-here}',
  clientSecret: '{enter-your-client-secret-here}',
  publicUrl: 'http://localhost:5173',
}

export const goodKey = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7)).toString(
  'base64',
)

type Env = Record<string, string>

/** @param file the file's value, or its text as it stands on the disk */
export function load(file: unknown, env: Env = {}): Config {
  return inFolder((folder) => {
    const text = typeof file === 'string' ? file : JSON.stringify(file)
    writeFileSync(join(folder, 'aad.config.json'), text, { mode: 0o600 })
    return loadConfig({ SESSION_KEYS: goodKey, ...env }, folder)
  })
}

/** What a configuration is refused with. @throws Error where it is not refused */
export function refusalOf(file: unknown, env: Env = {}): ConfigError {
  try {
    load(file, env)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('The configuration was accepted')
}

/** The keys that a configuration is refused for, each once, in order. */
export function refusedKeys(file: unknown, env: Env = {}): string[] {
  return [...new Set(refusalOf(file, env).problems.map(({ key }) => key))]
}

export function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-config-'))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
