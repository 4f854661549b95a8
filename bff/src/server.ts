/** The process: load the configuration, listen, drain on SIGTERM. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildApp } from './app.ts'
import { ConfigError, loadConfig, type Config } from './config/index.ts'
import { readBuiltWeb } from './plugins/web.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
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

const config = readConfig()
const app = await buildApp(config, { built: readBuiltWeb(join(root, 'web/dist')) }).catch(
  (error: Error) =>
    fail(`${error.message}${error.cause instanceof Error ? `: ${error.cause.message}` : ''}`),
)

try {
  await app.listen({ host: config.host, port: config.port })
} catch (error) {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') fail(`Port ${config.port} is taken. Set PORT to move the back end.`)
  throw error
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  })
}
