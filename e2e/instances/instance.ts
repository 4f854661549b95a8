/** One process of the product, as it is run: `node bff/src/server.ts`. */
import { join } from 'node:path'
import { request } from 'undici'
import { root } from '../imports.ts'
import { eventually } from './eventually.ts'
import { runProgram, type Program } from './program.ts'

export interface Instance {
  port: number
  origin: string
  process(): Program
  /** Whether it can be asked anything at all. */
  answers(): Promise<boolean>
  /** What the readiness check says; 0 where nobody listens. */
  readiness(): Promise<number>
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | null>
  /** Starts it again on the same port, after its end. */
  startAgain(): Promise<void>
}

/** @param publicUrl whose host health checks name, as a proxy does */
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

/** Waits until an instance answers. @throws Error with what it said where it ended instead */
export async function hasStarted(instance: Instance): Promise<void> {
  const failed = instance.process().ended.then((code) => {
    throw new Error(`The instance ended with ${code}: ${instance.process().output()}`)
  })
  await Promise.race([failed, eventually('an instance answers', () => instance.answers(), 60_000)])
  failed.catch(() => undefined)
}

/** The server, whether it comes to listen or not. */
export function runServer(env: Record<string, string>): Program {
  return runProgram(process.execPath, [join(root, 'bff/src/server.ts')], env)
}
