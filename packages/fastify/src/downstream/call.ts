/** A call as the signed-in user: with a token that fits, and with what the user can do where none does. */
import type { FastifyRequest } from 'fastify'
import { apiProblem, ProblemError } from '../errors.ts'
import {
  type Answer,
  type Call,
  type CallSignal,
  createExchange,
  wasReset,
  whileWanted,
} from './http.ts'
import { assertSuccess, tokenRefusal, type TokenRefused } from './response.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DownstreamApiConfig } from '../config/index.ts'
import { createTurns, LineFull } from './fair-queue.ts'

/**
 * Sends a call, with the user's token, or once more with a new one where the API refused it.
 *
 * @returns a success. @throws ProblemError
 */
export async function callAsUser(request: FastifyRequest, api: Api, call: Call): Promise<Answer> {
  const { user } = request
  const whose = `${user.tenantId} ${user.objectId}`
  const late = () => apiProblem(api.name, 'upstream_timeout', 'did not answer in time')
  const token = await request.accessToken(api.scopes)
  const answer = await whileWanted(request.raw.socket, totalMs, late, async (signal) => {
    const first = await api.send(call, whose, token, signal)
    const refused = tokenRefusal(first)
    if (!refused) return first
    const renewed = await anotherToken(request, api, token, refused)
    // The same one comes back where Entra was asked a moment ago: the API's no is the answer.
    if (renewed === undefined || renewed === token) return first
    return api.send(call, whose, renewed, signal)
  })
  const refused = tokenRefusal(answer)
  if (refused) throw await refusal(request, api, refused)
  assertSuccess(api.name, answer)
  return answer
}

/**
 * A token that the API refuses is replaced, once; what the API says to the next one counts. Without a
 * word about the token, a 403 is about the user, and no token changes that.
 */
async function anotherToken(
  request: FastifyRequest,
  api: Api,
  rejected: string,
  { status, claims }: TokenRefused,
): Promise<string | undefined> {
  if (status === 403 && claims === undefined) return undefined
  return request.accessToken(api.scopes, { rejected, claims })
}

/** What an API's second no means. */
async function refusal(
  request: FastifyRequest,
  { name, scopes: configured }: Api,
  { status, claims, scopes }: TokenRefused,
): Promise<ProblemError> {
  const cause = new Error(`${name} answered with status ${status}`)
  if (claims !== undefined) {
    return request.interactionRequired({ reason: 'step_up', claims, cause })
  }
  // What is asked for is the operator's decision: an API cannot have permissions added to the list.
  const missing = configured.filter((scope) => scopes?.some((named) => isSameScope(named, scope)))
  if (missing.length > 0) {
    return request.interactionRequired({ reason: 'consent', scopes: missing, cause })
  }
  return status === 401
    ? request.interactionRequired({ reason: 'session_expired', cause })
    : apiProblem(name, 'forbidden', 'does not let you do this', { cause })
}

/** APIs name a permission with their own address in front of it, or without. */
function isSameScope(named: string, configured: string): boolean {
  return shortName(named) === shortName(configured)
}

function shortName(scope: string): string {
  return scope.slice(scope.lastIndexOf('/') + 1).toLowerCase()
}

// One downstream API: its connections, its limits, and a second attempt where that is safe.

export interface Api {
  name: string
  scopes: readonly string[]
  /**
   * @param user whose turn it takes
   * @returns whatever the API answered
   * @throws ProblemError where it did not, or where too many calls wait for it
   */
  send(call: Call, user: string, accessToken: string, signal: CallSignal): Promise<Answer>
  close(): Promise<void>
}

/** For one call, whatever happens meanwhile. Graph answers in well under a second; nobody waits longer. */
const totalMs = 10_000
/** A page of 100 users is about 30 kB. */
export const maxBytes = 4 * 1024 * 1024
/** As many connections as calls: what has a turn never waits behind another one's answer. */
export const limits = { atOnce: 256, atOncePerUser: 64, inLine: 4096, inLinePerUser: 512 }
/** Between two attempts, ms: so that a thousand calls that failed together do not come back together. */
const pause = { min: 50, max: 250 }

export function createApi(name: string, { baseUrl, scopes }: DownstreamApiConfig): Api {
  const exchange = createExchange({ name, baseUrl, connections: limits.atOnce, maxBytes })
  const turns = createTurns(limits)

  async function attempt(call: Call, user: string, accessToken: string, signal: CallSignal) {
    const turn = turns.enter(user, signal)
    if (turn) await turn
    try {
      return await exchange.send(call, accessToken, signal)
    } finally {
      turns.leave(user)
    }
  }

  return {
    name,
    scopes,
    send: async (call, user, accessToken, signal) => {
      const send = () => attempt(call, user, accessToken, signal)
      try {
        return await twice(call, send)
      } catch (error) {
        throw error instanceof LineFull ? busy(name, error) : error
      }
    },
    close: () => exchange.close(),
  }
}

/** A read that failed on the way, or at a gateway in front of the API, is tried once more. */
async function twice({ method }: Call, send: () => Promise<Answer>): Promise<Answer> {
  try {
    const answer = await send()
    if (method !== 'GET' || !isBriefFailure(answer)) return answer
  } catch (error) {
    if (method !== 'GET' || !(error instanceof ProblemError) || !wasReset(error)) throw error
  }
  await sleep(pause.min + Math.random() * (pause.max - pause.min))
  return send()
}

/** An API that says when to come back means it: then the caller hears that. */
function isBriefFailure({ status, headers }: Answer): boolean {
  return status >= 502 && status <= 504 && headers['retry-after'] === undefined
}

function busy(name: string, cause: Error): ProblemError {
  return apiProblem(name, 'too_many_requests', 'gets too many calls at once', {
    cause,
    retryAfterS: 1,
  })
}
