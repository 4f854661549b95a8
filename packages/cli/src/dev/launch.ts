/** What `npm run dev` and `npm start` share: reading the configuration, checking ports, starting, and the final message. */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { basePathOf, health, pages } from '@gatehouse/contract/paths'
import { ConfigError, loadConfig, type Config } from '@gatehouse/fastify/config'
import { appName } from '../files/app-name.ts'
import { root } from '../files/folder.ts'
import { LaunchError, proxyNote } from './addresses.ts'
import { onNpmGone } from './npm.ts'
import { originOf, placeProblem, sharedPortProblems, type Place } from './ports.ts'
import { answers, Processes, type ProcessPlan } from './processes.ts'

export interface PlannedProcess extends ProcessPlan, Place {
  /** The path that answers when it is ready. */
  ready: string
}

/** What runs together, for one state of the configuration. */
export interface Plan {
  config: Config
  /** The environment of each process, besides its own variables. */
  env: NodeJS.ProcessEnv
  processes: readonly PlannedProcess[]
  /** The origin that answers a browser. */
  served: string
}

/** Generous, for slow machines: a process that ends before is noticed at once. */
const startTimeoutMs = 60_000

/**
 * Prints the usage and ends this process, if `--help` is its argument. There are no others: ports are variables.
 *
 * @throws TypeError `ERR_PARSE_ARGS_…` for any other argument, such as `--port 3000`
 */
export function answerHelp(usage: string): void {
  if (!parseArgs({ options: { help: { type: 'boolean' } } }).values.help) return
  process.stdout.write(usage)
  process.exit(0)
}

export function exitWith(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

/** The sentences of a mistake in the configuration or the environment. @throws any other error */
export function mistakeIn(error: unknown): string {
  if (error instanceof ConfigError || error instanceof LaunchError) return error.message
  throw error
}

/** Runs a function that may find mistakes, and ends this process with their sentences. */
export function orExit<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    return exitWith(mistakeIn(error))
  }
}

/** Reads the configuration, or ends this process with a sentence for each wrong key. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  return orExit(() => loadConfig(env, root))
}

/** The process of the local tenant, if the configuration names no other tenant. */
export function localTenantProcess(config: Config, env: NodeJS.ProcessEnv): PlannedProcess[] {
  const { hostname: host, port } = new URL(config.authority)
  if (!config.usesLocalTenant || port === '') return []
  return [
    {
      name: 'local tenant',
      host,
      port: Number(port),
      hostVariable: 'TENANT_HOST',
      portVariable: 'TENANT_PORT',
      args: [fileURLToPath(import.meta.resolve('@gatehouse/tenant/server'))],
      cwd: root,
      env: {
        TENANT_PORT: port,
        TENANT_HOST: host,
        TENANT_USERS: env['TENANT_USERS'],
        TENANT_APP_ROLES: config.appRoles.join(' '),
        // The tenant knows http://localhost, on any port, by itself.
        TENANT_APP_ORIGIN:
          isAtLocalhost(config.publicUrl) && basePathOf(config.publicUrl) === ''
            ? undefined
            : config.publicUrl,
      },
      ready: '/_tenant/journal',
      wordsToStderr: true,
    },
  ]
}

/** Whether the app is opened at localhost, which a browser on another machine cannot. */
export function isAtLocalhost(publicUrl: string): boolean {
  return new URL(publicUrl).hostname === 'localhost'
}

/**
 * The process of the back end.
 *
 * @param entry its file, from the project's root
 */
export function backEndProcess(config: Config, entry: string): PlannedProcess {
  const { host, port, publicUrl } = config
  return {
    name: 'back end',
    host,
    port,
    hostVariable: 'HOST',
    portVariable: 'PORT',
    args: [entry],
    cwd: root,
    env: { PORT: String(port), PUBLIC_URL: publicUrl },
    ready: health.alive,
  }
}

/** Runs a plan, and ends everything together. */
export class Launcher {
  readonly #processes: Processes
  #plan: Plan
  #phase: 'starting' | 'running' | 'ending' = 'starting'

