/** Runs `npm install` in a new app. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

const patienceMs = 5000

/**
 * @param signal ends npm, and what npm has started
 * @returns a sentence if it failed
 */
export async function installPackages(
  folder: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  process.stderr.write('Installing packages …\n')
  // NODE_ENV and settings of npm may leave out what builds and starts the app.
  const options = ['install', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const child = startNpm(options, folder)
  const stop = () => void end(child)
  signal.addEventListener('abort', stop)
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return code === 0 || signal.aborted ? undefined : 'npm install failed.'
  } catch {
    return 'npm could not be started.'
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function startNpm(options: readonly string[], cwd: string): ChildProcess {
  const npm = process.env['npm_execpath']
  const isWindows = process.platform === 'win32'
  const isNpm = npm !== undefined && /npm-cli\.c?js$/.test(npm)
  const [command, args] = isNpm ? [process.execPath, [npm, ...options]] : ['npm', options]
  return spawn(command, args, {
    cwd,
    // The result is ours to say.
    stdio: ['ignore', 2, 2],
    // A group of its own: Ctrl+C reaches it through this process, which then waits for all of them.
    detached: !isWindows,
    // On Windows, npm is a command file, which needs a shell.
    shell: isWindows && !isNpm,
  })
}

async function end(child: ChildProcess): Promise<void> {
  kill(child, 'SIGTERM')
  const timer = setTimeout(() => kill(child, 'SIGKILL'), patienceMs)
  await once(child, 'close')
  clearTimeout(timer)
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch {
    // It has ended.
  }
}
