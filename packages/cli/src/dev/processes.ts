/** Starts and ends the processes of a development machine together. */

import { spawn, type ChildProcess } from 'node:child_process'
import { extname } from 'node:path'

export interface ProcessPlan {
  name: string
  /** For Node: options, the file, its arguments. */
  args: readonly string[]
  cwd: string
  env: NodeJS.ProcessEnv
  /** Its words go to standard error: they are no lines of the log. */
  wordsToStderr?: boolean
}

/** Ends the process when this one is gone, however that came about. */
const endWithLauncher = new URL(
  `end-with-launcher${extname(import.meta.filename)}`,
  import.meta.url,
).href

type OnExit = (name: string, code: number | null) => void

export class Processes {
  readonly #running = new Map<string, ChildProcess>()
  readonly #onExit: OnExit
  readonly #patienceMs: number

  /**
   * @param onExit is called when a process ends that was not stopped
   * @param patienceMs how long a process may take to end, before it is killed
   */
  constructor(onExit: OnExit, patienceMs: number) {
    this.#onExit = onExit
    this.#patienceMs = patienceMs
  }

  start({ name, args, cwd, env, wordsToStderr }: ProcessPlan): void {
    const child = spawn(process.execPath, ['--import', endWithLauncher, ...args], {
      // The channel closes with this process, also if it is killed.
      stdio: ['ignore', wordsToStderr ? 2 : 'inherit', 'inherit', 'ipc'],
      cwd,
      env: { ...env, LAUNCHER_PATIENCE_MS: String(this.#patienceMs) },
    })
    this.#running.set(name, child)
    const gone = (code: number | null) => {
      if (this.#running.get(name) !== child) return
      this.#running.delete(name)
      this.#onExit(name, code)
    }
    child.once('exit', gone)
    child.once('error', () => gone(null))
  }

  has(name: string): boolean {
    return this.#running.has(name)
  }

  /** Ends one process, and resolves when it has ended. */
  async stop(name: string): Promise<void> {
    const child = this.#running.get(name)
    if (!child) return
    this.#running.delete(name)
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const kill = setTimeout(() => child.kill('SIGKILL'), this.#patienceMs)
    await gone
    clearTimeout(kill)
  }

  /** Ends all processes, and resolves when they have ended. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.stop(name)))
  }
}

/**
 * Waits until an address answers with any status.
 *
 * @returns false after `timeoutMs`, or as soon as `isOver` says so
 */
export async function answers(
  url: string,
  timeoutMs: number,
  isOver = () => false,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs
  while (Date.now() < deadline && !isOver()) {
    try {
      await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(2000) })
      return true
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  return false
}
