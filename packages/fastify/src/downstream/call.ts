/** Calls one API as the signed-in user: token, limits, retries, and what the API says about the token. */
import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import {
  type DownstreamApiConfig,
  isSignInScope,
  resourceOf,
  scopeName,
  scopesProblem,
  withScopesOfSameApi,
} from '../config/index.ts'
import { apiProblem, misconfigured, ProblemError } from '../errors.ts'
import { type EndSignal, type Exchange, isReset, type ProxySettings } from '../outgoing/index.ts'
import { observe } from '../telemetry/metrics.ts'
import { failureFacts, isSuccess, throwIfFailed } from './failure.ts'
import { FairQueue } from './fair-queue.ts'
import {
  type Call,
  type CallTerms,
  type Client,
  createApiClient,
  Deadline,
  maxJsonBytes as maxBytes,
} from './http.ts'
import { tokenRejection, type TokenRejection } from './response.ts'
import { createTransferClient } from './streams/client.ts'

/** Seconds for the whole call. Graph answers in well under a second, and a person does not wait longer. */
const defaultTimeoutS = 10
/** There are as many connections as slots, so a call with a slot never waits for another one's answer. */
export const queueLimits = {
  maxConcurrent: 256,
  maxConcurrentPerUser: 64,
  maxQueued: 4096,
  maxQueuedPerUser: 512,
}
/** Before a retry, ms. Random, so that calls that failed together are not repeated together. */
const pause = { min: 50, max: 250 }

/**
 * Sends a call as the user.
 *
 * @param accepts a status besides 2xx that counts as a success
 * @returns a success. @throws ProblemError
 */
export async function callAsUser(
  request: FastifyRequest,
  api: Api,
  call: Call,
  terms: CallTerms = {},
  accepts?: number,
): Promise<Exchange> {
  const userKey = userKeyOf(request)
  const { scopes } = terms
  const ms = timeoutMs(api, terms.timeoutSeconds)
  const found = tokenFor(request, api, scopes)
  const token = typeof found === 'string' ? found : await found
  const deadline = new Deadline(clientOf(request), ms, onTimeout(api))
  const send = (current: string) => api.send(call, userKey, current, deadline)
  let answer
  try {
    answer = await sendWithToken(request, api, { token, scopes }, send)
  } finally {
    deadline.clear()
  }
  if (!isSuccess(answer) && answer.status !== accepts) {
    await throwUnlessSuccess(request, api, answer, scopes)
  }
  return answer
}

/**
 * Sends with a token of the user, and once more with a new one if the API rejects the first.
 *
 * @param send everything that one attempt consists of
 * @returns the last answer, whatever its status
 */
export async function sendWithToken<Answer extends Exchange>(
  request: FastifyRequest,
  api: Api,
  { token, scopes }: { token: string; scopes: readonly string[] | undefined },
  send: (token: string) => Promise<Answer>,
): Promise<Answer> {
  const first = await send(token)
  const rejection = tokenRejection(first)
  if (!rejection) return first
  const renewed = await renewToken(request, api, { rejected: token, scopes }, rejection)
  // Entra was asked a moment ago if the same token comes back, so the API's answer is final.
  return renewed === undefined || renewed === token ? first : send(renewed)
}

const outliving = new WeakSet<FastifyRequest>()
/** In place of a client, for a call that goes on without one. */
export const neverGone = Object.assign(new EventEmitter(), { destroyed: false }).setMaxListeners(0)

/** Lets a request's calls go on if its client disconnects, because it will ask for the answer again. */
export function outliveClient(request: FastifyRequest): void {
  outliving.add(request)
}

function clientOf(request: FastifyRequest): Client {
  return outliving.has(request) ? neverGone : request.raw.socket
}

/** One for each session in memory: a text that was just put together is slow to look up. */
const userKeys = new WeakMap<FastifyRequest['user'], string>()

/** Whose share of an API's slots a request takes. */
export function userKeyOf({ user }: FastifyRequest): string {
  const known = userKeys.get(user)
  if (known !== undefined) return known
  const key = `${user.tenantId} ${user.objectId}`
  userKeys.set(user, key)
  return key
}

export function onTimeout({ name }: Api): () => ProblemError {
  return () => apiProblem(name, 'upstream_timeout', 'did not answer in time')
}

/** @throws ProblemError for every answer that is not 2xx */
export async function throwUnlessSuccess(
  request: FastifyRequest,
  api: Api,
  answer: Exchange,
  scopes: readonly string[] = [],
): Promise<void> {
  const rejection = tokenRejection(answer)
  if (rejection) throw await toProblem(request, api, answer, rejection, scopes)
  throwIfFailed(api.name, answer)
}

/**
 * For an answer that rejected a token, if there is a new one by now, and the request cannot be repeated here: its
 * sender can.
 */
export function sendAgainProblem({ name }: Api, answer: Exchange): ProblemError {
  const facts = { ...failureFacts(name, answer), retryAfterS: 1 }
  return apiProblem(name, 'unavailable', 'wants this to be sent again', facts)
}

/** @throws Error for no time at all: a mistake in the route */
export function timeoutMs(api: Api, seconds?: number): number {
  if (seconds === undefined) return api.timeoutMs
  if (!(seconds > 0)) throw new Error('timeoutSeconds must be more than 0')
  return Math.min(seconds * 1000, api.timeoutMs)
}

/** A 403 without a claims challenge is about the user, and a new token does not change that. */
export async function renewToken(
  request: FastifyRequest,
  api: Api,
  { rejected, scopes }: RejectedToken,
  { status, claims }: TokenRejection,
): Promise<string | undefined> {
  if (status === 403 && claims === undefined) return undefined
  return tokenFor(request, api, scopes, { rejected, claims })
}

