/** What the sign-in flow works with: Entra, the store, sessions and transactions. Made once. */
import type { FastifyInstance } from 'fastify'
import { basePathOf } from '@gatehouse/contract/paths'
import { type Config, controlPageOf } from '../config/index.ts'
import { createEntra, createStoreAccess, type Entra } from '../entra/index.ts'
import { DeviceBinding } from '../device/binding.ts'
import { AccessTokens } from '../session/access-token.ts'
import { Challenges } from '../session/challenges.ts'
import { createCookieJar, createSealedCookies, createSessionCookie } from '../session/cookie.ts'
import { createLookupKeys, createSessionLabels } from '../session/lookup-keys.ts'
import { TokenRefresh } from '../session/refresh.ts'
import { Sessions } from '../session/sessions.ts'
import { observe, observedStore } from '../telemetry/index.ts'
import { openStore } from '../store/index.ts'
import { rotateKeys } from './key-rotation.ts'
import { createFailures } from './pages/problem.ts'
import { createAutomaticSignIn } from './automatic-sign-in.ts'
import { RequestSessions } from './request.ts'
import { Transactions } from './transaction.ts'

export type AuthContext = Awaited<ReturnType<typeof createAuthContext>>

/**
 * @param now milliseconds since the epoch
 * @throws StoreError if the store cannot be opened
 */
export async function createAuthContext(app: FastifyInstance, config: Config, now: () => number) {
  const { publicUrl, authority, scopes, sessionKeys, session: lifetimes } = config
  const { tenant, allowedTenants, clientId, redirectUri, signIn } = config
  const { log } = app
  const entra = createEntra(config, log, now)
  const opened = await openStore(config.storeUrl, now, createStoreAccess(config, log, now))
  const store = config.telemetry ? observedStore(opened, config.storeUrl) : opened
  const jar = createCookieJar(publicUrl)
  const setSessionCookie = createSessionCookie(jar, lifetimes, now)
  const maxAgeS = Math.ceil(lifetimes.absoluteMs / 1000)
  const cookies = await createSealedCookies(app, sessionKeys, maxAgeS)
  const lookupKeys = createLookupKeys(sessionKeys)
  const labels = createSessionLabels(sessionKeys)
  const sessions = new Sessions({ store, cookies, lifetimes, lookupKeys, labels, log, now })
  const apply = (keys: readonly Buffer[]) => sessions.replaceKeys(keys)
  const rotation = rotateKeys({ config, keys: sessionKeys, apply, log, now })
  const stopObserving = observeGauges(entra, sessions)
  app.addHook('onClose', async () => {
    stopObserving()
    rotation?.close()
    await sessions.close()
    await Promise.all([entra.close(), store.close()])
  })

  /** A user's name in the log: a keyed hash, always the same for the same user. */
  const userLogId = ({ tid, oid }: { tid: string; oid: string }) =>
    lookupKeys.ofUser(tid, oid)[0]?.slice(0, 16) ?? ''
  const challenges = new Challenges(sessions, log, userLogId)
  const tokenRefresh = new TokenRefresh({ entra, sessions, challenges, log, now })
  const accessTokens = new AccessTokens({ ...store, sessions, tokenRefresh, log, now })
  const perMinute = config.rateLimits.perSession
  const { oneTimeKeys } = store
  const basePath = basePathOf(publicUrl)
  const device = new DeviceBinding({
    settings: config.session,
    cookies,
    jar,
    oneTimeKeys,
    basePath,
    now,
  })
  const requestSessions = new RequestSessions({
    sessions,
    jar,
    device,
    setSessionCookie,
    perMinute,
    suspectedTheft: config.session.suspectedTheft,
    userLogId,
    now,
  })

  return {
    publicUrl,
    authority,
    /** The app registration, as every authorization request names it. */
    registration: { tenant, allowedTenants, clientId, redirectUri },
    scopes,
    ...tenantFacts(config),
    lifetimes,
    entra,
    store,
    oneTimeKeys,
    device,
    jar,
    setSessionCookie,
    cookies,
    sessions,
    userSessions: sessions.byUser,
    challenges,
    accessTokens,
    requestSessions,
    automaticSignIn: createAutomaticSignIn({ ...signIn, publicUrl, jar, requestSessions }),
    transactions: new Transactions(cookies, jar, now),
    failures: createFailures(cookies, now),
    userLogId,
    now,
  }
}

/** What `/api/session` tells of the tenant; `developer` on a developer's own machine only. */
function tenantFacts(config: Config) {
  const { usesLocalTenant: localTenant } = config
  const controlPage = controlPageOf(config)
  const developer = { localTenant, ...(controlPage !== undefined && { controlPage }) }
  const { development } = config
  return { localTenant, development, developer: development ? developer : undefined }
}

/** Gauges that the process can tell without asking anyone. @returns a function that ends them */
function observeGauges({ credential }: Entra, sessions: Sessions): () => void {
  const ends = [
    observe('gatehouse.sessions.open', () => [{ value: sessions.countOpen() }]),
    observe('gatehouse.credential.days_left', () => {
      const value = credential.daysLeft()
      return value === undefined ? [] : [{ value }]
    }),
  ]
  return () => {
    for (const end of ends) end()
  }
}
