/** A call as the signed-in user: with a token that fits, and with what the user can do where none does. */
import type { FastifyRequest } from 'fastify'
import type { ProblemError } from '../problem.ts'
import { totalMs, type Api } from './api.ts'
import type { Answer, Call } from './exchange.ts'
import { assertSuccess, tokenRefusal, type TokenRefused } from './meaning.ts'
import { whileWanted } from './signal.ts'
import { apiProblem } from './api-problem.ts'

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
