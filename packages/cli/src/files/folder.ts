/** The paths that the commands read and write: the configuration, and beside it `.env` and the keys. */

import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { findProjectRoot } from '@gatehouse/fastify/config'
import { SetupError } from '../errors.ts'

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

/**
 * Runs a command that no other one may meet in its folder: of two that make a secret, each would remove that of the other.
 *
 * @throws SetupError `conflict` while another one runs; what `run` throws
 */
export async function alone(folder: Folder, run: () => Promise<void>): Promise<void> {
  const name = createHash('sha256').update(folder.path).digest('hex').slice(0, 16)
  // Not in the folder, where git would see it.
  const lock = join(tmpdir(), `gatehouse-${name}.lock`)
  if (!createLock(lock)) {
    const owner = ownerOf(lock)
    if (isRunning(owner)) throw underWay(owner)
    remove(lock)
    if (!createLock(lock)) throw underWay(undefined)
  }
  try {
    await run()
  } finally {
    remove(lock)
  }
}

/** @returns NaN or 0 for a lock that has just been removed, or that cannot be read */
function ownerOf(lock: string): number {
  try {
    return Number(readFileSync(lock, 'utf8'))
  } catch {
    return 0
  }
}

/** What is another user's stays. */
function remove(lock: string): void {
  try {
    rmSync(lock, { force: true })
  } catch {
    // The next attempt to create it says so.
  }
}

/** @returns false if it is there already */
function createLock(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** A process that was killed has left its lock. */
function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    // Signal 0 asks only.
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function underWay(pid: number | undefined): SetupError {
  return new SetupError(
    'conflict',
    `Another register or cleanup of this app runs${pid === undefined ? '' : ` (process ${pid})`}.`,
    'Let it end, then run the command again.',
  )
}

/** The path in the configuration: relative to the project's root, if the file is inside. */
export function inConfig(path: string): string {
  const inside = relative(root, path)
  return inside.startsWith('..') ? path : inside
}

/** The path in messages. */
export const shown = inConfig
