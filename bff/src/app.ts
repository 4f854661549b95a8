import { gatehouse, serverOptions, type Config, type GatehouseOptions } from '@gatehouse/fastify'
import type { LogStream } from '@gatehouse/fastify'
import { pages } from '@gatehouse/shared/paths'
import Fastify, { type FastifyInstance } from 'fastify'
import routes from './routes/index.ts'

type AppOptions = Omit<GatehouseOptions, 'config' | 'pages'> & {
  /** Where log lines go; standard output by default. */
  logStream?: LogStream | undefined
}

/** The whole back end. It does not listen yet. */
export async function buildApp(config: Config, options: AppOptions = {}): Promise<FastifyInstance> {
  const { logStream, ...rest } = options
  const app: FastifyInstance = Fastify(serverOptions(config, { logStream }))
  await app.register(gatehouse, { config, pages: Object.values(pages), ...rest })
  await app.register(routes)
  return app
}
