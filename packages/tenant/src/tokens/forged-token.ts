/** Tokens that no sign-in made, for the unit tests of an API: any claims, good and bad signatures. */

import { randomUUID } from 'node:crypto'
import type { TenantUser } from '../directory/directory.ts'
import { tamperIdToken, type IdTokenVariant } from '../faults/id-token.ts'
import { newApplication, stableGuid } from '../registry/application.ts'
import { graphAppId } from '../registry/built-in.ts'
import type { Client } from '../registry/client.ts'
import type { Entry } from '../registry/registry.ts'
import { entryNamed, prefixOf, resourceOf } from '../registry/resources.ts'
import { issuerOf, type TenantState } from '../tenant-state.ts'
import { accessToken } from './access-token.ts'
import { apiToken } from './api-token.ts'
import { applicationToken } from './app-token.ts'
import { idToken } from './id-token.ts'

export interface ForgedToken {
  type: 'access_token' | 'id_token'
  /** Undefined: the token is of no user, and has only the claims that every token has. */
  user: TenantUser | undefined
  client: Client
  /** The access token is the client's own, without a user. */
  appOnly: boolean
  scopes: readonly string[]
  /** The API that an access token is for, of this tenant or not; undefined: that of the scopes. */
  audience: string | undefined
  /** The form of the access token for an API; undefined: what its registration says, and 2 for one that has none. */
  version: 1 | 2 | undefined
  /** The claim `roles`; undefined: those that user or client have. */
  roles: readonly string[] | undefined
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
  const base = baseOf(tenant, forged)
  const claims = merged(
    {
      ...base.claims,
      ...(forged.roles && { roles: forged.roles }),
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

function baseOf(tenant: TenantState, forged: ForgedToken) {
  if (forged.appOnly) return partsOf(ofClient(tenant, forged))
  return forged.user ? partsOf(ofUser(tenant, forged, forged.user)) : bare(tenant, forged)
}

/** The token that a sign-in of the user would have brought. */
function ofUser(tenant: TenantState, forged: ForgedToken, user: TenantUser): string {
  const { client, audience, version } = forged
  const api = audience === undefined && version === undefined ? undefined : apiOf(tenant, forged)
  const isGraph = api === undefined || api.application.appId === graphAppId
  const prefix = audience ?? ''
  const scopes = forged.scopes.map((scope) =>
    isGraph || prefixOf(scope) !== '' ? scope : `${prefix}/${scope}`,
  )
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
    asked: audience,
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
  if (forged.type === 'id_token') return String(idToken(tenant, issue, undefined))
  if (isGraph) return accessToken(tenant, issue)
  return apiToken(tenant, issue, resourceOf(api.application))
}

/** The token that client credentials would have brought. */
function ofClient(tenant: TenantState, forged: ForgedToken): string {
  const { client, audience } = forged
  const { servicePrincipal: principal } = tenant.registry.entry(client.clientId) ?? {}
  if (!principal) throw new Error('A client without a service principal has no tokens.')
  const resource = apiOf(tenant, forged)
  const name = audience ?? prefixOf(forged.scopes[0] ?? '')
  const proof = '1'
  const at = tenant.now()
  return applicationToken(tenant, {
    client,
    principal,
    resource,
    name,
    proof,
    at,
    lifetime: 3_600,
  })
}

/** The API of the audience or of the scopes, else Graph; made up if this tenant has none of that name. */
function apiOf({ registry }: TenantState, { audience, scopes, version }: ForgedToken): Entry {
  const name = audience ?? (scopes.map(prefixOf).find(Boolean) || graphAppId)
  const entry = entryNamed(registry, name) ?? unknownApi(name)
  if (version === undefined || entry.application.appId === graphAppId) return entry
  const { application } = entry
  const api = { ...application.api, requestedAccessTokenVersion: version }
  return { ...entry, application: { ...application, api } }
}

/** Of an API whose registration is elsewhere: its name is its audience in both versions, and its tokens say their kind. */
function unknownApi(name: string): Entry {
  const id = stableGuid(`forged audience ${name}`)
  const application = newApplication({ id, appId: name, displayName: name }, 0)
  return {
    application: {
      ...application,
      identifierUris: [name],
      api: { ...application.api, requestedAccessTokenVersion: 2 },
      optionalClaims: { accessToken: [{ name: 'idtyp' }] },
    },
    servicePrincipal: undefined,
    isRegistered: false,
    ownerIds: [],
    hiddenFor: 0,
    isHidden: false,
    appRoleAssignments: [],
    postLogoutRedirectUris: [],
  }
}

function bare(tenant: TenantState, { client, audience }: ForgedToken) {
  return {
    header: { typ: 'JWT', alg: 'RS256', kid: tenant.keys.current().kid },
    claims: {
      aud: audience ?? client.clientId,
      iss: issuerOf(tenant),
      tid: tenant.tenantId,
      ver: '2.0',
    },
  }
}

function partsOf(token: string) {
  const [header = '', claims = ''] = token.split('.')
  return { header: decoded(header), claims: decoded(claims) }
}

function decoded(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
}

function merged(base: Record<string, unknown>, over: Readonly<Record<string, unknown>>) {
  const all = Object.entries({ ...base, ...over })
  return Object.fromEntries(all.filter(([, value]) => value !== null))
}
