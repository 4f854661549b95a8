/** Keeps the state of a tenant in a file: read at the start, written after each change, whole or not at all. */

import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { snapshotProblem, type Snapshot } from './snapshot.ts'

/**
 * @returns undefined if there is no file
 * @throws Error with a sentence if it cannot be used. It stays as it is.
 */
export function readState(file: string): Snapshot | undefined {
  const value = parsed(file)
  if (value === undefined) return undefined
  const problem = snapshotProblem(value)
  if (problem === undefined) return value as Snapshot
  throw unusable(file, problem)
}

function parsed(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw unusable(file, `it cannot be read (${code})`)
  }
  try {
    return JSON.parse(text) as unknown
  } catch {
    // The parser's message would quote the file, which has keys.
    throw unusable(file, 'it is not JSON')
  }
}

function unusable(file: string, why: string): Error {
  return new Error(
    `The state file ${file} cannot be used: ${why}. It stays as it is; start with another --state, or with --reset to begin anew.`,
  )
}

export interface StateFile {
  /** Writes the state as it is now, if it has changed. */
  save(): Promise<void>
  /** Writes after each request to this server that may change something, and at its end. */
  watch(app: FastifyInstance): void
}

/**
 * Keeps the state in a file. One write at a time: changes meanwhile are one further write.
 *
 * @param snapshot the state of now
 * @param report is told once about a write that failed, in a sentence
 */
export function keepState(
  file: string,
  snapshot: () => Snapshot,
  report: (sentence: string) => void,
): StateFile {
  let written = ''
  let isWanted = false
  let writing: Promise<void> | undefined
  let hasReported = false

  async function writeAll(): Promise<void> {
    while (isWanted) {
      isWanted = false
      const text = JSON.stringify(snapshot())
      if (text === written) continue
      try {
        await replaceFile(file, text)
        written = text
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (!hasReported) report(`The state file ${file} cannot be written (${code}).`)
        hasReported = true
      }
    }
  }
  function save(): Promise<void> {
    isWanted = true
    writing ??= writeAll().finally(() => void (writing = undefined))
    return writing
  }
  return {
    save,
    watch(app) {
      app.addHook('onResponse', async ({ method, journalEntry }) => {
        const isReading = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
        // A failure that lasts for some requests has one less after any of them.
        if (!isReading || journalEntry?.fault !== undefined) void save()
      })
      app.addHook('onClose', save)
    },
  }
}

/** Under another name first, on the disk, and then in the place of the old one: a crash leaves one of the two. */
async function replaceFile(file: string, text: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${randomBytes(6).toString('hex')}.tmp`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
