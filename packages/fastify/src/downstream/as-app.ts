/**
 * Calls to APIs as the application itself, for jobs without a user: adds `app.callApi(name, path, options)`. Its
 * tokens have the application permissions that an administrator granted, for the data of everybody.
 */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { applicationToken } from '../auth/request.ts'
import { cloudFor, type Config, isSignInScope } from '../config/index.ts'
import {
  causeOfError,
  EntraError,
  remedyFor,
  tokenRequestEveryMs,
  unusableBeforeMs,
} from '../entra/index.ts'
import { apiProblem, misconfigured, ProblemError, unavailable } from '../errors.ts'
import type { Exchange } from '../outgoing/index.ts'
import { currentTrace } from '../telemetry/trace.ts'
import { type Api, neverGone, onTimeout, timeoutMs } from './call.ts'
import { failureFacts, throwIfFailed } from './failure.ts'
import { type Call, type CallOptions, Deadline, jsonCall } from './http.ts'
import { bodyOf, tokenRejection, type TokenRejection } from './response.ts'

interface AppCallOptions extends Omit<CallOptions, 'scopes'> {
  /** Allows the call while a request is served. The answer is then not limited to what its user may see. */
  evenInRequest?: boolean
}

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Calls a configured downstream API as the application, with client credentials (RFC 6749 §4.4). For jobs: in a
     * request it throws, so that nobody gets what their own account may not see. Each call is an `app_call` in the log.
     *
     * @param options as for `request.callApi`, without `scopes`: the token has every granted permission
     * @throws ProblemError as `request.callApi` does, without those that need a user; `misconfigured` if the
     * application has no such permission, or Microsoft gives it no token. Error in a request
     */
    callApi<Answer extends TSchema>(
      name: string,
      path: string,
      options: AppCallOptions & { answer: Answer },
    ): Promise<Static<Answer>>
    callApi(name: string, path: string, options?: AppCallOptions): Promise<unknown>
  }
}

/** Whose share of an API's slots these calls take: one user's. */
const appKey = 'the application'

interface AppCallsOptions {
  config: Config
  find: (name: string) => Api
  /** Milliseconds since the epoch. */
  now: () => number
}

export function decorateAppCalls(
  app: FastifyInstance,
  { config, find, now }: AppCallsOptions,
): void {
  const tokens = new AppTokens(app, now)
  const graph = new URL(cloudFor(config).graph).origin

  async function callAsApp(api: Api, call: Call, ms: number): Promise<Exchange> {
    // A multi-tenant app has to say whose data it wants, and the configuration does not.
    if (config.tenant === 'organizations') throw noTenant(api.name, app.log)
    const scope = defaultScope(api.scopes, graph)
    const token = await tokens.for(api.name, scope)
    const deadline = new Deadline(neverGone, ms, onTimeout(api))
    let answer
    try {
      answer = await api.send(call, appKey, token, deadline)
      const rejection = tokenRejection(answer)
      if (rejection && (rejection.status === 401 || rejection.claims !== undefined)) {
        const renewed = await tokens.for(api.name, scope, { token, rejection })
        if (renewed !== token) answer = await api.send(call, appKey, renewed, deadline)
      }
    } finally {
      deadline.clear()
    }
    if (answer.status === 401 || answer.status === 403)
      throw notPermitted(api.name, answer, app.log)
    throwIfFailed(api.name, answer)
    return answer
  }

  app.decorate('callApi', async function (
    name: string,
    path: string,
    given?: AppCallOptions & { answer?: TSchema },
  ) {
    const options = given ?? {}
    if (currentTrace() && options.evenInRequest !== true) {
      throw new Error(
        'app.callApi answers with what the application may see, and not the user. Use request.callApi, or set evenInRequest',
      )
    }
    const api = find(name)
    const call = jsonCall(path, options)
    const { method } = call
    const fields = { event: 'app_call', api: name, method }
    try {
      const answer = await callAsApp(api, call, timeoutMs(api, options.timeoutSeconds))
      const body = bodyOf(name, answer, options.answer)
      app.log.info({ ...fields, apiStatus: answer.status }, 'The application called an API')
      return body
    } catch (error) {
      const { code = 'internal', apiStatus } = error instanceof ProblemError ? error : {}
      app.log.info({ ...fields, code, apiStatus }, 'The application called an API in vain')
      throw error
    }
  } as FastifyInstance['callApi'])
}

/** Everything that was granted for the API of these scopes. A short name is a permission of Graph. */
function defaultScope(scopes: readonly string[], graph: string): string {
  const scope = scopes.find((one) => !isSignInScope(one)) ?? ''
  const at = scope.lastIndexOf('/')
  return `${at > 0 ? scope.slice(0, at) : graph}/.default`
}

function noTenant(api: string, log: FastifyBaseLogger): ProblemError {
  const cause = new Error(
    'The key tenant is "organizations"; app.callApi needs the id of one tenant',
  )
  log.error({ event: 'app_token_refused', api, err: cause }, 'The application gets no token')
  return misconfigured(cause, api)
}

