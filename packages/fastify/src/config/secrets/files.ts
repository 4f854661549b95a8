/** Files that hold secrets, as people and container platforms make them. */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { type Environment, variableProblem } from '../environment.ts'
import type { ConfigProblem } from '../errors.ts'

/** The content of a file; or why it cannot be used, to complete "names …" or "has …". */
type SecretFile = { content: string; fault?: undefined } | { content?: undefined; fault: string }

/** Reads a file with a secret, a key, a certificate or a token, as container platforms mount them. */
export function readSecretFile(path: string): SecretFile {
  try {
    return usable(readFileSync(path, 'utf8'))
  } catch (error) {
    return unreadable(error)
  }
}

/** The same while requests are served: a slow mount delays only those that wait for it. */
export async function readSecretFileAsync(path: string): Promise<SecretFile> {
  try {
    return usable(await readFile(path, 'utf8'))
  } catch (error) {
    return unreadable(error)
  }
}

function usable(text: string): SecretFile {
  const content = text.trim()
  return content === '' ? { fault: 'an empty file' } : { content }
}

function unreadable(error: unknown): SecretFile {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  return { fault: `a file that cannot be read (${code})` }
}

/** Permission bits of the group and of all others. */
const othersMask = 0o077
const groupMayRead = 0o040

/** Who else may read a file: a problem to refuse, or a warning. Both complete "names …". */
export interface Exposure {
  problem?: string
  warning?: string
}

/**
 * Whether others than this process's user may read a file. Links are followed to the file itself.
 *
 * - A group that this process is in may read: Kubernetes mounts secrets as root:fsGroup with mode 0440.
 * - On a read-only mount, the process cannot change the mode, and in a container it is often the only one
 *   that sees the mount (Swarm and Compose: 0444). That is a warning.
 *
 * @param path of a file that exists
 * @param groups ids of this process's groups
 * @param mounts the text of /proc/self/mountinfo; empty on other systems
 */
export function exposureOf(
  path: string,
  groups: readonly number[] = ownGroups(),
  mounts: string = readMounts(),
): Exposure {
  const { mode, gid } = statSync(path)
  const exposed = mode & othersMask
  if (exposed === 0 || (exposed === groupMayRead && groups.includes(gid))) return {}
  if (!isOnReadOnlyMount(realpathSync(path), mounts)) {
    return { problem: 'a file that others can read; chmod 600 it' }
  }
  const octal = (mode & 0o777).toString(8).padStart(4, '0')
  return {
    warning: `a file that others can read (${octal}), on a read-only mount; set its mode to 0400, or 0440 with a group of this process, where it is mounted`,
  }
}

function ownGroups(): number[] {
  return [...(process.getgroups?.() ?? []), process.getegid?.() ?? -1]
}

function readMounts(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    return ''
  }
}

/**
 * The mount that holds a path is the one with the longest mount point; of two on one point, the later.
 * Either the mount or its file system may be read-only. See proc_pid_mountinfo(5).
 */
function isOnReadOnlyMount(path: string, mounts: string): boolean {
  let found = { point: '', readOnly: false }
  for (const line of mounts.split('\n')) {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , , point = '', options = ''] = before.split(' ')
    const [, , superOptions = ''] = after.split(' ')
    const mountPoint = unescaped(point)
    const holds = path === mountPoint || path.startsWith(mountPoint.replace(/\/?$/, sep))
    if (point === '' || !holds || mountPoint.length < found.point.length) continue
    const flags = [...options.split(','), ...superOptions.split(',')]
    found = { point: mountPoint, readOnly: flags.includes('ro') }
  }
  // A container whose own files can only be read says nothing about who else can read this one.
  return found.readOnly && found.point !== '/'
}

/** Spaces and other special characters are written as octal numbers. */
function unescaped(mountPoint: string): string {
  return mountPoint.replace(/\\([0-7]{3})/g, (_all, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
}

/** The variables that may come from a file: all that hold a secret. */
const variables = {
  AAD_CLIENT_SECRET: 'AAD_CLIENT_SECRET_FILE',
  SESSION_KEYS: 'SESSION_KEYS_FILE',
  STORE_URL: 'STORE_URL_FILE',
  STORE_PASSWORD: 'STORE_PASSWORD_FILE',
} as const

type Variable = keyof typeof variables

/** What is wrong with the files of variables, and what an operator should know about them. */
interface FileVariables {
  /** With the content of each file where the variable without `_FILE` is. */
  environment: Environment
  problems: ConfigProblem[]
  warnings: ConfigProblem[]
}

/**
 * Reads the variables that name a file.
 *
 * @returns a problem for a file that cannot be read, is empty, has content that the variable does not take,
 * is given beside its variable, or, in production, can be read by others
 */
export function readFileVariables(
  environment: Environment,
  root: string,
  production: boolean,
): FileVariables {
  const merged: Environment = { ...environment }
  const problems: ConfigProblem[] = []
  const warnings: ConfigProblem[] = []
  for (const variable of Object.keys(variables) as Variable[]) {
    const key = variables[variable]
    if (environment[key] === undefined) continue
    if (environment[variable] !== undefined) {
      problems.push({ key, message: `is set beside ${variable}; keep one of them` })
      continue
    }
    const path = resolve(root, environment[key])
    const { content, fault } = readSecretFile(path)
    if (content === undefined) {
      problems.push({ key, message: `names ${fault}` })
      continue
    }
    const { problem, warning } = production ? exposureOf(path) : {}
    if (problem) problems.push({ key, message: `names ${problem}` })
    if (warning) warnings.push({ key, message: `names ${warning}` })
    const wrong = variableProblem(variable, content)
    if (wrong) problems.push({ key, message: `names a file whose content ${wrong}` })
    else merged[variable] = content
  }
  return { environment: merged, problems, warnings }
}
