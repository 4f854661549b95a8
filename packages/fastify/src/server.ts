/** The process: load the configuration, listen, drain on SIGTERM; or run a command. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { commandNames, isCommand, runCommand } from './commands/index.ts'
import { ConfigError, loadConfig, type Config } from './config/index.ts'
import { drain, type DrainTimes } from './drain.ts'
import { listenProblem } from './listen-problem.ts'
import { StoreError, storeRemedy } from './store/store.ts'
import { readWebBuild, type WebBuild } from './web/index.ts'

export { drain, type DrainTimes } from './drain.ts'

/** What the app gets from the process. */
interface ProcessOptions {
  webBuild: WebBuild | undefined
  isEnding: () => boolean
}

function printError(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

function exitWith(sentence: string): never {
  printError(sentence)
  process.exit(1)
}

function readConfig(root: string): Config {
  try {
    return loadConfig(process.env, root)
  } catch (error) {
    if (error instanceof ConfigError) exitWith(error.message)
    throw error
  }
}

type BuildApp = (config: Config, options: ProcessOptions) => Promise<FastifyInstance>

const help = `Usage: node bff/dist/server.js [command]

Without a command, it serves the app. Commands, each with --help:
  ${commandNames.join('\n  ')}
`

/**
 * Runs an app as this process, or the command that the process was started with. A mistake in the
 * configuration, a store that cannot be opened, or a port in use ends it with a sentence.
 *
 * @param build makes the app, before it listens
 * @param root the project's root, with `aad.config.json` and `web/dist`
 */
export async function run(build: BuildApp, root: string): Promise<void> {
  const [name, ...args] = process.argv.slice(2)
  if (name === undefined) return serve(build, root)
  if (name === '--help') return void process.stdout.write(help)
  if (!isCommand(name)) exitWith(`There is no command ${name}.\n\n${help}`)
  await runCommand(name, args, root).catch((error: NodeJS.ErrnoException) => {
    if (!error.code?.startsWith('ERR_PARSE_ARGS')) throw error
    // Node adds how to write a value that begins with a dash.
    exitWith(
      `${error.message.split(/\. |\n/)[0]}.\nEvery option: node bff/dist/server.js ${name} --help`,
    )
  })
}

async function serve(build: BuildApp, root: string): Promise<void> {
  const signals = endOnSignal()
  const config = readConfig(root)
  const webBuild = readWebBuild(join(root, 'web/dist'))
  const app = await build(config, { webBuild, isEnding: signals.isEnding }).catch((error: Error) =>
    exitWith(startFailure(error, config)),
  )
  // Before it listens, so that every request that is accepted is also answered.
  signals.drainAtEnd(app, config.drain)
  try {
    await app.listen({ host: config.host, port: config.port })
  } catch (error) {
    const place = { ...config, hostVariable: 'HOST', portVariable: 'PORT' }
    const problem = listenProblem(error, place)
    if (problem) exitWith(problem)
    throw error
  }
  app.log.info(
    { event: 'started', ...(await inForce(app, config, root)) },
    'The server has started',
  )
}

/**
 * The operator has to repair a store that cannot be opened: a sentence, not a stack. Any other error is in the code of the
 * app, and says where.
 */
function startFailure(error: Error, { storeUrl }: Config): string {
  if (error instanceof StoreError) return `${error.message}\n${storeRemedy(storeUrl)}`
  return error instanceof ConfigError ? error.message : (error.stack ?? error.message)
}

/** What this process runs with, for its first log line. The address of a store may hold a password. */
async function inForce(app: FastifyInstance, config: Config, root: string) {
  const { kinds, daysLeft } = await app.describeCredentials()
  const [address] = app.addresses()
  return {
    version: versionIn(root),
    node: process.version,
    mode: config.production ? 'production' : 'development',
    publicUrl: config.publicUrl,
    store: config.storeUrl.split(':', 1)[0],
    trustedProxies: config.trustedProxies,
    credentials: kinds,
    credentialDaysLeft: daysLeft,
    pid: process.pid,
    host: config.host,
    // Another than the configured one if that is 0.
    port: typeof address === 'object' ? address.port : undefined,
  }
}

/** The version in the package.json of the build, or of the project if this is not the build. */
function versionIn(root: string): string | undefined {
  const folders = [dirname(process.argv[1] ?? root), root]
  const file = folders
    .map((folder) => join(folder, 'package.json'))
    .find((path) => existsSync(path))
  if (file === undefined) return undefined
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: string }
  return version
}

/**
 * Handles the signals from the first moment: the kernel drops those that the first process of a container (PID 1)
 * has no handler for.
 */
function endOnSignal() {
  let ending = false
  let end: () => void = exitAtOnce
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // Not `once`: a terminal sends Ctrl+C to this process and to its launcher, which repeats it.
    process.on(signal, () => {
      if (ending) return
      ending = true
      end()
    })
  }
  return {
    isEnding: () => ending,
    /** From now on a signal answers the requests that the app has, before the process ends. */
    drainAtEnd(app: FastifyInstance, times: DrainTimes): void {
      end = () => void drainAndExit(app, times)
    },
  }
}

/** For a process that does not listen yet. */
function exitAtOnce(): void {
  process.exit(0)
}

async function drainAndExit(app: FastifyInstance, times: DrainTimes): Promise<never> {
  try {
    const left = await drain(app, times)
    if (left > 0) printError(`Ended with ${left} connection${left === 1 ? '' : 's'} still in use.`)
  } catch {
    process.exit(1)
  }
  process.exit(0)
}
