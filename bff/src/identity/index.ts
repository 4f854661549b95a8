/**
 * The door of this room: who the user is. It adds `request.user`, `request.idToken()`,
 * `request.accessToken(scopes)`, `request.sessionSeal`, `app.requireSignIn`, the /auth addresses,
 * /api/session and /api/sessions. Nothing else of the room is to be used from outside.
 */
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Config } from '../config/index.ts'
import { createEntra } from './entra/index.ts'
import { flowRoutes } from './flow/routes.ts'
import { createTransactions } from './flow/transaction.ts'
import { decorateRequests } from './request.ts'
import { createAccessTokens } from './session/access-token.ts'
import { createCookieJar } from './session/cookies.ts'
import { createEnds } from './session/ends.ts'
import { createIndexEntries } from './session/index-entries.ts'
import ownSessions from './session/own-sessions.ts'
import { createRenewal } from './session/renewal.ts'
import { createSealedCookies } from './session/sealed-cookie.ts'
import { createSessions } from './session/sessions.ts'
import { createSummaries } from './session/summary.ts'
import { openStore } from './store/open.ts'

export { endSessionsOfUser } from './operator.ts'
export type { SessionSeal } from './request.ts'
export type { User } from './session/record.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What identity depends on, for the readiness check. @throws where the store or Entra does not answer */
    identityReady(): Promise<void>
  }
}

export interface IdentityOptions {
  config: Config
  now: () => number
}

async function identity(app: FastifyInstance, { config, now }: IdentityOptions): Promise<void> {
  const { sessionKeys, publicUrl, authority, scopes, session: lifetimes } = config
  const { log } = app
  const entra = createEntra(config, now)
  const store = await openStore(config.storeUrl, now)
  app.addHook('onClose', async () => {
    await Promise.all([entra.close(), store.close()])
  })

  const jar = createCookieJar(publicUrl)
  const cookies = await createSealedCookies(
    app,
    sessionKeys,
    Math.ceil(lifetimes.absoluteMs / 1000),
  )
  const indexes = createIndexEntries(sessionKeys)
  const summaries = createSummaries(sessionKeys)
  const sessions = createSessions({ store, cookies, lifetimes, indexes, summaries, log, now })
  const renewal = createRenewal(entra, sessions, log, now)
  const accessTokens = createAccessTokens({ sessions, marks: store.marks, renewal, log, now })
  const ends = createEnds(store.sessions, sessions, indexes, summaries)

  const requests = decorateRequests(app, {
    cookies,
    sessions,
    accessTokens,
    jar,
    perMinute: config.rateLimits.perSession,
    now,
  })
  app.decorate('identityReady', async () => {
    await Promise.all([store.ping(), entra.discovery.metadata()])
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
    whoIs: ({ tid, oid }) => indexes.ofUser(tid, oid)[0]?.slice(0, 16) ?? '',
  })
  await app.register(ownSessions, { ends, sessionOf: requests.sessionOf, end: sessions.end })
}

export default fp(identity, {
  name: 'identity',
  dependencies: ['problems', 'cross-site', 'rate-limits'],
})
