/** A client that runs as a program of its own: one line of JSON at a time, in both directions. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface ClientProcess {
  /** Sends a line. @returns the next one of the client's. @throws Error with what it said where it ended instead */
  ask(line: object): Promise<unknown>
  end(): Promise<void>
}

/** @param env the whole environment, besides the PATH */
export function startClient(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): ClientProcess {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'pipe',
  })
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString()
  })
  // A client that has ended takes no line; the missing answer tells.
  child.stdin.on('error', () => undefined)
  const ended = once(child, 'close')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    ask: async (line) => {
      child.stdin.write(`${JSON.stringify(line)}\n`)
      const answer = await lines.next()
      if (!answer.done) return JSON.parse(answer.value) as unknown
      await ended
      throw new Error(`The client ended: ${complaints}`)
    },
    end: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill()
      await ended
    },
  }
}
