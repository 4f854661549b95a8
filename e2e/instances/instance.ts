/** One process of the built app: `node bff/dist/server.js`. */
import { join } from 'node:path'
import { request } from 'undici'
import { root } from '../imports.ts'
import { eventually } from './eventually.ts'
import { runProgram, type Program } from './program.ts'

export interface Instance {
  port: number
  origin: string
  process(): Program
  /** Whether it answers, with any status. */
  answers(): Promise<boolean>
  /** The status of the readiness check; 0 if nothing listens. */
  readiness(): Promise<number>
  /** Sends a signal and waits until the process has ended. */
  end(signal?: NodeJS.Signals): Promise<number | null>
  /** Starts it again on the same port, after its end. */
  startAgain(): Promise<void>
}

/** @param publicUrl its host is the Host header of the health checks, as from a proxy */
export function startInstance(
  port: number,
  publicUrl: string,
  env: Record<string, string>,
): Instance {
  const run = () => runServer({ ...env, PORT: String(port) })
  const origin = `http://127.0.0.1:${port}`
  const status = (path: string) =>
    request(`${origin}${path}`, { headers: { host: new URL(publicUrl).host } }).then(
      async ({ statusCode, body }) => {
        await body.dump()
        return statusCode
      },
      () => 0,
    )
  let program = run()
  const instance: Instance = {
    port,
    origin,
    process: () => program,
    answers: async () => (await status('/healthz')) === 200,
    readiness: () => status('/readyz'),
    end: (signal) => program.end(signal),
    startAgain: async () => {
      await program.ended
      program = run()
      await hasStarted(instance)
    },
  }
  return instance
}

/** Waits until an instance answers. @throws Error with its output, if it ends instead */
export async function hasStarted(instance: Instance): Promise<void> {
  const failed = instance.process().ended.then((code) => {
    throw new Error(`The instance ended with ${code}: ${instance.process().output()}`)
  })
  await Promise.race([failed, eventually('an instance answers', () => instance.answers(), 60_000)])
  failed.catch(() => undefined)
}

/** Starts the server without waiting until it listens. */
export function runServer(env: Record<string, string>): Program {
  return runProgram(process.execPath, [join(root, 'bff/dist/server.js')], env)
}