/** No user can change it, and neither can another attempt. */
function notPermitted(api: string, answer: Exchange, log: FastifyBaseLogger): ProblemError {
  const facts = failureFacts(api, answer)
  const { apiStatus, apiCodes, apiRequestId } = facts
  const advice =
    'Add the application permission under API permissions, and grant admin consent for it.'
  const fields = { event: 'app_permission_missing', api, apiStatus, apiCodes, apiRequestId, advice }
  log.error(fields, 'An API does not let the application do this')
  return apiProblem(api, 'misconfigured', 'does not let this app do this', facts)
}

/** A token is replaced from this long before its end, while it still works (milliseconds). */
const refreshBeforeMs = 5 * 60_000

interface AppToken {
  token: string
  expiresAt: number
}

interface Attempt {
  /** When it ended, ms since the epoch, and for how long after that there is no other, ms. */
  at: number
  waitMs: number
  /** An API had rejected a token. The first such attempt does not wait for those without a rejection. */
  forced: boolean
  problem: ProblemError | undefined
}

interface RejectedToken {
  token: string
  rejection: TokenRejection
}

/**
 * The application's tokens in this process: each is fetched once, and renewed before it ends. `AccessTokens` does more for a
 * user: its tokens and its last request are in a record that all instances share, and change under a lock.
 */
class AppTokens {
  readonly #app: FastifyInstance
  readonly #now: () => number
  /** By their scopes: one for each API. */
  readonly #tokens = new Map<string, AppToken>()
  readonly #inProgress = new Map<string, Promise<string>>()
  readonly #attempts = new Map<string, Attempt>()

  constructor(app: FastifyInstance, now: () => number) {
    this.#app = app
    this.#now = now
  }

  /** @returns the rejected token itself, if there was a new one a moment ago. @throws ProblemError */
  async for(api: string, scope: string, rejected?: RejectedToken): Promise<string> {
    const known = this.#tokens.get(scope)
    const left = known ? known.expiresAt - this.#now() : 0
    if (known && left > unusableBeforeMs && known.token !== rejected?.token) {
      if (left <= refreshBeforeMs && !this.#heldBy(scope, undefined)) {
        // It still works. What went wrong is in the log, and the next call tries again.
        this.#fetchOnce(api, scope, undefined).catch(() => undefined)
      }
      return known.token
    }
    const held = this.#heldBy(scope, rejected)
    if (held?.problem) throw held.problem
    if (held && rejected) return rejected.token
    return this.#fetchOnce(api, scope, rejected)
  }

  #heldBy(scope: string, rejected: RejectedToken | undefined): Attempt | undefined {
    const last = this.#attempts.get(scope)
    // A clock that was set back ends the wait, or it would last until the clock has caught up.
    if (!last || Math.abs(this.#now() - last.at) >= last.waitMs) return undefined
    return rejected && !last.forced && !last.problem ? undefined : last
  }

  #fetchOnce(api: string, scope: string, rejected: RejectedToken | undefined): Promise<string> {
    const claims = rejected?.rejection.claims
    const key = `${scope} ${claims ?? ''}`
    const attempt = { scope, claims, forced: rejected !== undefined }
    const shared =
      this.#inProgress.get(key) ??
      this.#fetch(api, attempt).finally(() => void this.#inProgress.delete(key))
    this.#inProgress.set(key, shared)
    return shared
  }

  async #fetch(
    api: string,
    { scope, claims, forced }: { scope: string; claims: string | undefined; forced: boolean },
  ): Promise<string> {
    const keep = (waitMs: number, problem?: ProblemError) =>
      this.#attempts.set(scope, { at: this.#now(), waitMs, forced, problem })
    try {
      const { accessToken, expiresInS } = await this.#app[applicationToken](scope, claims)
      const expiresAt = this.#now() + expiresInS * 1000
      this.#tokens.set(scope, { token: accessToken, expiresAt })
      keep(tokenRequestEveryMs)
      return accessToken
    } catch (error) {
      if (!(error instanceof EntraError)) throw error
      const problem = this.#problemOf(api, error)
      keep(Math.max(tokenRequestEveryMs, (error.retryAfterS ?? 0) * 1000), problem)
      throw problem
    }
  }

  #problemOf(api: string, error: EntraError): ProblemError {
    const { code, aadsts, oauthError, traceId, correlationId } = error
    const cause = causeOfError(error)
    // What Entra refuses, it refuses again. Anything else may pass.
    const isRefused = code === 'entra_refused' && cause !== 'unavailable'
    if (!isRefused && cause !== 'misconfigured') {
      return unavailable(error, error.retryAfterS, !error.isUnreachable)
    }
    const advice = remedyFor(error)
    const ids = { traceId, correlationId }
    const fields = { event: 'app_token_refused', api, aadsts, oauthError, ...ids, advice }
    this.#app.log.error({ ...fields, err: error }, 'The application gets no token')
    return misconfigured(error, api)
  }
}
