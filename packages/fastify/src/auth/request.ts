/** The session behind a request: `request.user`, `request.accessToken(…)`, `app.requireSignIn`. */
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { DeviceBinding, DeviceProof } from '../device/binding.ts'
import { readSkipped } from '../device/headers.ts'
import { TwoBrowsers } from '../device/two-browsers.ts'
import type { TokenResponse } from '../entra/index.ts'
import {
  deviceProofRequired,
  type ProblemError,
  sessionsUnavailable,
  signInRequired,
  tooManyRequests,
} from '../errors.ts'
import { retryAfterSeconds } from '../rate-window.ts'
import type { AccessTokens, TokenRejection } from '../session/access-token.ts'
import { type OpenCookie, type Session, stale } from '../session/cache.ts'
import type { ChallengeRequest, Challenges } from '../session/challenges.ts'
import {
  type CookieJar,
  type createSessionCookie,
  type SealedCookies,
  sessionCookie,
} from '../session/cookie.ts'
import type { SessionRecord, User, UserKey } from '../session/record.ts'
import type { Sessions } from '../session/sessions.ts'
import { StoreError } from '../store/store.ts'
import { deviceName } from './callback/session-label.ts'

const currentSession: unique symbol = Symbol('session')
/** Gives the gateway tokens of the application itself. No route can name it by accident. */
export const applicationToken: unique symbol = Symbol('token of the application')

declare module 'fastify' {
  interface FastifyInstance {
    /** A hook for signed-in users. Others get 401, never a redirect. */
    requireSignIn: onRequestHookHandler
    /** @throws EntraError */
    [applicationToken]: (scope: string, claims?: string) => Promise<TokenResponse>
  }

  interface FastifyRequest {
    [currentSession]: Session | undefined
    /** The signed-in user. @throws Error outside of routes behind `app.requireSignIn` */
    readonly user: User
    /** Seals state that this session's browser keeps for the server, and opens it for the same purpose. */
    readonly sessionSealer: SessionSealer
    /**
     * Whether the session of this request still lives, for an answer that goes on. Does not count as activity.
     *
     * @throws ProblemError `unavailable` if the store cannot be asked
     */
    sessionIsLive(): Promise<boolean>
    /** The verified ID token's claims, the checks that were made, and when it came (ms since the epoch). */
    idToken(): Promise<Pick<SessionRecord, 'claims' | 'checks' | 'receivedAt'>>
    /**
     * A token for an API, as the user.
     *
     * @param rejection what the API has just said about the last token. If Entra was asked for another one
     * a moment ago and gave none, the rejected token comes back
     * @throws ProblemError `interaction_required`, `unavailable`, `sign_in_required`
     */
    accessToken(scopes: readonly string[], rejection?: TokenRejection): string | Promise<string>
    /** The error for a request that needs the user to go to Microsoft first; throw it. */
    interactionRequired(challenge: ChallengeRequest): Promise<ProblemError>
  }
}

type SessionSealer = ReturnType<typeof createSessionSealer>

interface RequestParts {
  cookies: SealedCookies
  sessions: Sessions
  accessTokens: AccessTokens
  challenges: Challenges
  requestSessions: RequestSessions
}

export function decorateRequests(
  app: FastifyInstance,
  { cookies, sessions, accessTokens, challenges, requestSessions }: RequestParts,
): void {
  app.decorateRequest(currentSession, undefined)
  app.decorateRequest('user', {
    getter(this: FastifyRequest) {
      return sessionOf(this).user
    },
  })
  app.decorateRequest('sessionSealer', {
    getter(this: FastifyRequest) {
      return createSessionSealer(cookies, sessionOf(this))
    },
  })
  app.decorateRequest('sessionIsLive', async function (this: FastifyRequest) {
    return storeErrorAsProblem(requestSessions.isLive(this))
  })
  app.decorateRequest('idToken', async function (this: FastifyRequest) {
    const record = await storeErrorAsProblem(sessions.record(sessionOf(this)))
    if (!record) throw signInRequired()
    return record
  })
  app.decorateRequest('accessToken', function (this: FastifyRequest, scopes, rejection) {
    const token = accessTokens.for(sessionOf(this), scopes, rejection)
    return typeof token === 'string' ? token : storeErrorAsProblem(token)
  })
  app.decorateRequest('interactionRequired', async function (this: FastifyRequest, challenge) {
    return storeErrorAsProblem(challenges.challenge(sessionOf(this), challenge))
  })
  app.decorate('requireSignIn', (request: FastifyRequest, reply: FastifyReply, done) =>
    requestSessions.requireSignIn(request, reply, done),
  )
}

