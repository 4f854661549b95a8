/** Runs a program that tells its user what to do. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Program {
  /** Waits for words in its output. @returns the first group. @throws Error with its output, if it ends before */
  untilSaid(words: RegExp): Promise<string>
  /** @returns its output. @throws Error with it, if the program fails */
  untilEnd(): Promise<string>
  end(): Promise<void>
}

/** @param env the whole environment, besides the PATH */
export function runProgram(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): Program {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      child.emit('said')
    })
  }
  const ended = once(child, 'close')
  let hasEnded = false
  void ended.then(() => {
    hasEnded = true
    child.emit('said')
  })
  return {
    untilSaid: async (words) => {
      for (;;) {
        const found = words.exec(said)?.[1]
        if (found !== undefined) return found
        if (hasEnded)
          throw new Error(
            `${command} says nothing of the kind, but: ${said.replaceAll('\n', ' | ')}`,
          )
        await once(child, 'said')
      }
    },
    untilEnd: async () => {
      await ended
      if (child.exitCode === 0) return said
      throw new Error(`${command} ends with ${child.exitCode}: ${said}`)
    },
    end: async () => {
      if (!hasEnded) child.kill()
      await ended
    },
  }
}
