/** One tenant at a time keeps its state in a file: two would overwrite what the other has written. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** Of tenants in this process, whose id says nothing: in a container, that of the one before is the same. */
const held = new Set<string>()

/**
 * Keeps a state file for one tenant, by a file beside it with the id of the process. A process that has died holds nothing.
 *
 * @returns ends it
 * @throws Error with a sentence if another tenant that runs has the file
 */
export function lockState(file: string): () => void {
  const lock = `${resolve(file)}.lock`
  if (!create(lock)) {
    const owner = Number(textOf(lock))
    if (isRunning(owner, lock)) throw inUse(file, lock, owner)
    remove(lock)
    if (!create(lock)) throw inUse(file, lock, Number(textOf(lock)))
  }
  held.add(lock)
  return () => {
    if (held.delete(lock)) remove(lock)
  }
}

/** @returns false if it is there already */
function create(lock: string): boolean {
  try {
    mkdirSync(dirname(lock), { recursive: true })
    writeFileSync(lock, `${process.pid}\n`, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    // In a folder that cannot be written, no state is overwritten either: `keepState` says so. A file in the place of a folder
    // is EEXIST too, from `mkdir`.
    const { code, syscall } = error as NodeJS.ErrnoException
    return code !== 'EEXIST' || syscall !== 'open'
  }
}

/** What is another user's stays. */
function remove(lock: string): void {
  try {
    rmSync(lock, { force: true })
  } catch {
    // The next attempt to create it says so.
  }
}

function textOf(lock: string): string {
  try {
    return readFileSync(lock, 'utf8')
  } catch {
    return ''
  }
}

function isRunning(pid: number, lock: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  if (pid === process.pid) return held.has(lock)
  try {
    // Signal 0 asks only.
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function inUse(file: string, lock: string, owner: number): Error {
  return new Error(
    `The state file ${file} is in use by another local tenant (process ${owner}). Stop that one, or start with another --state. If none runs, remove ${lock}.`,
  )
}
