/** Runs a command on a pseudo-terminal, which `script` makes (util-linux, and macOS). */

import { spawn } from 'node:child_process'
import { root } from '../../src/files/folder.ts'

export interface Terminal {
  /** Resolves as soon as the screen matches. @throws Error with the screen, if the command ends before */
  shows(pattern: RegExp): Promise<void>
  /** Types keys: `\r` is Enter, `\x03` Ctrl+C. */
  type(keys: string): void
  /** The exit status and all that was shown, without colours and movements of the cursor. */
  ended: Promise<{ code: number | null; screen: string }>
}

const quoted = (word: string) => `'${word.replaceAll("'", String.raw`'\''`)}'`

/** @param args of Node */
export function openTerminal(args: readonly string[], env: NodeJS.ProcessEnv): Terminal {
  const command = [process.execPath, ...args].map(quoted).join(' ')
  // Without a terminal of its own to copy, `script` makes one of no width.
  const line = `stty cols 100 rows 40; exec ${command}`
  const options =
    process.platform === 'darwin'
      ? ['-q', '/dev/null', 'sh', '-c', line]
      : ['-qec', line, '/dev/null']
  const child = spawn('script', options, { cwd: root, env: { TERM: 'xterm', ...env } })
  let raw = ''
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
  const screen = () => raw.replace(/\x1b\[[\d;?]*[A-Za-z]/g, '')
  child.stdout.on('data', (chunk: Buffer) => (raw += chunk.toString()))
  const ended = new Promise<{ code: number | null; screen: string }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, screen: screen() }))
  })
  return {
    ended,
    type: (keys) => void child.stdin.write(keys),
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(screen())) resolve()
        }
        child.stdout.on('data', look)
        child.once('close', () => reject(new Error(`It never showed ${pattern}: ${screen()}`)))
        look()
      }),
  }
}
