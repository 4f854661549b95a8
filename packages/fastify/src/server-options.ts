import type { Server } from 'node:http'
import { LogController, type FastifyHttpOptions } from 'fastify'
import type { Config } from './config/index.ts'
import { asProblem, answerParserErrors, sendProblem } from './plugins/errors.ts'
import {
  createRequestIds,
  lazyChildLogger,
  loggerOptions,
  type LogStream,
} from './plugins/logging.ts'
import { fixedHeaders } from './plugins/security-headers.ts'

/**
 * What `Fastify()` is to be called with: limits of time and size, ids of requests, and a log without
 * addresses and secrets.
 *
 * @param options.logStream where log lines go; standard output by default
 */
export function serverOptions(config: Config, options: { logStream?: LogStream | undefined } = {}) {
  const { publicUrl } = config
  const nextId = createRequestIds()
  return {
    logger: loggerOptions(config.logLevel, options.logStream),
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
    // Node's own refusal of a request without a Host has none of our headers; `ambiguous-requests` has.
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
  } satisfies FastifyHttpOptions<Server>
}
