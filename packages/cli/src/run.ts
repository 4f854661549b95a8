/** The scripts of package.json: checks what prevents a script, in a sentence, then runs its file. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { swallowedOptions, withoutDevelopmentPackages } from './npm-options.ts'

const files: Record<string, string> = {
  dev: './dev/dev.ts',
  start: './dev/start.ts',
  session: './dev/session.ts',
  register: './register.ts',
  cleanup: './cleanup.ts',
  tenant: '@gatehouse/tenant/server',
  doctor: '@gatehouse/fastify/commands/doctor',
  'end-sessions': '@gatehouse/fastify/commands/end-sessions',
}

/** These are in packages that do not read `.env` themselves. */
const readsEnvFile = new Set(['doctor', 'end-sessions'])

/** By its folder: nothing here may import a package that could be missing. */
const turbo = join(import.meta.dirname, '../../../node_modules/turbo')

/** @param script the name in package.json; without one, only what a build needs is checked */
export function run(script: string | undefined): void {
  if (script === undefined) {
    if (!existsSync(turbo)) exitWith(withoutDevelopmentPackages('turbo'))
    return
  }
  const file = files[script]
  if (file === undefined) return exitWith(`There is no script ${script}. All of them: npm run`)
  const args = process.argv.slice(3)
  if (process.env['npm_lifecycle_event'] === script) {
    const problem = swallowedOptions(script, args, process.env)
    if (problem) return exitWith(problem)
  }
  load(script, file, args).catch((error: unknown) => exitWith(sentenceFor(error, script)))
}

async function load(script: string, file: string, args: readonly string[]): Promise<void> {
  // As if Node had been started with the file.
  process.argv = [process.execPath, fileURLToPath(import.meta.resolve(file)), ...args]
  if (readsEnvFile.has(script)) await import('./dev/env-file.ts')
  if (script === 'doctor') {
    const { runningEnvironment } = await import('./dev/running.ts')
    Object.assign(process.env, await runningEnvironment(process.env))
  }
  await import(file)
}

function exitWith(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
  process.exitCode = 1
}

/** @throws the error, if it is none of those that a person can cause */
function sentenceFor(error: unknown, script: string): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  if (code.startsWith('ERR_PARSE_ARGS')) {
    // Node adds how to write a value that begins with a dash.
    const mistake = message.split(/\. |\n/)[0] ?? message
    return `${mistake.replace(/\.?$/, '.')}\nEvery option: npm run ${script} -- --help`
  }
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' && /Cannot find package '([^']+)'/.exec(message)
  if (isMissing) return `The package ${isMissing[1]} is not installed. Run: npm ci`
  throw error
}
