/** What this room adds to requests: the session behind the cookie, and what a route may know of it. */
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  onRequestAsyncHookHandler,
  onRequestHookHandler,
} from 'fastify'
import type { AccessTokens, TokenRefusal } from '../session/access-token.ts'
import type { Challenges, Demand } from '../session/challenges.ts'
import { type CookieJar, readCookie, type SealedCookies, sessionCookie } from '../session/cookie.ts'
import type { SessionRecord, User } from '../session/record.ts'
import type { OpenCookie } from '../session/cache.ts'
import { secondsToWait } from '../session/lifetime.ts'
import { ProblemError, sessionsUnavailable, signInRequired, tooManyRequests } from '../errors.ts'
import type { Session, Sessions } from '../session/sessions.ts'
import { StoreError } from '../store/store.ts'
import { acrsClaimsRequest } from '../entra/index.ts'

const currentSession: unique symbol = Symbol('session')

declare module 'fastify' {
  interface FastifyInstance {
    /** A hook that lets only the signed-in pass: 401 for everybody else, never a redirect. */
    requireSignIn: onRequestHookHandler
  }

  interface FastifyRequest {
    [currentSession]: Session | undefined
    /** The signed-in user. @throws Error outside of routes behind `app.requireSignIn` */
    readonly user: User
    /** Seals a text that this session's browser may keep for us, and opens it again for the same purpose. */
    readonly sessionSeal: SessionSeal
    /** The verified ID token's claims, which checks were made, and when it came (ms since the epoch). */
    idToken(): Promise<Pick<SessionRecord, 'claims' | 'checks' | 'receivedAt'>>
    /**
     * A token for an API, as the user.
     *
     * @param refusal what the API has just said about the last one; if Entra was asked for another one a
     * moment ago and gave none, the rejected one comes back
     * @throws ProblemError `interaction_required`, `unavailable`, `sign_in_required`
     */
    accessToken(scopes: readonly string[], refusal?: TokenRefusal): Promise<string>
    /** The answer for a request that Microsoft has to be asked about first; throw it. */
    interactionRequired(demand: Demand): Promise<ProblemError>
  }
}

interface SessionSeal {
  seal(purpose: string, text: string): string
  /** Undefined for whatever was not sealed by this session for this purpose. */
  open(purpose: string, sealed: string): string | undefined
}

interface RequestParts {
  cookies: SealedCookies
  sessions: Sessions
  accessTokens: AccessTokens
  challenges: Challenges
  jar: CookieJar
  perMinute: number
  now: () => number
}

interface RequestSessions {
  /** The live session of a request's cookie, if any; does not count as activity. @throws StoreError */
  open(request: FastifyRequest): Promise<Session | undefined>
  /** The same within the limit of a session. @throws ProblemError `too_many_requests`; StoreError */
  openWithinLimit(request: FastifyRequest): Promise<Session | undefined>
  /** The id of the session that a request's cookie stands for, whether it lives or not; asks no store. */
  idOf(request: FastifyRequest): string | undefined
  /** @throws Error for a route that is not behind `app.requireSignIn` */
  sessionOf(request: FastifyRequest): Session
}

export function decorateRequests(
  app: FastifyInstance,
  { cookies, sessions, accessTokens, challenges, jar, perMinute, now }: RequestParts,
): RequestSessions {
  const cookieName = jar.name(sessionCookie)
  const valueOf = (request: FastifyRequest) => readCookie(request.headers.cookie, cookieName)

  async function openValue(request: FastifyRequest, value: string): Promise<Session | undefined> {
    const session = sessions.peek(sessions.cookieOf(value)) ?? (await sessions.open(value))
    request[currentSession] = session
    return session
  }

  async function open(request: FastifyRequest): Promise<Session | undefined> {
    const value = valueOf(request)
    return value === undefined ? undefined : openValue(request, value)
  }

  async function openWithinLimit(request: FastifyRequest): Promise<Session | undefined> {
    const value = valueOf(request)
    const cookie = value === undefined ? undefined : sessions.cookieOf(value)
    if (value === undefined || !cookie) return undefined
    const refusal = overLimit(request, cookie)
    if (refusal) throw refusal
    return openValue(request, value)
  }

  /**
   * Counts a request by its cookie, before the store is asked: also one whose session has ended, which
   * would be a read from the store each time.
   */
  function overLimit(request: FastifyRequest, { pace }: OpenCookie): ProblemError | undefined {
    const waitS = secondsToWait(pace, perMinute, now())
    if (waitS === 0) return undefined
    request.log.warn({ event: 'rate_limited', by: 'session' }, 'Too many requests')
    return tooManyRequests(waitS)
  }

  /** @returns why the request may not go on; undefined where it may */
  function enter(
    request: FastifyRequest,
    reply: FastifyReply,
    { resealed }: OpenCookie,
    session: Session | undefined,
  ): ProblemError | undefined {
    if (!session) return signInRequired()
    request[currentSession] = session
    sessions.touch(session)
    if (resealed !== undefined) jar.set(reply, sessionCookie, resealed)
    return undefined
  }

  app.decorateRequest(currentSession, undefined)
  app.decorateRequest('user', { getter: userOf })
  app.decorateRequest('sessionSeal', {
    getter(this: FastifyRequest) {
      return sessionSeal(cookies, sessionOf(this))
    },
  })
  app.decorateRequest('idToken', async function (this: FastifyRequest) {
    const record = await orUnavailable(sessions.record(sessionOf(this)))
    if (!record) throw signInRequired()
    return record
  })
  app.decorateRequest('accessToken', async function (this: FastifyRequest, scopes, refusal) {
    return orUnavailable(accessTokens.for(sessionOf(this), scopes, refusal))
  })
  app.decorateRequest('interactionRequired', async function (this: FastifyRequest, demand) {
    return orUnavailable(challenges.demand(sessionOf(this), demand))
  })

  app.decorate('requireSignIn', (request: FastifyRequest, reply: FastifyReply, done) => {
    const value = valueOf(request)
    const cookie = value === undefined ? undefined : sessions.cookieOf(value)
    if (value === undefined || !cookie) return done(signInRequired())
    const refusal = overLimit(request, cookie)
    if (refusal) return done(refusal)
    const session = sessions.peek(cookie)
    if (session) return done(enter(request, reply, cookie, session))
    orUnavailable(sessions.open(value)).then(
      (opened) => done(enter(request, reply, cookie, opened)),
      (error: Error) => done(error),
    )
  })

  const idOf = (request: FastifyRequest) => {
    const value = valueOf(request)
    return value === undefined ? undefined : sessions.cookieOf(value)?.secrets.id
  }

  return { open, openWithinLimit, idOf, sessionOf }
}