  /**
   * @param patienceMs how long a process may take to end, before it is killed
   * @param survives whether a process may end by itself while the others run
   */
  constructor(plan: Plan, patienceMs: number, survives: (name: string) => boolean = () => false) {
    this.#plan = plan
    this.#processes = new Processes((name, code) => {
      const ended = `The ${name} ended (exit code ${code ?? 'none'})`
      if (this.#phase === 'running' && survives(name)) {
        process.stderr.write(`${ended}. It starts again when a file changes.\n`)
        return
      }
      process.stderr.write(`${ended}; stopping the others.\n`)
      void this.end(1)
    }, patienceMs)
  }

  /** Starts everything and says what to open, or ends this process with what prevents it. */
  async start(): Promise<void> {
    const problems = await portProblems(this.#plan.processes)
    if (problems.length > 0) exitWith(problems.join('\n'))
    this.#endTogether()
    for (const planned of this.#plan.processes) this.#start(planned)
    if (await this.#areReady(this.#plan.processes)) {
      this.#phase = 'running'
      await announce(this.#plan)
    } else if (this.#phase !== 'ending') {
      process.stderr.write(`The servers did not start within ${startTimeoutMs / 1000} seconds.\n`)
      await this.end(1)
    }
  }

  /**
   * Goes over to another plan: restarts the back end, and what else is planned in another way.
   *
   * @returns what prevents it; then nothing has changed
   */
  async change(next: Plan): Promise<string[]> {
    const before = new Map(this.#plan.processes.map((one) => [one.name, one]))
    const restart = next.processes.filter(
      (one) => one.name === 'back end' || !isSame(one, before.get(one.name)),
    )
    const moved = restart.filter(({ name, port }) => before.get(name)?.port !== port)
    const problems = [
      ...sharedPortProblems(next.processes),
      ...(await Promise.all(moved.map(placeProblem))).filter((one) => one !== undefined),
    ]
    if (problems.length > 0) return problems
    const kept = new Set(next.processes.map(({ name }) => name))
    const gone = this.#plan.processes.filter(({ name }) => !kept.has(name))
    const announced = addresses(this.#plan)
    this.#plan = next
    await Promise.all([...gone, ...restart].map(({ name }) => this.#processes.stop(name)))
    if (this.#phase === 'ending') return []
    for (const planned of restart) this.#start(planned)
    if (!(await this.#areReady(restart))) return []
    if (addresses(next) !== announced) await announce(next)
    else process.stderr.write('The back end answers again.\n')
    return []
  }

  /** Ends every process, then this one. */
  async end(code: number): Promise<void> {
    if (this.#phase === 'ending') return
    this.#phase = 'ending'
    await this.#processes.stopAll()
    process.exit(code)
  }

  #start(planned: PlannedProcess): void {
    this.#processes.start({ ...planned, env: { ...this.#plan.env, ...planned.env } })
  }

  async #areReady(planned: readonly PlannedProcess[]): Promise<boolean> {
    const ready = planned.map(({ name, host, port, ready: path }) =>
      answers(originOf(host, port) + path, startTimeoutMs, () => !this.#processes.has(name)),
    )
    return (await Promise.all(ready)).every(Boolean)
  }

  /** A closed terminal (SIGHUP) ends this process as it ends any other, and the rest follows it. */
  #endTogether(): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      // The second time, its sender does not want to wait: the processes end with this one.
      process.on(signal, () => (this.#phase === 'ending' ? process.exit(1) : void this.end(0)))
    }
    onNpmGone(() => void this.end(1))
  }
}

async function portProblems(places: readonly Place[]): Promise<string[]> {
  const shared = sharedPortProblems(places)
  if (shared.length > 0) return shared
  return (await Promise.all(places.map(placeProblem))).filter((one) => one !== undefined)
}

function isSame(one: PlannedProcess, other: PlannedProcess | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Not on standard output, where the servers write their log as JSON. */
async function announce(plan: Plan): Promise<void> {
  // The back end says what is wrong with a name that cannot be used.
  const name = await appName(root).catch(() => 'The app')
  process.stderr.write(`\n  ${name} is running\n${addresses(plan)}`)
}

/** For when everything answers. */
function addresses({ config, served }: Plan): string {
  const tenant = config.usesLocalTenant
    ? `the built-in local tenant (no real accounts), ${config.authority}/_tenant`
    : `${config.tenant} at ${config.authority}`
  const note = proxyNote(config, served)
  const doctor = config.development ? `${config.publicUrl}${pages.doctor}` : 'npm run doctor'
  return `
  Open          ${config.publicUrl}
  Doctor        ${doctor}
  Tenant        ${tenant}
  Redirect URI  ${config.redirectUri}
${note ? `\n  ${note}\n` : ''}
`
}
