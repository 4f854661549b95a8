/** The plugin: registers every part of the back end, in order. */
import { type Appearance, checkAppearance } from '@gatehouse/contract/appearance'
import { basePathOf } from '@gatehouse/contract/paths'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import auth from './auth/index.ts'
import type { Config } from './config/index.ts'
import groups from './downstream/groups.ts'
import downstream from './downstream/index.ts'
import idempotency from './endpoint/idempotency.ts'
import type { ApiNames } from './errors.ts'
import basePathPlugin from './plugins/base-path.ts'
import { canonicalHostRedirect } from './plugins/canonical-host.ts'
import clientAddress from './plugins/client-address.ts'
import { errorHandler, notFoundHandler } from './plugins/error-handler.ts'
import health from './plugins/health.ts'
import rateLimits from './plugins/rate-limit.ts'
import { ambiguousRequests, crossSitePolicy } from './plugins/request-policy.ts'
import securityHeaders from './plugins/security-headers.ts'
import telemetry from './telemetry/index.ts'
import web, {
  createPage,
  type FirstAnswers,
  htmlUnder,
  pagesServedElsewhere,
  type WebBuild,
  withConfigured,
} from './web/index.ts'

export { ConfigError, findProjectRoot, loadConfig, type Config } from './config/index.ts'
export type { BatchOutcome } from './downstream/batch.ts'
export type { ApiResponse } from './downstream/index.ts'
export {
  isExpiredPage,
  pageByNumber,
  type NumberedList,
  type NumberedPage,
  type PageNumber,
} from './downstream/numbered-page.ts'
export type { ServerEvent } from './downstream/streams/server-events.ts'
export {
  handle,
  requireVersion,
  type EndpointHandler,
  type EndpointOptions,
  type EndpointRequest,
} from './endpoint/index.ts'
export { ProblemError } from './errors.ts'
export type { LogStream } from './plugins/logging.ts'
export { serverOptions } from './server-options.ts'
export type { User } from './session/record.ts'
export { readWebBuild, type FirstAnswers, type WebBuild } from './web/index.ts'

export interface GatehouseOptions {
  /** From `loadConfig`. */
  config: Config
  /** The built page, if this process serves it. */
  webBuild?: WebBuild | undefined
  /** The paths of the web app's pages: each is answered with the built page. */
  pages?: readonly string[]
  /**
   * What a page asks the API first, by its path: the server sends the answers with the page to a signed-in user, if
   * they are there in time.
   */
  firstAnswers?: FirstAnswers | undefined
  /** How long a page waits for them, in ms: 100 by default. */
  firstAnswersMs?: number | undefined
  /** The app's name, color and support address, for the pages that the server writes itself. */
  appearance?: Appearance | undefined
  /** Milliseconds since the epoch; for tests with their own clock. */
  now?: (() => number) | undefined
  /** Whether the process is about to end; then the readiness check says no. */
  isEnding?: (() => boolean) | undefined
}

/**
 * Adds the sign-in flow, sessions and calls to APIs: `request.user`, `request.callApi`,
 * `app.requireSignIn`, `/auth/*`, `/api/session` and the rest.
 *
 * @throws Error if it is registered twice, without a configuration, or after routes
 * @throws AppearanceError that names the member that cannot be used
 */
async function registerGatehouse(app: FastifyInstance, options: GatehouseOptions): Promise<void> {
  checkComposition(app, options)
  const { config, pages = ['/'], now = Date.now, isEnding = () => false } = options
  const { publicUrl } = config
  const basePath = basePathOf(publicUrl)
  const webBuild = options.webBuild && {
    ...options.webBuild,
    html: htmlUnder(basePath, options.webBuild.html),
    headers: withConfigured(options.webBuild.headers, config.headers),
  }
  const { firstAnswers = {}, firstAnswersMs = 100 } = options
  const sendPage = webBuild && createPage(app, { webBuild, firstAnswers, firstAnswersMs, now })

  await app.register(telemetry, {
    requestLog: config.requestLog,
    settings: config.telemetry,
  })
  app.decorate('appearance', options.appearance && checkAppearance(options.appearance))
  await app.register(errorHandler, { apiNames: displayNames(config) })
  await app.register(securityHeaders, { publicUrl, headers: config.headers })
  await app.register(basePathPlugin, { basePath })
  await app.register(clientAddress, { trustedProxies: config.trustedProxies })
  await app.register(ambiguousRequests)
  await app.register(crossSitePolicy, { origin: new URL(publicUrl).origin })
  await app.register(rateLimits, { perAddress: config.rateLimits.perAddress })
  // It sees the routes that come after it. The library is loaded where it is needed.
  if (config.openApi) await app.register(import('./openapi/index.ts'), { publicUrl })
  await app.register(notFoundHandler, { sendPage })
  await app.register(health, { isEnding })
  await app.register(canonicalHostRedirect, { publicUrl })
  await app.register(auth, { config, now })
  await app.register(downstream, { config, now })
  await app.register(groups)
  await app.register(idempotency, { now })
  // The doctor exposes configuration.
  if (config.development) await app.register(import('./doctor/index.ts'), { config, now })
  if (webBuild && sendPage) await app.register(web, { root: webBuild.root, pages, sendPage })
  else if (config.signIn.automatic && !config.production) {
    await app.register(pagesServedElsewhere, { pages })
  }
}

function displayNames({ downstreamApis }: Config): ApiNames {
  const apis = Object.entries(downstreamApis)
  return new Map(
    apis.flatMap(([key, { displayName }]) => (displayName ? [[key, displayName]] : [])),
  )
}

/** Its hooks apply to what is registered after it, and a second registration would answer twice. */
function checkComposition(app: FastifyInstance, options: Partial<GatehouseOptions>): void {
  if (app.hasDecorator('requireSignIn')) {
    throw new Error('gatehouse is registered twice on this app. Register it once.')
  }
  if (typeof options.config?.publicUrl !== 'string') {
    throw new Error(
      'gatehouse has no configuration. Register it with one: app.register(gatehouse, { config: loadConfig(process.env, root) }).',
    )
  }
  const routes = app.printRoutes({ commonPrefix: false }).trim()
  if (routes !== '' && routes !== '(empty tree)') {
    throw new Error(
      `Routes were registered before gatehouse, which protects only those that come after it. Register gatehouse first. The routes:\n${routes}`,
    )
  }
}

export const gatehouse = fp(registerGatehouse, { name: 'gatehouse', fastify: '5.x' })
export default gatehouse
