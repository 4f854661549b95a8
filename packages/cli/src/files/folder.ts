/** Where the commands read and write: the configuration, and beside it `.env` and the keys. */
import { findProjectRoot } from '@gatehouse/fastify/config'
import { dirname, join, relative, resolve } from 'node:path'

export const root = findProjectRoot()

export interface Folder {
  /** The folder of the configuration: the project's root, or where AAD_CONFIG leads. */
  readonly path: string
  readonly config: string
  readonly env: string
  /** For keys made on this machine; ignored by git as a whole. */
  readonly keys: string
}

export function folderOf(env: NodeJS.ProcessEnv): Folder {
  const config = resolve(root, env['AAD_CONFIG']?.trim() || 'aad.config.json')
  const path = dirname(config)
  return { path, config, env: join(path, '.env'), keys: join(path, '.data') }
}

/** As the configuration names a file, which the app looks up from the project's root. */
export function inConfig(path: string): string {
  const inside = relative(root, path)
  return inside.startsWith('..') ? path : inside
}

/** As a person at the project's root would write it. */
export const shown = inConfig