/** @throws Error in a route that is not behind `app.requireSignIn` */
export function sessionOf(request: FastifyRequest): Session {
  const session = request[currentSession]
  if (!session) {
    throw new Error('This route asks for the user; register it under routes/, behind requireSignIn')
  }
  return session
}

/** The id of the session that a request was admitted with; undefined outside of `requireSignIn`. */
export function sessionIdOf(request: FastifyRequest): string | undefined {
  return request[currentSession]?.secrets.id
}

/** One hash per session in memory, because each costs as much as a tenth of a request. */
const userHashes = new WeakMap<Session, string>()

/** The user in the log, or undefined without one. */
export function userHashOf(
  { userLogId }: Pick<RequestSessionsOptions, 'userLogId'>,
  request: FastifyRequest,
): string | undefined {
  const session = request[currentSession]
  if (!session) return undefined
  const hash = userHashes.get(session) ?? userLogId(session.user)
  userHashes.set(session, hash)
  return hash
}

const notOurs =
  'A session cookie opens nothing: it was sealed by other session keys, or another program has set it'
const severalCookies =
  'Several session cookies came at once, and not exactly one of them is ours: another program on this host sets cookies of that name. Clear the cookies of this host'

/** What `EventSource` sends, and nothing else does (HTML Living Standard §9.2). */
export const eventStreamType = 'text/event-stream'

/** For so long the last cookie of a connection is taken without a look into the cache, whose order of use it does not change, ms. */
const rememberedMs = 10_000

/** What a connection has sent last. */
interface LastCookie {
  header: string
  cookie: OpenCookie
  /** When it was looked for, ms since the epoch. */
  at: number
}

interface RequestSessionsOptions {
  sessions: Sessions
  jar: CookieJar
  device: DeviceBinding
  setSessionCookie: ReturnType<typeof createSessionCookie>
  /** Requests that one session may make in a minute. */
  perMinute: number
  /** What happens to a session that is used from two browsers at once. */
  suspectedTheft: 'log' | 'end'
  /** The user in the log. */
  userLogId(user: UserKey): string
  /** Milliseconds since the epoch. */
  now: () => number
}

/** Finds the session of a request by its cookie, and counts the requests of each session. */
export class RequestSessions {
  readonly #options: RequestSessionsOptions
  readonly #sessions: Sessions
  readonly #perMinute: number
  readonly #now: () => number
  readonly #jar: CookieJar
  readonly #twoBrowsers: TwoBrowsers
  /** A browser sends the same cookies in each request of a connection. */
  readonly #lastOf = new WeakMap<object, LastCookie>()
  /** What the log was told of cookies that cannot be used. */
  readonly #told = new Set<string>()

  constructor(options: RequestSessionsOptions) {
    const { sessions, jar, perMinute, now } = options
    this.#options = options
    this.#sessions = sessions
    this.#perMinute = perMinute
    this.#now = now
    this.#jar = jar
    this.#twoBrowsers = new TwoBrowsers(deviceName, now)
  }

  /**
   * The live session of a request's cookie, if any, whether the request proves its device or not. Does not count as
   * activity. @throws StoreError
   */
  async open(request: FastifyRequest): Promise<Session | undefined> {
    const cookie = this.#cookieOf(request)
    return cookie && this.#resolve(request, cookie)
  }

