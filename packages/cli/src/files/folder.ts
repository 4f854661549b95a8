/** The paths that the commands read and write: the configuration, and beside it `.env` and the keys. */

import { dirname, join, relative, resolve } from 'node:path'
import { findProjectRoot } from '@gatehouse/fastify/config'

export const root = findProjectRoot()

export interface Folder {
  /** The folder of the configuration: the project's root, or that of AAD_CONFIG. */
  readonly path: string
  readonly config: string
  readonly env: string
  /** For keys made on this machine; git ignores it. */
  readonly keys: string
}

export function folderOf(env: NodeJS.ProcessEnv): Folder {
  const config = resolve(root, env['AAD_CONFIG']?.trim() || 'aad.config.json')
  const path = dirname(config)
  return { path, config, env: join(path, '.env'), keys: join(path, '.data') }
}

/** The path in the configuration: relative to the project's root, if the file is inside. */
export function inConfig(path: string): string {
  const inside = relative(root, path)
  return inside.startsWith('..') ? path : inside
}

/** The path in messages. */
export const shown = inConfig
