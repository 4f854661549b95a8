/** The process: load the configuration, listen, drain on SIGTERM. */
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { ConfigError, loadConfig, type Config } from './config/index.ts'
import { drain } from './drain.ts'
import { readBuiltWeb, type BuiltWeb } from './plugins/web.ts'

export { drain, type DrainTimes } from './drain.ts'

/** What the process tells the app. */
export interface ProcessOptions {
  built: BuiltWeb | undefined
  isEnding: () => boolean
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

function fail(sentence: string): never {
  say(sentence)
  process.exit(1)
}

function readConfig(root: string): Config {
  try {
    return loadConfig(process.env, root)
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message)
    throw error
  }
}

/**
 * Runs an app as this process: a mistake in the configuration, a store that cannot be opened, and a
 * port that is taken end it with a sentence.
 *
 * @param build makes the app, which does not listen yet
 * @param root the project's root, with `aad.config.json` and `web/dist`
 */
export async function serve(
  build: (config: Config, options: ProcessOptions) => Promise<FastifyInstance>,
  root: string,
): Promise<void> {
  const config = readConfig(root)
  const built = readBuiltWeb(join(root, 'web/dist'))
  let ending = false
  // A store that cannot be opened is the operator's to mend: a sentence, not a stack.
  const app = await build(config, { built, isEnding: () => ending }).catch((error: Error) =>
    fail(error.message),
  )
  // From before it listens: whoever is answered counts on an orderly end.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // Not `once`: a terminal sends Ctrl+C to this process and to its launcher, which passes it on.
    process.on(signal, () => {
      if (ending) return
      ending = true
      drain(app).then(
        (left) => {
          if (left > 0) say(`Ended with ${left} connection${left === 1 ? '' : 's'} still in use.`)
          process.exit(0)
        },
        () => process.exit(1),
      )
    })
  }
  try {
    await app.listen({ host: config.host, port: config.port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') fail(`Port ${config.port} is taken. Set PORT to move the back end.`)
    throw error
  }
}
