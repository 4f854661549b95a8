/**
 * The door of this room: who the user is. It adds `request.user`, `request.idToken()`,
 * `request.accessToken(scopes)`, `request.interactionRequired(demand)`, `request.sessionSeal`,
 * `app.requireSignIn`, `app.requireRole(…)`, `app.requireScopes(…)`, `app.requireStepUp(…)`, the /auth
 * addresses, /api/session and /api/sessions. Nothing else of the room is to be used from outside.
 */
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { foreignGraphHost, type Config } from '../config/index.ts'
import { createEntra } from '../entra/index.ts'
import { flowRoutes } from './routes.ts'
import { createTransactions } from './transaction.ts'
import { decorateRequests, decorateRequirements } from './request.ts'
import { createAccessTokens } from '../session/access-token.ts'
import { createChallenges } from '../session/challenges.ts'
import { createCookieJar, createSealedCookies } from '../session/cookie.ts'
import ownSessions, { createEnds } from '../session/user-sessions.ts'
import { createIndexEntries, createSummaries } from '../session/lookup-keys.ts'
import { createRenewal } from '../session/refresh.ts'
import { createSessions } from '../session/sessions.ts'
import { openStore } from '../store/index.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What identity depends on, for the readiness check. @throws where the store or Entra does not answer */
    identityReady(): Promise<Readiness>
  }
}

export interface Readiness {
  clockIsOff: boolean
  /** Whether the app's credential ends within a month, or was refused. */
  credentialNeedsCare: boolean
  /** Whole days; undefined where nothing is known of its end. */
  credentialDaysLeft: number | undefined
}

export interface IdentityOptions {
  config: Config
  now: () => number
}

async function identity(app: FastifyInstance, options: IdentityOptions): Promise<void> {
  const { config, now } = options
  const { sessionKeys, publicUrl, authority, scopes, session: lifetimes } = config
  const { log } = app
  const graphHost = foreignGraphHost(config)
  if (graphHost !== undefined) {
    const fields = { event: 'graph_host', key: 'downstreamApis.graph.baseUrl', host: graphHost }
    log.warn(fields, 'The users’ tokens for Graph go to a host that is not Microsoft’s')
  }
  const entra = createEntra(config, log, now)
  const store = await openStore(config.storeUrl, now)

  const jar = createCookieJar(publicUrl)
  const cookies = await createSealedCookies(
    app,
    sessionKeys,
    Math.ceil(lifetimes.absoluteMs / 1000),
  )
  const indexes = createIndexEntries(sessionKeys)
  const summaries = createSummaries(sessionKeys)
  const sessions = createSessions({ store, cookies, lifetimes, indexes, summaries, log, now })
  app.addHook('onClose', async () => {
    await sessions.close()
    await Promise.all([entra.close(), store.close()])
  })
  const whoIs = ({ tid, oid }: { tid: string; oid: string }) =>
    indexes.ofUser(tid, oid)[0]?.slice(0, 16) ?? ''
  const challenges = createChallenges(sessions, log, ({ user }) =>
    whoIs({ tid: user.tenantId, oid: user.objectId }),
  )
  const renewal = createRenewal({ entra, sessions, challenges, log, now })
  const accessTokens = createAccessTokens({ sessions, marks: store.marks, renewal, log, now })
  const ends = createEnds(store.sessions, sessions, indexes, summaries, lifetimes)

  const requests = decorateRequests(app, {
    cookies,
    sessions,
    accessTokens,
    challenges,
    jar,
    perMinute: config.rateLimits.perSession,
    now,
  })
  decorateRequirements(app)
  app.decorate('identityReady', async () => {
    await Promise.all([store.ping(), entra.discovery.metadata()])
    return {
      clockIsOff: entra.clock.isSkewed(),
      credentialNeedsCare: entra.credential.needsAttention(),
      credentialDaysLeft: entra.credential.daysLeft(),
    }
  })
  const transactions = createTransactions(cookies, jar, now)
  const { marks } = store
  await app.register(flowRoutes, {
    publicUrl,
    authority,
    scopes,
    lifetimes,
    entra,
    marks,
    sessions,
    ends,
    transactions,
    jar,
    now,
    openSession: requests.open,
    openWithinLimit: requests.openWithinLimit,
    idOf: requests.idOf,
    localTenant: config.usesLocalTenant,
    whoIs,
  })
  await app.register(ownSessions, { ends, sessionOf: requests.sessionOf, end: sessions.end })
}

export default fp(identity, {
  name: 'identity',
  dependencies: ['problems', 'cross-site', 'rate-limits'],
})
