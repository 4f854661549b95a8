/** Finds a program that tests start themselves, or installs it by apt where that is possible, or says what to install. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian keeps servers there, and not every user's PATH names it. */
const systemFolders = ['/usr/sbin', '/usr/local/sbin']

/** The path of a program of this machine, if there is one: on the PATH, or where servers lie. */
export function findProgram(program: string): string | undefined {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  return [...onPath, ...systemFolders]
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path))
}

/**
 * @param program its name, such as `redis-server`
 * @param aptPackage what Debian calls the package that holds it
 * @param hint how else to get it, a sentence, for a machine without apt or without the right to use it
 * @throws Error with a sentence where it cannot be had
 */
export function ensureProgram(program: string, aptPackage: string, hint: string): void {
  if (findProgram(program)) return
  if (installByApt(aptPackage) && findProgram(program)) return
  throw new Error(
    `The tests need ${program}. Debian: apt-get install ${aptPackage}. ${hint}`.trimEnd(),
  )
}

/** Installs a Debian package without a question. @returns whether it did */
export function installByApt(aptPackage: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  process.stdout.write(`Installing ${aptPackage} by apt-get; this takes a minute.\n`)
  const install = () =>
    run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', aptPackage)
  return install() || (run('apt-get', 'update', '-qq') && install())
}

function run(command: string, ...args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0
}
