/** Runs the commands as a developer does: each in its own process and its own folder. */

import { spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConfigValue } from '../../src/files/config-file.ts'
import { root } from '../../src/files/folder.ts'

export interface Ended {
  code: number | null
  out: string
  err: string
}

export interface Running {
  ended: Promise<Ended>
  /** Resolves with the text of standard error as soon as it matches. */
  says(pattern: RegExp): Promise<string>
  /** Kills the process, as a crash would. */
  kill(): Promise<Ended>
}

export interface OwnFolder {
  path: string
  env: NodeJS.ProcessEnv
  text(name: string): string
  write(name: string, content: string | Uint8Array): void
  has(name: string): boolean
  mode(name: string): number
  config(): ConfigValue
  /** Restores the folder of a fresh clone. */
  reset(): void
  remove(): void
}

/** A folder with a fresh `aad.config.json`. */
export function ownFolder(): OwnFolder {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-setup-'))
  const reset = () => {
    rmSync(join(path, '.env'), { force: true })
    copyFileSync(join(root, 'aad.config.json'), join(path, 'aad.config.json'))
  }
  reset()
  const text = (name: string) => readFileSync(join(path, name), 'utf8')
  return {
    path,
    env: {
      PATH: process.env['PATH'] ?? '',
      AAD_CONFIG: join(path, 'aad.config.json'),
      // A command starts in two thirds of the time.
      NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compile'),
    },
    text,
    write: (name, content) => writeFileSync(join(path, name), content),
    has: (name) => existsSync(join(path, name)),
    mode: (name) => statSync(join(path, name)).mode & 0o777,
    config: () => JSON.parse(text('aad.config.json')) as ConfigValue,
    reset,
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Starts `register` or `cleanup`, without a terminal. */
export function start(
  command: 'register' | 'cleanup',
  args: string[],
  env: NodeJS.ProcessEnv,
): Running {
  const entry = join(root, `packages/cli/src/${command}.ts`)
  const child = spawn(process.execPath, [entry, ...args], {
    env,
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, out, err }))
  })
  return {
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(err)) resolve(err)
        }
        child.stderr.on('data', look)
        child.once('close', () => reject(new Error(`It never said ${pattern.source}: ${err}`)))
        look()
      }),
    kill: () => {
      child.kill('SIGKILL')
      return ended
    },
  }
}