/** The token that an API did not accept, and the scopes that the call named. */
interface RejectedToken {
  rejected: string
  scopes: readonly string[] | undefined
}

/**
 * A token for the API, with what the call names, or else what its configuration and the route require.
 *
 * @returns a promise only if the token is not in memory
 */
export function tokenFor(
  request: FastifyRequest,
  { name, scopes }: Api,
  named?: readonly string[],
  rejection?: { rejected: string; claims: string | undefined },
): string | Promise<string> {
  if (named) assertScopesOfApi(name, scopes, named)
  // What the user has just granted is in the token of the very next call.
  const wanted = named ?? withScopesOfSameApi(scopes, request.requiredScopes ?? [])
  const token = request.accessToken(wanted, rejection)
  if (typeof token === 'string') return token
  return token.catch((error: unknown) => {
    if (!(error instanceof ProblemError) || error.code !== 'misconfigured') throw error
    const fields = { event: 'api_misconfigured', api: name, key: `downstreamApis.${name}.scopes` }
    request.log.error(
      fields,
      'Entra gives no token for this API: compare its scopes with the tenant',
    )
    throw misconfigured(error.cause, name)
  })
}

/**
 * An API gets tokens for itself alone: one for another API would be the other's to misuse.
 *
 * @throws Error for scopes of another API, of several, or of none: a mistake in the route
 */
function assertScopesOfApi(
  api: string,
  configured: readonly string[],
  named: readonly string[],
): void {
  const own = new Set(configured.filter((scope) => !isSignInScope(scope)).map(resourceOf))
  const problem =
    named.length === 0 ||
    named.some(isSignInScope) ||
    !named.every((one) => own.has(resourceOf(one)))
      ? `names scopes that are not of the API "${api}"`
      : scopesProblem(named)
  if (problem) throw new Error(`The option scopes ${problem}`)
}

/** The problem for an API that rejected the new token too. @param more scopes that the call named */
async function toProblem(
  request: FastifyRequest,
  { name, scopes: configured }: Api,
  answer: Exchange,
  { status, claims, scopes }: TokenRejection,
  more: readonly string[] = [],
): Promise<ProblemError> {
  const facts = failureFacts(name, answer)
  const { cause } = facts
  if (claims !== undefined) {
    return request.interactionRequired({ reason: 'step_up', claims, cause })
  }
  // Only scopes of the configuration and the route: they decide what is asked for, and not an API.
  // APIs name a permission with or without their own address.
  const named = scopes?.map(scopeName) ?? []
  const known = withScopesOfSameApi(configured, more)
  const missing = known.filter((scope) => named.includes(scopeName(scope)))
  if (missing.length > 0) {
    return request.interactionRequired({ reason: 'consent', scopes: missing, cause })
  }
  return status === 401
    ? request.interactionRequired({ reason: 'session_expired', cause })
    : apiProblem(name, 'forbidden', 'does not let you do this', facts)
}

export type Api = ReturnType<typeof createApi>

export function createApi(
  name: string,
  { baseUrl, scopes, timeoutSeconds = defaultTimeoutS, fileOrigins = [] }: DownstreamApiConfig,
  proxy: ProxySettings,
) {
  const { maxConcurrent: connections } = queueLimits
  const totalMs = timeoutSeconds * 1000
  const client = createApiClient({ name, baseUrl, connections, maxBytes, proxy, totalMs })
  const queueFull = (cause: Error) =>
    apiProblem(name, 'too_many_requests', 'gets too many calls at once', { cause, retryAfterS: 1 })
  const transfers = createTransferClient({ name, baseUrl, proxy }, queueFull)
  const queue = new FairQueue(queueLimits, queueFull)
  const attributes = { 'gatehouse.api': name }
  const stopObserving = observe('gatehouse.api.queue.length', () => [
    { value: queue.length, attributes },
  ])

  async function attempt(call: Call, user: string, accessToken: string, signal: EndSignal) {
    const slot = queue.acquire(user, signal)
    if (slot) await slot
    try {
      return await client.send(call, accessToken, signal)
    } finally {
      queue.release(user)
    }
  }

  return {
    name,
    baseUrl,
    scopes,
    /** For the whole call. */
    timeoutMs: totalMs,
    /** Where it keeps files. */
    fileOrigins: fileOrigins.map((address) => new URL(address).origin),
    /**
     * @param user whose share of the slots the call takes
     * @returns the API's answer, whatever its status
     * @throws ProblemError if there is none, or too many calls are queued
     */
    send: (call: Call, user: string, accessToken: string, signal: EndSignal) =>
      retryOnce(call, () => attempt(call, user, accessToken, signal)),
    /** The same for a file or a stream, and without a second attempt. */
    transfer: transfers.open,
    /** The problem for a stream of it that broke. */
    streamProblem: transfers.toProblem,
    close: async () => {
      stopObserving()
      await Promise.all([client.close(), transfers.close()])
    },
  }
}

/** Repeats a read once if the connection broke, or a gateway in front of the API failed. */
export async function retryOnce<Kind extends Exchange>(
  { method }: Pick<Call, 'method'>,
  send: () => Promise<Kind>,
): Promise<Kind> {
  try {
    const answer = await send()
    if (method !== 'GET' || !isTransient(answer)) return answer
  } catch (error) {
    if (method !== 'GET' || !(error instanceof ProblemError) || !isReset(error.cause)) throw error
  }
  await sleep(pause.min + Math.random() * (pause.max - pause.min))
  return send()
}

/** An answer with a Retry-After is passed on instead. */
function isTransient({ status, headers }: Exchange): boolean {
  return status >= 502 && status <= 504 && headers['retry-after'] === undefined
}
