/**
 * The door of this room: who the user is. It adds `request.user`, `request.idToken`,
 * `request.accessToken(scopes)`, `request.sessionSeal`, `app.requireSignIn`, the /auth addresses
 * and /api/session. Nothing else of the room is to be used from outside.
 */
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { api, auth } from '@gatehouse/shared/paths'
import { Session as SessionSchema } from '@gatehouse/shared/session'
import { Type } from 'typebox'
import type { Config } from '../config/index.ts'
import { ProblemError } from '../problem.ts'
import { createEntra } from './entra/index.ts'
import type { FlowContext } from './flow/context.ts'
import { sessionCookie } from './flow/context.ts'
import { redirect, RedirectQuery } from './flow/redirect.ts'
import { signIn, SignInQuery } from './flow/sign-in.ts'
import { signOut } from './flow/sign-out.ts'
import { createTransactions } from './flow/transaction.ts'
import { createAccessTokens } from './session/access-token.ts'
import { createCookieJar, readCookie } from './session/cookies.ts'
import type { SessionRecord, User } from './session/record.ts'
import { createSealedCookies } from './session/sealed-cookie.ts'
import { createSessions, type Session } from './session/sessions.ts'
import { sessionStatus } from './session/status.ts'
import { openStore } from './store/open.ts'
import { seal, unseal } from './store/seal.ts'
import { StoreError } from './store/store.ts'

export type { User } from './session/record.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** A hook that lets only the signed-in pass: 401 for everybody else, never a redirect. */
    requireSignIn: onRequestAsyncHookHandler
    /** What identity depends on, for the readiness check. @throws where the store or Entra does not answer */
    identityReady(): Promise<void>
  }

  interface FastifyRequest {
    /** The signed-in user. @throws Error outside of routes behind `app.requireSignIn` */
    readonly user: User
    /** The verified ID token's claims, which checks were made, and when it came (ms since the epoch). */
    readonly idToken: Pick<SessionRecord, 'claims' | 'checks' | 'receivedAt'>
    /** A token for an API, as the user. @throws ProblemError `interaction_required`, `unavailable` */
    accessToken(scopes: readonly string[]): Promise<string>
    /** Seals a text that this session's browser may keep for us, and opens it again for the same purpose. */
    readonly sessionSeal: SessionSeal
  }
}

export interface SessionSeal {
  seal(purpose: string, text: string): string
  /** Undefined for whatever was not sealed by this session for this purpose. */
  open(purpose: string, sealed: string): string | undefined
}

const openSessions = new WeakMap<FastifyRequest, Session>()

export interface IdentityOptions {
  config: Config
  now: () => number
}

async function identity(app: FastifyInstance, { config, now }: IdentityOptions): Promise<void> {
  const [firstKey] = config.sessionKeys
  if (!firstKey) throw new Error('identity needs at least one session key')
  const entra = createEntra(config, now)
  const store = openStore(config.storeUrl, now)
  const jar = createCookieJar(config.publicUrl)
  const maxAgeS = Math.ceil(config.session.absoluteMs / 1000)
  const cookies = await createSealedCookies(app, config.sessionKeys, maxAgeS)
  const lifetimes = config.session
  const sessions = createSessions({ store, cookies, lifetimes, indexKey: firstKey, now })
  const accessTokens = createAccessTokens(entra, sessions, now)

  const flow: FlowContext = {
    publicUrl: config.publicUrl,
    scopes: config.scopes,
    entra,
    store,
    sessions,
    transactions: createTransactions(cookies, jar, now),
    jar,
    openSession: (request) =>
      sessions.open(readCookie(request.headers.cookie, jar.name(sessionCookie))),
    now,
  }

  decorate(app, flow, (request, scopes) => accessTokens.for(sessionOf(request), scopes))
  app.decorate('identityReady', async () => {
    await Promise.all([store.ping(), entra.discovery.metadata()])
  })
  app.addHook('onClose', async () => {
    await Promise.all([entra.close(), store.close()])
  })

  const navigable = { config: { fromOtherSites: true } }
  app.get(auth.signIn, { ...navigable, schema: { querystring: SignInQuery } }, (request, reply) =>
    signIn(flow, request, reply),
  )
  app.get(
    auth.redirect,
    { ...navigable, schema: { querystring: RedirectQuery } },
    (request, reply) => redirect(flow, request, reply),
  )
  app.post(
    auth.signOut,
    { schema: { response: { 200: Type.Object({ location: Type.String() }) } } },
    (request, reply) => orUnavailable(signOut(flow, request, reply)),
  )
  app.get(api.session, { schema: { response: { 200: SessionSchema } } }, async (request) =>
    sessionStatus(await orUnavailable(flow.openSession(request)), lifetimes, now()),
  )
  app.post(api.extendSession, { schema: { response: { 200: SessionSchema } } }, async (request) => {
    const session = await orUnavailable(flow.openSession(request))
    const extended = session && (await orUnavailable(sessions.extend(session)))
    if (!extended) throw signInRequired()
    return sessionStatus(extended, lifetimes, now())
  })
}

function decorate(
  app: FastifyInstance,
  flow: FlowContext,
  accessToken: (request: FastifyRequest, scopes: readonly string[]) => Promise<string>,
): void {
  app.decorateRequest('user', { getter: userOfRequest })
  app.decorateRequest('idToken', { getter: idTokenOfRequest })
  app.decorateRequest('sessionSeal', { getter: sealOfRequest })
  app.decorateRequest('accessToken', function (this: FastifyRequest, scopes: readonly string[]) {
    return orUnavailable(accessToken(this, scopes))
  })
  app.decorate('requireSignIn', async (request: FastifyRequest) => {
    const session = await orUnavailable(flow.openSession(request))
    if (!session) throw signInRequired()
    openSessions.set(request, await orUnavailable(flow.sessions.touch(session)))
  })
}

function userOfRequest(this: FastifyRequest): User {
  return sessionOf(this).user
}

function idTokenOfRequest(this: FastifyRequest): SessionRecord {
  return sessionOf(this).record
}

function sealOfRequest(this: FastifyRequest): SessionSeal {
  const { sealKey } = sessionOf(this).secrets
  return {
    seal: (purpose, text) => seal(text, { id: purpose, sealKey }).toString('base64url'),
    open: (purpose, sealed) => unseal(Buffer.from(sealed, 'base64url'), { id: purpose, sealKey }),
  }
}

function sessionOf(request: FastifyRequest): Session {
  const session = openSessions.get(request)
  if (!session) {
    throw new Error('This route asks for the user; register it under routes/, behind requireSignIn')
  }
  return session
}

function signInRequired(): ProblemError {
  return new ProblemError('sign_in_required', 'Sign in to see this.')
}

/** A store that does not answer is no sign-out: the session is still there when it is back. */
async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    const detail = 'Sessions cannot be read right now. Try again in a moment.'
    throw new ProblemError('unavailable', detail, { cause: error, retryAfterS: 5 })
  }
}

export default fp(identity, { name: 'identity', dependencies: ['problems', 'cross-site'] })
