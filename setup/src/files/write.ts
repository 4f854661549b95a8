/** Files change as a whole or not at all. */
import { randomBytes } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SetupError } from '../errors.ts'
import { shown } from './folder.ts'

/** For what holds a secret: its owner's alone. */
export const ownerOnly = 0o600

/** The file's text, or undefined where there is none. @throws SetupError where it cannot be read */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw notUsable(path, 'read', error)
  }
}

/**
 * Writes beside the file, then renames: whoever reads, and whatever interrupts, sees the old text or
 * the new one. A link stays a link.
 *
 * @param mode of the file; without one, what it had before
 * @throws SetupError
 */
export function writeWhole(path: string, text: string, mode?: number): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const target = realOf(path)
    const permissions = mode ?? modeOf(target)
    const draft = join(dirname(target), `.${randomBytes(6).toString('hex')}.tmp`)
    try {
      const file = openSync(draft, 'wx', permissions)
      writeSync(file, text)
      fsyncSync(file)
      closeSync(file)
      // Not subject to the umask, unlike the mode of `openSync`.
      chmodSync(draft, permissions)
      renameSync(draft, target)
    } finally {
      rmSync(draft, { force: true })
    }
  } catch (error) {
    throw notUsable(path, 'written', error)
  }
}

export function removeFile(path: string): void {
  rmSync(path, { force: true })
}

function realOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function modeOf(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.mode ?? 0o644) & 0o777
}

function notUsable(path: string, verb: string, error: unknown): SetupError {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  return new SetupError(
    'files',
    `${shown(path)} cannot be ${verb} (${code}).`,
    'Look at its permissions and at the free space, then run the command again.',
    { cause: error },
  )
}
