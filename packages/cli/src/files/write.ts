/** Files change as a whole or not at all. */
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { SetupError } from '../errors.ts'
import { shown } from './folder.ts'
import { spawnSync } from 'node:child_process'

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

// A secret is not written where the next commit would take it along.

/** `git check-ignore` ends with 1 for a file that git would take; with others where there is no repository, or no git. */
const wouldBeTaken = 1

/** @throws SetupError where git does not ignore the file */
export function requireIgnored(path: string): void {
  const { status } = spawnSync('git', ['check-ignore', '--quiet', path], { cwd: dirname(path) })
  if (status !== wouldBeTaken) return
  throw new SetupError(
    'files',
    `git does not ignore ${shown(path)}, where the secret goes.`,
    'Add the line .env to .gitignore (and take the file out of the index: git rm --cached .env), then run the command again.',
  )
}