  /** The same if the request proves the device, as far as the session is bound to one: it may see and end it. @throws StoreError */
  async openProven(request: FastifyRequest): Promise<Session | undefined> {
    const session = await this.open(request)
    return session && this.proofOf(request, session) === 'given' ? session : undefined
  }

  proofOf(request: FastifyRequest, session: Session): DeviceProof {
    return this.#options.device.proofOf(request, session)
  }

  /** Whether the session of a request lives; if so, the request has its newest copy. @throws StoreError */
  async isLive(request: FastifyRequest): Promise<boolean> {
    const cookie = this.#cookieOf(request)
    if (!cookie) return false
    const session = this.#sessions.peek(cookie) ?? (await this.#sessions.resolve(cookie.value))
    if (session) request[currentSession] = session
    return session !== undefined
  }

  /** The same within the limit of a session. @throws ProblemError `too_many_requests`; StoreError */
  async openWithinLimit(request: FastifyRequest): Promise<Session | undefined> {
    const cookie = this.#cookieOf(request)
    if (!cookie) return undefined
    const problem = this.#overLimit(request, cookie)
    if (problem) throw problem
    return this.#resolve(request, cookie)
  }

  /** The id of the session that a request's cookie names, live or ended. Does not ask the store. */
  idOf(request: FastifyRequest): string | undefined {
    return this.#cookieOf(request)?.secrets.id
  }

  /** The hook of `app.requireSignIn`. It calls back at once if the session is in memory. */
  requireSignIn(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
    // One look at the clock: each costs as much as the rest of this.
    const now = this.#now()
    const cookie = this.#cookieOf(request, now)
    if (!cookie) return done(signInRequired())
    const problem = this.#overLimit(request, cookie, now)
    if (problem) return done(problem)
    const session = this.#sessions.peek(cookie, now)
    if (session) return done(this.#admit(request, reply, cookie, session))
    storeErrorAsProblem(this.#sessions.resolve(cookie.value)).then(
      (resolved) => done(this.#admit(request, reply, cookie, resolved)),
      (error: Error) => done(error),
    )
  }

  /**
   * The cookie that this app sealed. If several values of its name are ours, it is not known whose browser
   * this is, and none counts: one of them may be an attacker's.
   */
  #cookieOf(request: FastifyRequest, now = this.#now()): OpenCookie | undefined {
    const header = request.headers.cookie
    if (header === undefined) return undefined
    const { socket } = request.raw
    const last = this.#lastOf.get(socket)
    const isRecent = last?.header === header && Math.abs(now - last.at) < rememberedMs
    // The cache drops the session of a cookie that it forgets: then there is another one, perhaps of other keys.
    if (isRecent && last.cookie.session && last.cookie.session.validAt !== stale) return last.cookie
    const cookie = this.#findCookie(request, header)
    if (cookie) this.#lastOf.set(socket, { header, cookie, at: now })
    return cookie
  }

  #findCookie(request: FastifyRequest, header: string): OpenCookie | undefined {
    const values = this.#jar.values(header, sessionCookie)
    const opened = values
      .map((value) => this.#sessions.cookieOf(value))
      .filter((cookie) => cookie !== undefined)
    if (opened.length === 1) return opened[0]
    this.#tellOnce(request, values.length, opened.length)
    return undefined
  }

  /** Otherwise the user would be signed out, and sign in again in vain, without a word anywhere. */
  #tellOnce(request: FastifyRequest, values: number, opened: number): void {
    if (values === 0 && !this.#jar.isSent(request.headers.cookie, sessionCookie)) return
    const fields = { event: 'session_cookie_unusable', values, opened }
    const key = `${values} ${opened}`
    if (this.#told.has(key)) return
    this.#told.add(key)
    request.log.warn(fields, values === 1 ? notOurs : severalCookies)
  }

  async #resolve(request: FastifyRequest, cookie: OpenCookie): Promise<Session | undefined> {
    const session = this.#sessions.peek(cookie) ?? (await this.#sessions.resolve(cookie.value))
    request[currentSession] = session
    return session
  }

  /**
   * Counts a request by its cookie, before the store is asked. A cookie whose session has ended counts as
   * well: it would be a read from the store each time.
   */
  #overLimit({ log }: FastifyRequest, { rateWindow }: OpenCookie, now = this.#now()) {
    const retryAfterS = retryAfterSeconds(rateWindow, this.#perMinute, now)
    if (retryAfterS === 0) return undefined
    log.warn({ event: 'rate_limited', by: 'session' }, 'Too many requests')
    return tooManyRequests(retryAfterS)
  }

  /** @returns why the request may not go on; undefined if it may */
  #admit(
    request: FastifyRequest,
    reply: FastifyReply,
    cookie: OpenCookie,
    session: Session | undefined,
  ): ProblemError | undefined {
    if (!session) return signInRequired()
    const proof = this.proofOf(request, session)
    if (proof !== 'given') {
      this.#options.device.clearProof(request, reply)
      tellSkipped(request)
      return deviceProofRequired(proof)
    }
    if (!session.boundKey && this.#twoBrowsers.isSecond(cookie, request.headers)) {
      const ends = this.#options.suspectedTheft === 'end'
      void this.reportTheft(request, session, { reason: 'two_browsers', ends })
      if (ends) return signInRequired()
    }
    request[currentSession] = session
    const { resealed } = cookie
    // A browser opens such a stream again by itself, for as long as the page is open.
    if (request.headers.accept !== eventStreamType) this.#sessions.touch(session)
    if (resealed !== undefined) this.#options.setSessionCookie(reply, resealed, session.startedAt)
    return undefined
  }

