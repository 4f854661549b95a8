/** Secrets that come as files, as container platforms mount them: AAD_CLIENT_SECRET_FILE, SESSION_KEYS_FILE. */
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Environment } from './environment.ts'
import type { ConfigProblem } from './errors.ts'

const files = {
  AAD_CLIENT_SECRET: 'AAD_CLIENT_SECRET_FILE',
  SESSION_KEYS: 'SESSION_KEYS_FILE',
} as const

/** Group and others: nobody but the owner may read a secret. */
const othersMask = 0o077

/**
 * Puts the files' contents, trimmed, where the variables without `_FILE` would be.
 *
 * @returns a problem for a file that cannot be read, is given beside its variable, or, in
 * production, can be read by others than its owner
 */
export function readSecretFiles(
  environment: Environment,
  root: string,
  production: boolean,
): { environment: Environment; problems: ConfigProblem[] } {
  const merged: Environment = { ...environment }
  const problems: ConfigProblem[] = []
  for (const [variable, key] of Object.entries(files) as [keyof typeof files, FileKey][]) {
    const path = environment[key]
    if (path === undefined) continue
    if (environment[variable] !== undefined) {
      problems.push({ key, message: `is set beside ${variable}; keep one of them` })
      continue
    }
    const { content, message } = readSecret(resolve(root, path), production)
    if (message) problems.push({ key, message })
    if (content) merged[variable] = content
  }
  return { environment: merged, problems }
}

type FileKey = (typeof files)[keyof typeof files]

function readSecret(path: string, production: boolean): { content?: string; message?: string } {
  try {
    const content = readFileSync(path, 'utf8').trim()
    if (content === '') return { message: 'names an empty file' }
    if (production && isReadableByOthers(path)) {
      return { content, message: 'names a file that others can read; chmod 600 it' }
    }
    return { content }
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    return { message: `names a file that cannot be read (${code})` }
  }
}

/** Follows links: what counts is the file with the secret in it. */
export function isReadableByOthers(path: string): boolean {
  return (statSync(path).mode & othersMask) !== 0
}
