/** Reads and writes files. A write is atomic. */

import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type DecodedText, decodeText } from '@gatehouse/fastify/config'
import { SetupError } from '../errors.ts'
import { shown } from './folder.ts'

/** The mode of files with a secret. */
export const ownerOnly = 0o600

/** The file's text, without a byte-order mark; undefined if it does not exist. @throws SetupError if it cannot be read */
export function readText(path: string): string | undefined {
  let decoded: DecodedText
  try {
    decoded = decodeText(readFileSync(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw notUsable(path, 'read', error)
  }
  if (decoded.problem === undefined) return decoded.text
  // Edited, it would lose what could not be decoded.
  throw new SetupError('files', `${shown(path)} ${decoded.problem}.`, 'Then run the command again.')
}

/**
 * Writes a file beside it, then renames that: a reader sees the old text or the new one, also after an
 * interruption. A link stays a link.
 *
 * @param mode of the file; default: that of the existing file
 * @throws SetupError
 */
export function writeWhole(path: string, text: string, mode?: number): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const target = realOf(path)
    const permissions = mode ?? modeOf(target)
    const draft = join(dirname(target), `.${randomBytes(6).toString('hex')}.tmp`)
    try {
      writeFileSync(draft, text, { flag: 'wx', mode: permissions, flush: true })
      // Not subject to the umask, unlike the mode of `writeFileSync`.
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

/**
 * Makes sure that a file is still as it was when a plan was made of it. A person has time to edit it while a question waits.
 *
 * @throws SetupError `conflict`
 */
export function requireUnchanged(path: string, text: string): void {
  if ((readText(path) ?? '') === text) return
  throw new SetupError(
    'conflict',
    `${shown(path)} has changed meanwhile, and nothing was done.`,
    'Run the command again.',
  )
}

/** The exit status of `git check-ignore` for a file that git does not ignore. It is another one without a repository or git. */
const wouldBeTaken = 1

/**
 * Makes sure that the next commit does not contain the secret.
 *
 * @throws SetupError if git does not ignore the file
 */
export function requireIgnored(path: string): void {
  const { status } = spawnSync('git', ['check-ignore', '--quiet', path], { cwd: dirname(path) })
  if (status !== wouldBeTaken) return
  throw new SetupError(
    'files',
    `git does not ignore ${shown(path)}, where the secret goes.`,
    'Add the line .env to .gitignore (and take the file out of the index: git rm --cached .env), then run the command again.',
  )
}
