/** Tokens that no sign-in made, for the unit tests of an API: any claims, good and bad signatures. */

import { randomUUID } from 'node:crypto'
import type { TenantUser } from '../directory/directory.ts'
import { tamperIdToken, type IdTokenVariant } from '../faults/id-token.ts'
import type { Client } from '../registry/client.ts'
import { issuerOf, type TenantState } from '../tenant-state.ts'
import { accessToken } from './access-token.ts'
import { idToken } from './id-token.ts'

export interface ForgedToken {
  type: 'access_token' | 'id_token'
  /** Undefined: the token is of no user, and has only the claims that every token has. */
  user: TenantUser | undefined
  client: Client
  scopes: readonly string[]
  /** Put over the claims; null removes one. */
  claims: Readonly<Record<string, unknown>>
  /** Put over the header; null removes a member. */
  header: Readonly<Record<string, unknown>>
  /** Seconds from now; a negative number makes a token that has expired. */
  expiresIn: number
  /** What is wrong with it; undefined: nothing. */
  variant: IdTokenVariant | undefined
}

/** @returns the token; null for a variant that sends none */
export function forgeToken(tenant: TenantState, forged: ForgedToken): string | null {
  const issuedAt = Math.floor(tenant.now() / 1000)
  const base = forged.user ? issued(tenant, forged, forged.user) : bare(tenant, forged)
  const claims = merged(
    {
      ...base.claims,
      iat: Math.min(issuedAt, issuedAt + forged.expiresIn) - 1,
      nbf: Math.min(issuedAt, issuedAt + forged.expiresIn) - 1,
      exp: issuedAt + forged.expiresIn,
    },
    forged.claims,
  )
  const header = merged(base.header, forged.header)
  const fault = { kind: 'idToken' as const, ...(forged.variant && { variant: forged.variant }) }
  const token = tamperIdToken(fault, { header, claims, issuedAt, keys: tenant.keys })
  return typeof token === 'string' ? token : null
}

/** The token that a sign-in of the user would have brought. */
function issued(tenant: TenantState, forged: ForgedToken, user: TenantUser) {
  const { client, scopes } = forged
  const at = tenant.now()
  const issue = {
    client,
    user,
    scopes,
    nonce: undefined,
    at,
    lifetime: 3_600,
    accessLifetime: 3_600,
    handlesChallenges: false,
    version: 2 as const,
    proof: '1' as const,
    asked: undefined,
    grant: {
      clientId: client.clientId,
      userId: user.id,
      scopes,
      sid: randomUUID(),
      authenticatedAt: at,
      revocations: tenant.directory.revocations(user.id),
      contexts: [],
    },
  }
  const token =
    forged.type === 'id_token' ? idToken(tenant, issue, undefined) : accessToken(tenant, issue)
  const [header = '', claims = ''] = String(token).split('.')
  return { header: decoded(header), claims: decoded(claims) }
}

function bare(tenant: TenantState, { client }: ForgedToken) {
  return {
    header: { typ: 'JWT', alg: 'RS256', kid: tenant.keys.current().kid },
    claims: { aud: client.clientId, iss: issuerOf(tenant), tid: tenant.tenantId, ver: '2.0' },
  }
}

function decoded(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
}

function merged(base: Record<string, unknown>, over: Readonly<Record<string, unknown>>) {
  const all = Object.entries({ ...base, ...over })
  return Object.fromEntries(all.filter(([, value]) => value !== null))
}
