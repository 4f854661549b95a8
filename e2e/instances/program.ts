/** A program that a test starts, and ends by its process alone. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Program {
  pid: number
  /** Everything it wrote so far, on both streams. */
  output(): string
  /** The exit code, once it has ended; null where a signal ended it. */
  ended: Promise<number | null>
  /** Sends a signal. @returns when it has ended */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/** @param env the whole environment, besides the PATH @param cwd default: this process's own */
export function runProgram(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
  cwd?: string,
): Program {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  })
  let output = ''
  const add = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout.on('data', add)
  child.stderr.on('data', add)
  // "close", not "exit": by then everything that it said has been read.
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    pid: child.pid ?? 0,
    output: () => output,
    ended,
    end: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      return ended
    },
  }
}
