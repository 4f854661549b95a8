/**
 * The sign-in plugin: who the user is. It adds `request.user`, `request.idToken()`,
 * `request.accessToken(scopes)`, `request.interactionRequired(challenge)`, `request.sessionSealer`,
 * `app.requireSignIn`, `app.requireRole(…)`, `app.requireScopes(…)`, `app.requireStepUp(…)`, the routes
 * under /auth, /api/session and /api/sessions.
 */
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { foreignGraphHost, type Config } from '../config/index.ts'
import { createAuthContext } from './context.ts'
import { deviceRoutes } from './device.ts'
import { applicationToken, decorateRequests, userHashOf } from './request.ts'
import { decorateRequirements } from './requirements.ts'
import { authRoutes, userSessionRoutes } from './routes.ts'
import { StoreReadiness } from './store-readiness.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Checks what sign-ins depend on, for the readiness check. @throws if the store or Entra does not answer */
    identityReady(): Promise<Readiness>
    /** The app's credentials, for the log: their kinds in the order in which they are tried, and whole days until they end. */
    describeCredentials(): Promise<{ kinds: string[]; daysLeft: number | undefined }>
    /** A hook for pages: leads the first one of a browser session to a silent sign-in, if that is configured. */
    signInAutomatically: onRequestAsyncHookHandler
  }
}

interface Readiness {
  /** Such as `store_full`: the users who are signed in are served, and no one can sign in. */
  storeWarning: string | undefined
  clockIsOff: boolean
  /** Whether the app's credential expires within a month, or was rejected. */
  credentialNeedsCare: boolean
  /** Whole days; undefined if the expiry is not known. */
  credentialDaysLeft: number | undefined
}

interface AuthOptions {
  config: Config
  /** Milliseconds since the epoch. */
  now: () => number
}

async function auth(app: FastifyInstance, { config, now }: AuthOptions): Promise<void> {
  const graphHost = foreignGraphHost(config)
  if (graphHost !== undefined) {
    const fields = { event: 'graph_host', key: 'downstreamApis.graph.baseUrl', host: graphHost }
    app.log.warn(fields, 'The users’ tokens for Graph go to a host that is not Microsoft’s')
  }
  for (const { key, message } of config.warnings) {
    app.log.warn({ event: 'configuration', key }, `${key} ${message}`)
  }
  const context = await createAuthContext(app, config, now)
  const { entra, store } = context
  decorateRequests(app, context)
  app.decorate(applicationToken, entra.applicationToken)
  app.userHashOf = (request) => userHashOf(context, request)
  decorateRequirements(app, config.appRoles)
  const storeReadiness = new StoreReadiness(store, app.log)
  const stopWatching = storeReadiness.watch()
  app.addHook('onClose', stopWatching)
  app.decorate('identityReady', async () => {
    const [storeWarning] = await Promise.all([storeReadiness.check(), entra.discovery.metadata()])
    return {
      storeWarning,
      clockIsOff: entra.clock.isSkewed(),
      credentialNeedsCare: entra.credential.needsAttention(),
      credentialDaysLeft: entra.credential.daysLeft(),
    }
  })
  app.decorate('describeCredentials', async () => {
    const { list, firstReport, daysLeft } = entra.credential
    await firstReport
    return { kinds: list.map(({ kind }) => kind), daysLeft: daysLeft() }
  })
  app.decorate('signInAutomatically', async (request, reply) =>
    (await context.automaticSignIn.begin(request, reply)) ? reply : undefined,
  )
  await app.register(authRoutes, context)
  deviceRoutes(app, context)
  await app.register(userSessionRoutes, context)
}

export default fp(auth, {
  name: 'auth',
  dependencies: ['error-handler', 'cross-site', 'rate-limits'],
})
