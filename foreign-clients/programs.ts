/** Before all tests: what Debian has of the clients, where it can be installed. A test that misses one says so. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian's packages belong to Debian's Python, which need not be the first on the PATH. */
const pythons = ['/usr/bin/python3', 'python3']
const modules = '/usr/lib/apache2/modules'

/** Apache, and where its modules lie. */
export interface Apache {
  program: string
  modules: string
}

export default function programs(): void {
  if (!findPython()) installByApt('python3-msal')
  if (!findApache()) installByApt('libapache2-mod-auth-openidc')
}

/** A Python that has MSAL. @throws Error with what to install */
export function requirePython(): string {
  const python = findPython()
  if (python !== undefined) return python
  throw new Error(
    'The tests need MSAL for Python. Debian: apt-get install python3-msal. Elsewhere: pip install msal.',
  )
}

/** @throws Error with what to install */
export function requireApache(): Apache {
  const apache = findApache()
  if (apache) return apache
  throw new Error(
    'The tests need Apache with mod_auth_openidc. Debian: apt-get install libapache2-mod-auth-openidc.',
  )
}

function findPython(): string | undefined {
  return pythons.find(
    (python) =>
      spawnSync(python, ['-c', 'import msal, requests'], { stdio: 'ignore' }).status === 0,
  )
}

function findApache(): Apache | undefined {
  // Debian keeps servers in /usr/sbin, and not every user's PATH names it.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), '/usr/sbin']
  const program = folders.map((folder) => join(folder, 'apache2')).find(existsSync)
  return program && existsSync(`${modules}/mod_auth_openidc.so`) ? { program, modules } : undefined
}

/** Installs a Debian package without a question, where this process may. */
function installByApt(aptPackage: string): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return
  process.stdout.write(`Installing ${aptPackage} by apt-get; this takes a minute.\n`)
  const install = () => aptGet('install', '-y', '-qq', '--no-install-recommends', aptPackage)
  if (!install() && aptGet('update', '-qq')) install()
}

function aptGet(...args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0
}
