/** The successful answer of the token endpoint. */

import { randomInt } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { EntraError } from '../entra/errors.ts'
import type { Grant } from '../entra/grants.ts'
import { isOpenId } from '../entra/scopes.ts'
import { graphNames, prefixOf, valueOf } from '../registry/resources.ts'
import type { Client } from '../registry/client.ts'
import type { TenantState } from '../tenant-state.ts'
import type { ClientProof } from './access-claims.ts'
import type { AccessIssue } from './access-issue.ts'
import { accessScopes, accessToken } from './access-token.ts'
import { apiOf } from './api-token.ts'
import { clientInfo, idToken, idTokenLifetime } from './id-token.ts'
import { refreshToken } from './refresh-token.ts'

export interface Answer {
  client: Client
  proof: ClientProof
  grant: Grant
  /** The scopes asked for now: all of the grant's, or fewer, or more that were consented to since. */
  scopes: readonly string[]
  nonce: string | undefined
  /** The client handles claims challenges. */
  handlesChallenges: boolean
  clientInfo: boolean
  /** The parameter `scope` of this request. */
  scopeText?: string | undefined
  /** Of the ID token. */
  version: 1 | 2
}

export function tokenResponse(
  tenant: TenantState,
  answer: Answer,
  request: FastifyRequest,
): object {
  const { faults } = tenant
  const change = faults.consume('token', ['tokenResponse'], request)
  const skew = faults.consume('token', ['skew'], request)
  const tamper = faults.consume('token', ['idToken'], request)
  const issue = issueOf(tenant, answer, change?.asUser, skew?.ms ?? 0)
  const wants = (scope: string) => answer.scopes.includes(scope)
  const body = {
    token_type: 'Bearer',
    scope: spelledAsAsked(tenant, answer).join(' '),
    expires_in: issue.accessLifetime,
    ext_expires_in: issue.accessLifetime,
    access_token: accessToken(tenant, issue),
    ...(wants('offline_access')
      ? { refresh_token: refreshToken(tenant, issue.grant, tenant.now()) }
      : {}),
    ...(wants('openid') ? { id_token: idToken(tenant, issue, tamper) } : {}),
    ...(answer.clientInfo ? { client_info: clientInfo(tenant, issue.user) } : {}),
  }
  return withPatch(body, change?.patch)
}

/** What the tokens of an answer are made from. */
export function issueOf(
  tenant: TenantState,
  answer: Answer,
  asUser: string | undefined,
  skew: number,
): AccessIssue {
  const { client, proof, scopes, nonce, handlesChallenges, version } = answer
  const user = tenant.directory.byId(asUser ?? answer.grant.userId)
  if (!user) throw new EntraError(50034)
  // Random, as in Entra, so that not all tokens expire at once: 60 to 90 minutes.
  // https://learn.microsoft.com/entra/identity-platform/access-tokens ("Token lifetime")
  const lifetime = randomInt(3_600, 5_400)
  return {
    client,
    user,
    grant: { ...answer.grant, userId: user.id, scopes: union(answer.grant.scopes, scopes) },
    scopes,
    nonce,
    at: tenant.now() + skew,
    lifetime: idTokenLifetime,
    version,
    accessLifetime: handlesChallenges ? tenant.challengeableLifetime : lifetime,
    handlesChallenges,
    proof,
    asked: askedResource(answer.scopeText),
  }
}

/** The API as the request spells it; undefined if its scopes are short. */
function askedResource(text = ''): string | undefined {
  return text
    .split(' ')
    .map(prefixOf)
    .find((prefix) => prefix !== '')
}

/**
 * The scopes of the token, with the API's name as the request spells it, and `.default` if it was asked for: clients look
 * for the scopes that they asked for in what they keep.
 */
function spelledAsAsked(tenant: TenantState, { scopes, scopeText = '' }: Answer): string[] {
  const granted = accessScopes(scopes)
  const name = askedResource(scopeText)
  const names = apiOf(tenant, granted)?.names ?? graphNames(tenant.registry)
  const isName = names.some((one) => one.toLowerCase() === name?.toLowerCase())
  const spelled = granted.map((scope) =>
    isName && !isOpenId(scope) ? `${name ?? ''}/${valueOf(scope)}` : scope,
  )
  const defaults = scopeText.split(' ').filter((one) => /(?:^|\/)\.default$/i.test(one))
  return [...spelled, ...defaults]
}

function union(granted: readonly string[], asked: readonly string[]): string[] {
  return [...new Set([...granted, ...asked])]
}

export function withPatch(body: object, patch: Record<string, unknown> = {}): object {
  const entries = Object.entries({ ...body, ...patch })
  const removed = (name: string) => name in patch && (patch[name] ?? null) === null
  return Object.fromEntries(entries.filter(([name]) => !removed(name)))
}
