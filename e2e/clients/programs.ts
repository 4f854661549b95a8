/** Before all tests: what Debian has of the clients, where it can be installed. A test that misses one says so. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findProgram, installByApt } from '@gatehouse/test-support/ensure-program'

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
  const program = findProgram('apache2')
  return program && existsSync(`${modules}/mod_auth_openidc.so`) ? { program, modules } : undefined
}
