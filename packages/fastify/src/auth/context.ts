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
import type { UserKey } from '../session/record.ts'
import { TokenRefresh } from '../session/refresh.ts'
import { Sessions } from '../session/sessions.ts'
import { observe, observedStore } from '../telemetry/index.ts'
import { openStore } from '../store/index.ts'
import type { Store } from '../store/store.ts'
import { rotateKeys } from './key-rotation.ts'
import { createFailures } from './pages/problem.ts'
import { createAutomaticSignIn } from './sign-in/automatic-sign-in.ts'
import { RequestSessions } from './request.ts'
import { Transactions } from './sign-in/transaction.ts'

export type AuthContext = Awaited<ReturnType<typeof createAuthContext>>

/**
 * @param now milliseconds since the epoch
 * @throws StoreError if the store cannot be opened
 */
export async function createAuthContext(app: FastifyInstance, config: Config, now: () => number) {
  const { publicUrl, authority, scopes, session: lifetimes, signIn } = config
  const { tenant, allowedTenants, clientId, redirectUri } = config
  const { log } = app
  const entra = createEntra(config, log, now)
  const opened = await openStore(config.storeUrl, now, createStoreAccess(config, log, now))
  const store = config.telemetry ? observedStore(opened, config.storeUrl) : opened
  const { oneTimeKeys } = store
  const jar = createCookieJar(publicUrl)
  const setSessionCookie = createSessionCookie(jar, lifetimes, now)
  const setUp = { config, store, now }
  const { cookies, lookupKeys, sessions, closeSessions } = await startSessions(app, setUp)
  const stopObserving = observeGauges(entra, sessions)
  app.addHook('onClose', async () => {
    stopObserving()
    await closeSessions()
    await Promise.all([entra.close(), store.close()])
  })

  /** A user's name in the log: a keyed hash, always the same for the same user. */
  const userLogId = ({ tenantId, objectId }: UserKey) =>
    lookupKeys.ofUser(tenantId, objectId)[0]?.slice(0, 16) ?? ''
  const challenges = new Challenges(sessions, log, userLogId)
  const tokenRefresh = new TokenRefresh({ entra, sessions, challenges, log, now })
  const accessTokens = new AccessTokens({ ...store, sessions, tokenRefresh, log, now })
  const parts = { sessions, cookies, jar, setSessionCookie, userLogId, now }
  const basePath = basePathOf(publicUrl)
  const device = new DeviceBinding({ ...parts, settings: lifetimes, oneTimeKeys, basePath })
  const { suspectedTheft } = lifetimes
  const perMinute = config.rateLimits.perSession
  const requestSessions = new RequestSessions({ ...parts, device, perMinute, suspectedTheft })

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

interface SessionsSetUp {
  config: Config
  store: Store
  now: () => number
}

/** The sessions, and the keys that they are sealed with and found by. */
async function startSessions(app: FastifyInstance, { config, store, now }: SessionsSetUp) {
  const { sessionKeys: keys, session: lifetimes } = config
  const { log } = app
  const cookies = await createSealedCookies(app, keys, Math.ceil(lifetimes.absoluteMs / 1000))
  const lookupKeys = createLookupKeys(keys)
  const labels = createSessionLabels(keys)
  const sessions = new Sessions({ store, cookies, lifetimes, lookupKeys, labels, log, now })
  const apply = (newKeys: readonly Buffer[]) => sessions.replaceKeys(newKeys)
  const rotation = rotateKeys({ config, keys, apply, log, now })
  const closeSessions = async () => {
    rotation?.close()
    await sessions.close()
  }
  return { cookies, lookupKeys, sessions, closeSessions }
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
