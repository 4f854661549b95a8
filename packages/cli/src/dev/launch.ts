/** What `npm run dev` and `npm start` have in common: read the configuration, check the ports, start, say what to open. */
import './env-file.ts'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError, findProjectRoot, loadConfig, type Config } from '@gatehouse/fastify/config'
import { createProcesses, isTaken, type Processes } from './processes.ts'

export const root = findProjectRoot()

export interface PlannedProcess {
  name: string
  port: number
  /** The environment variable that moves the port. */
  variable: string
  command: string[]
  cwd?: string
  env?: NodeJS.ProcessEnv
}

/** The configuration, or the end of this process with a sentence for each wrong key. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  try {
    return loadConfig(env, root)
  } catch (error) {
    if (error instanceof ConfigError) stop(error.message)
    throw error
  }
}

/** The page's port is part of the public address: moving one moves the other. */
export function withPublicUrl(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { WEB_PORT: port, PUBLIC_URL: publicUrl } = env
  return port && !publicUrl ? { ...env, PUBLIC_URL: `http://localhost:${port}` } : env
}

/** The local tenant, where the configuration names no other one. */
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

/** Starts everything, or ends this process naming every port that is taken. */
export async function launch(planned: PlannedProcess[]): Promise<Processes> {
  const taken = await Promise.all(planned.map(({ port }) => isTaken(port)))
  const sentences = planned
    .filter((_one, index) => taken[index])
    .map(
      ({ name, port, variable }) => `Port ${port} is taken (${name}). Set ${variable} to move it.`,
    )
  if (sentences.length > 0) stop(sentences.join('\n'))

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

/** Said once, when everything answers. */
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

export function stop(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
