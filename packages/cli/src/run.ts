/** The scripts of package.json: checks what prevents a script, in a sentence, then runs its file. */

import { existsSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { swallowedOptions, withoutDevelopmentPackages } from './npm-options.ts'

/** TypeScript in the repository, JavaScript in the package. */
const extension = extname(import.meta.filename)

const files: Record<string, string> = {
  dev: `./dev/dev${extension}`,
  start: `./dev/start${extension}`,
  session: `./dev/session${extension}`,
  register: `./register${extension}`,
  cleanup: `./cleanup${extension}`,
  build: `./build/index${extension}`,
  tenant: '@gatehouse/tenant/server',
}

/** The server has these too: `node bff/dist/server.js doctor`. */
const serverCommands = ['doctor', 'end-sessions'] as const

const help = `Usage: npx @gatehouse/cli create <folder>

Inside an app, each command is a script of its package.json, such as npm run dev:
  ${[...Object.keys(files), ...serverCommands].join('\n  ')}
`

/** By its folder: nothing here may import a package that could be missing. */
const turbo = join(import.meta.dirname, '../../../node_modules/turbo')

/** @param script the name in package.json, or `create`; without one, only what a build needs is checked */
export function run(script: string | undefined): void {
  if (script === undefined) {
    if (!existsSync(turbo)) exitWith(withoutDevelopmentPackages('turbo'))
    return
  }
  const args = process.argv.slice(3)
  if (script === 'create') return void createApp(args)
  if (script === '--help') return void process.stdout.write(help)
  const file = files[script]
  const command = serverCommands.find((name) => name === script)
  if (file === undefined && command === undefined)
    return exitWith(`There is no script ${script}. All of them: npm run`)
  if (process.env['npm_lifecycle_event'] === script) {
    const problem = swallowedOptions(script, args, process.env)
    if (problem) return exitWith(problem)
  }
  const running = command ? runServerCommand(command, args) : load(file ?? '', args)
  running.catch((error: unknown) => exitWith(sentenceFor(error, script)))
}

/** It runs on an older Node than the app. */
async function createApp(args: readonly string[]): Promise<void> {
  const { create } = await import('@gatehouse/create')
  await create(args)
}

async function load(file: string, args: readonly string[]): Promise<void> {
  const { endWithOutput } = await import('@gatehouse/fastify/commands')
  endWithOutput()
  // As if Node had been started with the file.
  process.argv = [process.execPath, fileURLToPath(import.meta.resolve(file)), ...args]
  await import(file)
}

async function runServerCommand(
  name: (typeof serverCommands)[number],
  args: readonly string[],
): Promise<void> {
  // The server's commands read the environment alone.
  await import('./dev/env-file.ts')
  if (name === 'doctor') {
    const { runningEnvironment } = await import('./dev/running.ts')
    Object.assign(process.env, await runningEnvironment(process.env))
  }
  const { runCommand } = await import('@gatehouse/fastify/commands')
  const { root } = await import('./files/folder.ts')
  await runCommand(name, args, root)
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
