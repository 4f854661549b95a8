import Fastify, { type FastifyInstance, LogController } from 'fastify'
import type { Config } from '@gatehouse/fastify/config'
import web, { answerParserErrors, asProblem, type BuiltWeb, createRequestIds, fixedHeaders, lazyChildLogger, loggerOptions, type LogStream, sendProblem } from '@gatehouse/fastify'
import routes from './routes/index.ts'

export interface AppOptions {
  /** The built page, where this process serves it. */
  built?: BuiltWeb | undefined
  /** Milliseconds since the epoch; tests bring a clock of their own. */
  now?: () => number
  /** Whether the process is about to end: the readiness check says no from then on. */
  isEnding?: () => boolean
  /** Where log lines go; standard output by default. */
  logStream?: LogStream
}

/** The whole back end, every plugin in order. It does not listen yet. */
export async function buildApp(config: Config, options: AppOptions = {}): Promise<FastifyInstance> {
  const { built, now = Date.now, isEnding = () => false, logStream } = options
  const { publicUrl } = config
  const nextId = createRequestIds()
  const app = Fastify({
    logger: loggerOptions(config.logLevel, logStream),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: nextId,
    childLoggerFactory: lazyChildLogger,
    requestIdHeader: false,
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    bodyLimit: 16 * 1024,
    // Fastify's own are 0, no limit: a one-byte body would hold a connection for ever. Handlers need
    // no clock of their own: everything that they wait for (Entra, APIs, the store) has one.
    connectionTimeout: 30_000,
    requestTimeout: 10_000,
    exposeHeadRoutes: false,
    // A request that came in before the end is served; the balancer sends the next one elsewhere.
    return503OnClosing: false,
    clientErrorHandler: answerParserErrors(publicUrl, nextId),
    // Node's own refusal of a request without a Host has none of our headers; `one-meaning` has.
    http: {
      maxHeaderSize: 16 * 1024,
      headersTimeout: 10_000,
      // How often Node looks for requests that are over their time; its own half a minute would
      // make forty seconds of the ten.
      connectionsCheckingInterval: 2_000,
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: 128 },
    // An address that cannot be decoded is refused before any hook runs.
    frameworkErrors: (error, _request, reply) =>
      void sendProblem(reply.headers(fixedHeaders(publicUrl)), asProblem(error)),
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true } },
  })

  await app.register(problems)
  await app.register(securityHeaders, { publicUrl })
  await app.register(oneMeaning)
  await app.register(crossSite, { publicUrl })
  await app.register(rateLimits, { perAddress: config.rateLimits.perAddress })
  await app.register(notFound, { built })
  // Before the canonical host: a health check may use whatever address it likes.
  await app.register(health, { isEnding })
  await app.register(canonicalHost, { publicUrl })
  await app.register(identity, { config, now })
  await app.register(downstream, { config })
  await app.register(directory)
  // It says what is configured: for whoever sits at this machine, even where production was not said.
  const isLocal = !config.production && new URL(publicUrl).hostname === 'localhost'
  if (isLocal) await app.register(doctor, { config, now })
  await app.register(routes)
  if (built) await app.register(web, { built })
  return app
}
