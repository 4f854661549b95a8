import Fastify, { type FastifyInstance } from 'fastify'
import {
  gatehouse,
  serverOptions,
  type Config,
  type GatehouseOptions,
  type LogStream,
} from '@gatehouse/fastify'
import { appearance } from '@gatehouse/shared/appearance'
import { firstAnswers } from '@gatehouse/shared/first-answers'
import { pages } from '@gatehouse/shared/paths'
import routes from './routes/index.ts'

type AppOptions = Omit<GatehouseOptions, 'config' | 'pages' | 'appearance' | 'firstAnswers'> & {
  /** Where log lines go; standard output by default. */
  logStream?: LogStream | undefined
}

/** The whole back end, ready to listen. */
export async function buildApp(config: Config, options: AppOptions = {}): Promise<FastifyInstance> {
  const { logStream, ...rest } = options
  const app: FastifyInstance = Fastify(serverOptions(config, { logStream }))
  await app.register(gatehouse, {
    config,
    appearance,
    pages: Object.values(pages),
    firstAnswers,
    ...rest,
  })
  await app.register(routes)
  return app
}
