/** The token endpoint's good answer. */
import { randomInt } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Client } from '../clients.ts'
import type { Grant } from '../entra/grants.ts'
import { EntraError } from '../entra/errors.ts'
import type { World } from '../world.ts'
import { accessScopes, accessToken } from './access-token.ts'
import { clientInfo, idToken, type Issue } from './id-token.ts'
import { refreshToken } from './refresh-token.ts'

export interface Answer {
  client: Client
  grant: Grant
  /** The scopes asked for now: all of the grant's, or fewer, or more that were consented to since. */
  scopes: readonly string[]
  nonce: string | undefined
  /** The client handles claims challenges. */
  handlesChallenges: boolean
  clientInfo: boolean
}

export function tokenResponse(world: World, answer: Answer, request: FastifyRequest): object {
  const { faults } = world
  const change = faults.take('token', ['tokenResponse'], request)
  const skew = faults.take('token', ['skew'], request)
  const spoil = faults.take('token', ['idToken'], request)
  const issue = issueOf(world, answer, change?.asUser, skew?.ms ?? 0)
  const wants = (scope: string) => answer.scopes.includes(scope)
  const body = {
    token_type: 'Bearer',
    scope: accessScopes(answer.scopes).join(' '),
    expires_in: issue.accessLifetime,
    ext_expires_in: issue.accessLifetime,
    access_token: accessToken(world, issue),
    ...(wants('offline_access')
      ? { refresh_token: refreshToken(world, issue.grant, world.now()) }
      : {}),
    ...(wants('openid') ? { id_token: idToken(world, issue, spoil) } : {}),
    ...(answer.clientInfo ? { client_info: clientInfo(world, issue.user) } : {}),
  }
  return withPatch(body, change?.patch)
}

function issueOf(world: World, answer: Answer, asUser: string | undefined, skew: number): Issue {
  const { client, scopes, nonce, handlesChallenges } = answer
  const user = world.directory.byId(asUser ?? answer.grant.userId)
  if (!user) throw new EntraError(50034)
  // Entra draws it at random, so that not all tokens end at once.
  const lifetime = randomInt(3_600, 5_400)
  return {
    client,
    user,
    grant: { ...answer.grant, userId: user.id, scopes: union(answer.grant.scopes, scopes) },
    scopes,
    nonce,
    at: world.now() + skew,
    lifetime,
    accessLifetime: handlesChallenges ? world.challengeableLifetime : lifetime,
    handlesChallenges,
  }
}

function union(granted: readonly string[], asked: readonly string[]): string[] {
  return [...new Set([...granted, ...asked])]
}

function withPatch(body: object, patch: Record<string, unknown> = {}): object {
  const entries = Object.entries({ ...body, ...patch })
  const removed = (name: string) => name in patch && (patch[name] ?? null) === null
  return Object.fromEntries(entries.filter(([name]) => !removed(name)))
}
