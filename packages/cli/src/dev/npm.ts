/** Notices that npm is gone: it does not tell its script that it was killed, and a shell may be in between. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const pollMs = 500

/**
 * Calls a function once, when npm or its shell has ended. It does nothing if npm did not start this process:
 * a shell in the background may end while its programs run on.
 */
export function onNpmGone(call: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return
  const parent = process.ppid
  const npm = shellParent(parent)
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === undefined || isAlive(npm))) return
    clearInterval(timer)
    call()
  }, pollMs).unref()
}

/** @returns who started the shell, if the process is one that npm runs a script with */
function shellParent(pid: number): number | undefined {
  try {
    const { command, parent } = process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
    return /^\S*sh\s+-c\s/.test(command) ? parent : undefined
  } catch {
    // Unknown on this system: the shell alone is watched.
    return undefined
  }
}

interface ProcessFacts {
  command: string
  parent: number
}

function fromProc(pid: number): ProcessFacts {
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  return { command, parent: Number(statOf(pid)[1]) }
}

/** State, parent and more. They follow the name, which is in parentheses and may hold any character. */
function statOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
}

function fromPs(pid: number): ProcessFacts {
  const output = execFileSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [, parent = '', command = ''] = /^\s*(\d+)\s+(.*)/.exec(output) ?? []
  return { command, parent: Number(parent) }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // Z: it has ended, and its parent has not asked how.
    return process.platform !== 'linux' || statOf(pid)[0] !== 'Z'
  } catch (error) {
    return !['ESRCH', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')
  }
}
