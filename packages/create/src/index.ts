/** `npm create @gatehouse my-app`: makes an app, and leaves nothing behind if it is interrupted. */

import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { styleText } from 'node:util'
import { filesOf } from './app-files.ts'
import { installPackages } from './install.ts'
import { Cancelled, CreateError, help, readOptions, type AppOptions } from './options.ts'

/** @param args such as `['my-app', '--name', 'My app']`; a mistake is said in a sentence, and the exit status is 1 */
export async function create(args: readonly string[]): Promise<void> {
  try {
    const mayAsk = process.stdin.isTTY && process.stdout.isTTY
    const options = await readOptions(args, mayAsk)
    if (!options) return void process.stdout.write(help)
    await make(options)
  } catch (error) {
    if (!(error instanceof CreateError || error instanceof Cancelled)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = error instanceof Cancelled ? 130 : 1
  }
}

async function make(options: AppOptions): Promise<void> {
  const undo = undoOf(options.folder)
  const interruption = watchSignals()
  try {
    for (const [path, content] of filesOf(options)) {
      const file = join(options.folder, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, content)
    }
    const problem = options.install
      ? await installPackages(options.folder, interruption.signal)
      : undefined
    // A signal that came while files were written is delivered now.
    await new Promise((resolve) => setImmediate(resolve))
    interruption.signal.throwIfAborted()
    showNextSteps(options, problem)
  } catch (error) {
    undo()
    if (!interruption.signal.aborted) throw error
    throw new Cancelled('Interrupted: nothing is left behind.', { cause: error })
  } finally {
    interruption.dispose()
  }
}

/** @returns removes what was made; the folder was absent or empty */
function undoOf(folder: string): () => void {
  const before = existsSync(folder) ? new Set(readdirSync(folder)) : undefined
  const first = before ? undefined : firstMissing(folder)
  return () => {
    if (first !== undefined) return remove(first)
    for (const name of readdirSync(folder)) if (!before?.has(name)) remove(join(folder, name))
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5 })
}

/** For `a/b/my-app`: `a`, if that does not exist either. */
function firstMissing(folder: string): string {
  const parent = dirname(folder)
  return existsSync(parent) ? folder : firstMissing(parent)
}

function watchSignals() {
  const controller = new AbortController()
  const abort = () => controller.abort()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, abort)
  return {
    signal: controller.signal,
    dispose: () => {
      for (const signal of signals) process.off(signal, abort)
    },
  }
}

/** As every shell takes it. */
function quoted(path: string): string {
  return path.includes(' ') ? `"${path}"` : path
}

function showNextSteps({ folder, name, install }: AppOptions, problem: string | undefined): void {
  const place = relative(process.cwd(), folder)
  const steps = [
    ...(place === '' ? [] : [`cd ${quoted(place)}`]),
    ...(install && problem === undefined ? [] : ['npm install']),
    'npm run dev',
  ]
  if (problem !== undefined) {
    process.stderr.write(`${problem} The app is complete but for its packages.\n`)
    process.exitCode = 1
  }
  const ready = styleText('green', `${name} is ready.`, { stream: process.stdout })
  process.stdout.write(`
${ready} Next:

${steps.map((step) => `  ${step}\n`).join('')}
Sign in on the local tenant: no account is needed. README.md says more.
`)
}
