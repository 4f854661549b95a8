/** A secret is not written where the next commit would take it along. */
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { SetupError } from '../errors.ts'
import { shown } from './folder.ts'

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
