/** The options that an app passes to `Fastify()`. */
import type { Server } from 'node:http'
import { basePathOf } from '@gatehouse/contract/paths'
import { type FastifyHttpOptions, LogController } from 'fastify'
import type { Config } from './config/index.ts'
import { isUploading } from './downstream/streams/upload.ts'
import { stripBasePath } from './plugins/base-path.ts'
import { answerParserErrors, sendProblem, toProblemError } from './plugins/error-handler.ts'
import {
  createRequestIds,
  lazyChildLogger,
  loggerOptions,
  type LogStream,
} from './plugins/logging.ts'
import { fixedHeaders } from './plugins/security-headers.ts'

/**
 * Limits of time and size, request ids, and a log without addresses and secrets.
 *
 * @param options.logStream gets the log lines; standard output by default
 */
export function serverOptions(
  config: Config,
  options: { logStream?: LogStream | undefined } = {},
): FastifyHttpOptions<Server> {
  const nextId = createRequestIds()
  const basePath = basePathOf(config.publicUrl)
  const answer = answerParserErrors(config, nextId)
  return {
    logger: loggerOptions(config.logLevel, options.logStream),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: nextId,
    childLoggerFactory: lazyChildLogger,
    requestIdHeader: false,
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    bodyLimit: 16 * 1024,
    // Fastify's own are 0, no limit: a one-byte body would hold a connection for ever. Handlers need
    // no time limit, because everything that they wait for (Entra, APIs, the store) has one: `error-handler` ends
    // no connection whose request is being worked on.
    connectionTimeout: 30_000,
    requestTimeout: 10_000,
    exposeHeadRoutes: false,
    // Requests that arrived before the end are served; the balancer sends the next ones elsewhere.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => {
      if (!isUploading(error, socket)) answer(error, socket)
    },
    http: {
      // Above the app's own limit of 16 kB (`ambiguous-requests`), whose answer is a page and removes cookies.
      maxHeaderSize: 64 * 1024,
      headersTimeout: 10_000,
      // How often Node looks for requests over their time limit. Its default of 30 s would turn the
      // ten seconds into forty.
      connectionsCheckingInterval: 2_000,
      // `ambiguous-requests` refuses a request without a Host, with our headers. Node's own answer has none.
      requireHostHeader: false,
    },
    ...(basePath !== '' && { rewriteUrl: stripBasePath(basePath) }),
    // Of a parameter as it came. Ids of messages and events at Microsoft have 152 characters and more.
    routerOptions: { maxParamLength: 512 },
    // A path that cannot be decoded is refused before any hook runs.
    frameworkErrors: (error, _request, reply) =>
      void sendProblem(reply.headers(fixedHeaders(config)), toProblemError(error)),
    ajv: {
      customOptions: {
        removeAdditional: false,
        // A list of one value is that value in an address, `?tag=a`. `array`, Fastify's own default, takes it for a list.
        coerceTypes: 'array',
        // A form shows what is wrong with each of its fields at once. The body has 16 kB at most.
        allErrors: true,
        // A mistake in a route's schema is found in development. The check takes a sixth of the start.
        ...(config.production && { meta: false, validateSchema: false }),
      },
    },
  }
}
