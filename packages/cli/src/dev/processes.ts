/** Starting and ending the processes of a development machine, together. */
import { spawn, type ChildProcess } from 'node:child_process'
import { connect } from 'node:net'

/** Whether something listens on a port of this machine. */
export function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/**
 * Waits until an address answers with any status.
 *
 * @returns false when `timeoutMs` is over
 */
export async function answers(url: string, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs
  while (Date.now() < deadline) {
    try {
      await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(2000) })
      return true
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  return false
}

export interface Processes {
  start(name: string, command: string[], options?: { cwd?: string; env?: NodeJS.ProcessEnv }): void
  /** Ends all of them and resolves when they are gone. */
  end(): Promise<void>
}

/** @param onExit called once, when the first of the processes ends by itself */
export function createProcesses(onExit: (name: string, code: number | null) => void): Processes {
  const running = new Set<ChildProcess>()
  let ending = false

  return {
    start: (name, [command = '', ...args], options = {}) => {
      const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options })
      running.add(child)
      child.once('exit', (code) => {
        running.delete(child)
        if (!ending) onExit(name, code)
      })
    },
    end: async () => {
      ending = true
      const gone = [...running].map(
        (child) => new Promise((resolve) => child.once('exit', resolve)),
      )
      for (const child of running) child.kill('SIGTERM')
      await Promise.race([Promise.all(gone), new Promise((resolve) => setTimeout(resolve, 3000))])
      for (const child of running) child.kill('SIGKILL')
    },
  }
}