  /**
   * Writes down that a session's cookie is in other hands, and ends the session if so wanted. If the store does not
   * answer, this process refuses the session from now on, and tells the store when it is back.
   *
   * @param reason the signal, in one word
   */
  async reportTheft(
    request: FastifyRequest,
    session: Session,
    { reason, ends }: { reason: string; ends: boolean },
  ): Promise<void> {
    const userHash = this.#options.userLogId(session.user)
    const fields = { event: 'session_theft_suspected', reason, ended: ends, userHash }
    request.log.warn(fields, 'A session’s cookie seems to be in other hands')
    if (!ends) return
    await this.#sessions.endStolen(session).catch((error: unknown) => {
      this.#sessions.endLater(session.secrets.id)
      request.log.error(
        { err: error, event: 'theft_not_stored' },
        'The end of a stolen session waits',
      )
    })
  }
}

/** What the browser says of a refresh that failed, for the operator: anybody can say it, so it excuses nothing. */
function tellSkipped({ headers, log }: FastifyRequest): void {
  const [skipped] = readSkipped(headers['secure-session-skipped'])
  if (!skipped) return
  const fields = { event: 'device_proof_missing', reason: skipped.reason }
  log.info(fields, 'A browser could not prove its device')
}

/**
 * Sealed with the server's key; session and purpose are inside. Not with the session's own key: a
 * node:crypto cipher is an object that the garbage collector has to take care of, and costs a request ten
 * times what libsodium does.
 */
function createSessionSealer(cookies: SealedCookies, { secrets }: Session) {
  return {
    seal: (purpose: string, text: string): string =>
      cookies.seal('client-state', { session: secrets.id, use: purpose, text }),
    /** Undefined for anything that this session did not seal for this purpose. */
    open: (purpose: string, sealed: string): string | undefined => {
      const content = cookies.open('client-state', sealed)?.content
      if (content?.['session'] !== secrets.id || content['use'] !== purpose) return undefined
      return typeof content['text'] === 'string' ? content['text'] : undefined
    },
  }
}

/** A store that does not answer is 503, not a sign-out: the session is still there when it is back. */
export async function storeErrorAsProblem<T>(work: T | Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof StoreError ? sessionsUnavailable(error) : error
  }
}
