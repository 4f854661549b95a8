/**
 * Continuous access evaluation and authentication contexts: a token that is in order may still not be
 * enough. https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation
 */

import type { FastifyRequest } from 'fastify'
import { contextClaims } from '../policies/claims-request.ts'
import type { World } from '../world.ts'
import { GraphError, insufficientClaims } from './errors.ts'

/** What of an access token matters here. */
export interface AccessClaims {
  userId: string
  /** The user's `tokenRevocations` when the token was made. */
  revocations: number
  contexts: readonly unknown[]
  handlesChallenges: boolean
}

/** @throws GraphError 401 with a claims challenge; 403 to a client that cannot handle one */
export function evaluateAccess(world: World, request: FastifyRequest, claims: AccessClaims): void {
  // Tokens of other clients stay good until they expire, which is why those of capable ones may last a day.
  if (claims.handlesChallenges) requireUnrevoked(world, claims)
  requireContext(world, request, claims)
}

function requireUnrevoked(world: World, claims: AccessClaims): void {
  const { directory } = world
  const { count, at } = directory.tokenRevocations(claims.userId)
  const isDisabled = directory.isDisabled(claims.userId)
  if (count <= claims.revocations && !isDisabled) return
  const value = String(Math.floor((isDisabled ? world.now() : at) / 1000))
  throw insufficientClaims(
    world,
    JSON.stringify({ access_token: { nbf: { essential: true, value } } }),
    'Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp',
  )
}

function requireContext(world: World, request: FastifyRequest, claims: AccessClaims): void {
  const at = request.routeOptions.config.endpoint
  const context = at && world.policies.authenticationContexts.get(at)
  if (context === undefined || claims.contexts.includes(context)) return
  if (!claims.handlesChallenges) {
    throw new GraphError(
      403,
      'Authorization_RequestDenied',
      'Access is blocked by a conditional access policy, and the client does not handle claims challenges.',
    )
  }
  throw insufficientClaims(
    world,
    contextClaims([context]),
    'The presented access token does not carry the authentication context that this resource requires.',
  )
}