function userOf(this: FastifyRequest): User {
  return sessionOf(this).user
}

/**
 * Sealed by the server and bound to the session and the purpose inside. Not by the session's own
 * key: a node:crypto cipher is an object that the garbage collector has to take care of, and costs
 * a request ten times what libsodium does.
 */
function sessionSeal(cookies: SealedCookies, { secrets }: Session): SessionSeal {
  return {
    seal: (use, text) => cookies.seal('kept-by-page', { session: secrets.id, use, text }),
    open: (use, sealed) => {
      const content = cookies.open('kept-by-page', sealed)?.content
      if (content?.['session'] !== secrets.id || content['use'] !== use) return undefined
      return typeof content['text'] === 'string' ? content['text'] : undefined
    },
  }
}

function sessionOf(request: FastifyRequest): Session {
  const session = request[currentSession]
  if (!session) {
    throw new Error('This route asks for the user; register it under routes/, behind requireSignIn')
  }
  return session
}

/** A store that does not answer is no sign-out: the session is still there when it is back. */
export async function orUnavailable<T>(work: T | Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof StoreError ? sessionsUnavailable(error) : error
  }
}

// What a route may ask of the signed-in user beyond being signed in: route options for app developers.

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * For users with one of these app roles: `{ onRequest: app.requireRole('Directory.Reader') }`.
     * Others get 403 `forbidden`.
     */
    requireRole(...anyOf: string[]): onRequestAsyncHookHandler
    /**
     * For users who granted these permissions, or whose administrator did. Others get 401
     * `interaction_required` with the reason `consent`, and come back with them.
     */
    requireScopes(...scopes: string[]): onRequestAsyncHookHandler
    /**
     * For users who satisfied this authentication context of the tenant's conditional access, such as
     * `c1`. Others get 401 `interaction_required` with the reason `step_up`.
     * https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context
     */
    requireStepUp(authenticationContext: string): onRequestAsyncHookHandler
  }
}

/** All of them stand behind `requireSignIn`; none of them is a check on its own. */
export function decorateRequirements(app: FastifyInstance): void {
  app.decorate('requireRole', (...anyOf: string[]) => {
    if (anyOf.length === 0) throw new Error('requireRole needs the name of a role')
    return async ({ user }: FastifyRequest) => {
      if (anyOf.some((role) => user.roles.includes(role))) return
      throw new ProblemError('forbidden', `This needs the role ${anyOf.join(' or ')}.`)
    }
  })

  app.decorate('requireScopes', (...scopes: string[]) => {
    if (scopes.length === 0) throw new Error('requireScopes needs the name of a permission')
    return async (request: FastifyRequest) => {
      await request.accessToken(scopes)
    }
  })

  app.decorate('requireStepUp', (authenticationContext: string) => {
    if (!/^c\d{1,2}$/.test(authenticationContext)) {
      throw new Error('requireStepUp needs an authentication context, c1 to c99')
    }
    return async (request: FastifyRequest) => {
      if (request.user.authenticationContexts.includes(authenticationContext)) return
      throw await request.interactionRequired({
        reason: 'step_up',
        claims: acrsClaimsRequest(authenticationContext),
      })
    }
  })
}
