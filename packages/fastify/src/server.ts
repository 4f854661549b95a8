/** The process: load the configuration, listen, drain on SIGTERM. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildApp } from '@gatehouse/bff/app'
import { ConfigError, loadConfig, type Config } from './config/index.ts'
import { drain } from './drain.ts'
import { readBuiltWeb } from './plugins/web.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

function fail(sentence: string): never {
  say(sentence)
  process.exit(1)
}

function readConfig(): Config {
  try {
    return loadConfig(process.env, root)
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message)
    throw error
  }
}

async function serve(config: Config): Promise<void> {
  const built = readBuiltWeb(join(root, 'web/dist'))
  let ending = false
  // A store that cannot be opened is the operator's to mend: a sentence, not a stack.
  const app = await buildApp(config, { built, isEnding: () => ending }).catch((error: Error) =>
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

await serve(readConfig())
