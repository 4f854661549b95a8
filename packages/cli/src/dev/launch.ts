/** What `npm run dev` and `npm start` share: reading the configuration, checking ports, starting, and the final message. */
import './env-file.ts'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError, loadConfig, type Config } from '@gatehouse/fastify/config'
import { root } from '../files/folder.ts'
import { createProcesses, isTaken, type Processes } from './processes.ts'

interface PlannedProcess {
  name: string
  port: number
  /** The environment variable that moves the port. */
  variable: string
  command: string[]
  cwd?: string
  env?: NodeJS.ProcessEnv
}

/** Prints the usage and ends this process, if `--help` is among its arguments. */
export function answerHelp(usage: string): void {
  if (!process.argv.includes('--help')) return
  process.stdout.write(usage)
  process.exit(0)
}

/** Reads the configuration, or ends this process with a sentence for each wrong key. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  try {
    return loadConfig(env, root)
  } catch (error) {
    if (error instanceof ConfigError) exitWith(error.message)
    throw error
  }
}

/** Sets the public address by WEB_PORT: the page's port is part of it. */
export function withPublicUrl(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { WEB_PORT: port, PUBLIC_URL: publicUrl } = env
  return port && !publicUrl ? { ...env, PUBLIC_URL: `http://localhost:${port}` } : env
}

/** The process of the local tenant, if the configuration names no other tenant. */
export function localTenantProcess(config: Config): PlannedProcess[] {
  if (!config.usesLocalTenant) return []
  const port = Number(new URL(config.authority).port)
  return [
    {
      name: 'local tenant',
      port,
      variable: 'TENANT_PORT',
      command: [process.execPath, fileURLToPath(import.meta.resolve('@gatehouse/tenant/server'))],
      env: { TENANT_PORT: String(port) },
    },
  ]
}

/** Starts all processes, or ends this process with every port that is in use. */
export async function launch(planned: PlannedProcess[]): Promise<Processes> {
  const taken = await Promise.all(planned.map(({ port }) => isTaken(port)))
  const sentences = planned
    .filter((_one, index) => taken[index])
    .map(
      ({ name, port, variable }) => `Port ${port} is taken (${name}). Set ${variable} to move it.`,
    )
  if (sentences.length > 0) exitWith(sentences.join('\n'))

  const processes = createProcesses((name, code) => {
    process.stderr.write(`The ${name} ended (exit code ${code ?? 'none'}); stopping the others.\n`)
    void end(processes, 1)
  })
  for (const { name, command, cwd, env } of planned) {
    processes.start(name, command, { cwd: join(root, cwd ?? '.'), env: { ...process.env, ...env } })
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void end(processes, 0))
  }
  return processes
}

async function end(processes: Processes, code: number): Promise<void> {
  await processes.end()
  process.exit(code)
}

/** Prints the addresses, when everything answers. */
export function announce(config: Config): void {
  const tenant = config.usesLocalTenant
    ? `the built-in local tenant (no real accounts), ${config.authority}/_tenant`
    : `${config.tenant} at ${config.authority}`
  process.stdout.write(`
  Gatehouse is running

  Open          ${config.publicUrl}
  Tenant        ${tenant}
  Redirect URI  ${config.redirectUri}

`)
}

export function exitWith(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
