/** Starts `npm run dev` in a copy of the project, on free ports. */
import { randomInt } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../instances/eventually.ts'
import { listens } from '../instances/listens.ts'
import { runProgram, type Program } from '../instances/program.ts'

export interface Dev {
  program: Program
  ports: { page: number; backEnd: number; tenant: number }
  env: Record<string, string>
  /** Of the configuration. */
  folder: string
  /** Waits for words in the output since the last wait. */
  says(words: string | RegExp): Promise<void>
  /** Kills it, and removes its folder. */
  end(): Promise<void>
}

type How = 'npm' | 'node'

/**
 * A free port below those that the system gives to outgoing connections: the command takes seconds before it
 * listens, and meanwhile its own requests could get the port.
 */
async function quietPort(): Promise<number> {
  const port = randomInt(20_000, 30_000)
  return (await listens(port)) ? quietPort() : port
}

/** Starts it on free ports, with a configuration in a folder of its own. */
export async function startDev(
  project: string,
  how: How = 'node',
  given: Record<string, string> = {},
  script: 'dev' | 'start' = 'dev',
): Promise<Dev> {
  const folder = mkdtempSync(join(project, '.config-'))
  writeFileSync(join(folder, 'aad.config.json'), readFileSync(join(project, 'aad.config.json')))
  const ports = { page: await quietPort(), backEnd: await quietPort(), tenant: await quietPort() }
  const env = {
    AAD_CONFIG: join(folder, 'aad.config.json'),
    DATA_DIR: join(folder, '.data'),
    WEB_PORT: String(ports.page),
    PORT: String(ports.backEnd),
    TENANT_PORT: String(ports.tenant),
    TENANT_USERS: '20',
    ...given,
  }
  const [command, args] =
    how === 'npm'
      ? (['npm', ['run', script]] as const)
      : ([process.execPath, [`packages/cli/src/dev/${script}.ts`]] as const)
  const program = runProgram(command, args, env, project)
  let heard = 0
  const says = async (words: string | RegExp) => {
    const pattern =
      typeof words === 'string'
        ? new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
        : words
    const ended = program.ended.then(() => true)
    await eventually(
      `it says ${pattern.source}; it said ${program.output()}`,
      async () => {
        const found = pattern.exec(program.output().slice(heard))
        if (found) heard += found.index + found[0].length
        if (found) return true
        if (await Promise.race([ended, Promise.resolve(false)])) {
          throw new Error(`It ended without ${pattern.source}: ${program.output()}`)
        }
        return false
      },
      90_000,
    )
  }
  const end = async () => {
    await program.end('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  return { program, ports, env, folder, says, end }
}
