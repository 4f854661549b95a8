/** ID tokens with the claims and about the size (1.4 kB) of Entra's v2.0 endpoint. */

import { createHash, randomBytes } from 'node:crypto'
import type { TenantUser } from '../directory/directory.ts'
import type { Grant } from '../entra/grants.ts'
import { tamperIdToken, type IdTokenFault } from '../faults/id-token.ts'
import { signRs256 } from '../keys.ts'
import { rolesOfUser } from '../registry/app-role-assignments.ts'
import type { Client } from '../registry/client.ts'
import { methodsOf } from './access-claims.ts'
import { firstIssuer, issuerOf, type TenantState } from '../tenant-state.ts'
import { homeOfGuest } from '../tenants/guests.ts'

/** Seconds. Entra dates `iat` and `nbf` five minutes back, for clients whose clock is behind. */
export const backdating = 300

/**
 * Seconds: an hour, https://learn.microsoft.com/entra/identity-platform/configurable-token-lifetimes. That of access
 * tokens varies.
 */
export const idTokenLifetime = 3_600

/** What an ID token of the authorize endpoint is bound to (OpenID Connect Core section 3.3.2.11). */
interface Bound {
  code?: string | undefined
  accessToken?: string | undefined
}

export interface Issue {
  client: Client
  user: TenantUser
  grant: Grant
  scopes: readonly string[]
  nonce: string | undefined
  /** The time of issue, ms since the epoch. */
  at: number
  /** Of the ID token. */
  version: 1 | 2
  /** Seconds: of the ID token. */
  lifetime: number
  /** Seconds: of the access token. */
  accessLifetime: number
  /** The client handles claims challenges. */
  handlesChallenges: boolean
}

/** @returns a string, unless a fault sends another type in its place */
export function idToken(
  tenant: TenantState,
  issue: Issue,
  fault: IdTokenFault | undefined,
  bound: Bound = {},
): unknown {
  const key = tenant.keys.current()
  const header = { typ: 'JWT', alg: 'RS256', kid: key.kid }
  const own = idTokenClaims(tenant, issue)
  const ofVersion = issue.version === 1 ? asFirstVersion(tenant, issue, own) : own
  const claims = { ...ofVersion, ...hashesOf(bound) }
  const issuedAt = Math.floor(issue.at / 1000)
  if (fault) return tamperIdToken(fault, { header, claims, issuedAt, keys: tenant.keys })
  return signRs256({ header, payload: JSON.stringify(claims) }, key.privateKey)
}

function idTokenClaims(
  tenant: TenantState,
  { client, user, grant, scopes, nonce, at, lifetime }: Issue,
) {
  const issuedAt = Math.floor(at / 1000)
  const wants = (scope: string) => scopes.includes(scope)
  const has = (claim: string) =>
    client.optionalClaims.has(claim) || (grant.idTokenClaims?.includes(claim) ?? false)
  return {
    ...(has('acct') ? { acct: user.userType === 'Guest' ? 1 : 0 } : {}),
    aud: client.clientId,
    iss: issuerOf(tenant),
    ...providerOf(tenant, user),
    iat: issuedAt - backdating,
    nbf: issuedAt - backdating,
    exp: issuedAt + lifetime,
    ...(grant.contexts.length > 0 ? { acrs: grant.contexts } : {}),
    aio: randomBytes(84).toString('base64'),
    ...((wants('email') || has('email')) && user.mail !== null ? { email: user.mail } : {}),
    ...(has('auth_time') ? { auth_time: Math.floor(grant.authenticatedAt / 1000) } : {}),
    ...(has('groups') ? groupClaims(tenant, user) : {}),
    ...(has('ipaddr') ? { ipaddr: '127.0.0.1' } : {}),
    ...(has('login_hint') ? { login_hint: loginHint(tenant, user) } : {}),
    ...(wants('profile') ? profileClaims(user, has) : {}),
    nonce,
    oid: user.id,
    rh: `1.${randomBytes(42).toString('base64url')}.`,
    ...roleClaims(tenant, client, user),
    ...(has('sid') ? { sid: grant.sid } : {}),
    sub: pairwiseSubject(tenant, client.clientId, user),
    tid: tenant.tenantId,
    uti: randomBytes(16).toString('base64url'),
    ver: '2.0',
  }
}

/**
 * `idp`: who has authenticated a guest, if that is another tenant on the port. Of others it is the issuer, and left out.
 * https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
export function providerOf(tenant: TenantState, user: TenantUser): { idp?: string } {
  const home = homeOfGuest(tenant, user)
  return home ? { idp: firstIssuer(home.tenant) } : {}
}

/** The optional ones need the scope too: https://learn.microsoft.com/entra/identity-platform/optional-claims-reference */
function profileClaims(user: TenantUser, has: (claim: string) => boolean) {
  const { givenName, surname, preferredLanguage } = user
  return {
    ...(has('family_name') && surname !== null ? { family_name: surname } : {}),
    ...(has('given_name') && givenName !== null ? { given_name: givenName } : {}),
    name: user.displayName,
    preferred_username: user.userPrincipalName,
    ...(has('upn') ? { upn: user.userPrincipalName } : {}),
    ...(has('xms_pl') && preferredLanguage !== null ? { xms_pl: preferredLanguage } : {}),
  }
}

/** https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference, of version 1.0. */
function asFirstVersion(
  tenant: TenantState,
  { user, grant }: Issue,
  claims: Record<string, unknown>,
): Record<string, unknown> {
  const { preferred_username: userName, ...rest } = claims
  return {
    ...rest,
    iss: firstIssuer(tenant),
    amr: methodsOf(grant),
    ...(user.surname === null ? {} : { family_name: user.surname }),
    ...(user.givenName === null ? {} : { given_name: user.givenName }),
    ipaddr: '127.0.0.1',
    unique_name: userName,
    upn: userName,
    ver: '1.0',
  }
}

function hashesOf({ code, accessToken }: Bound) {
  return {
    ...(code === undefined ? {} : { c_hash: halfHash(code) }),
    ...(accessToken === undefined ? {} : { at_hash: halfHash(accessToken) }),
  }
}

/** The left half of the SHA-256 hash, as for every token that is signed with RS256. */
function halfHash(text: string): string {
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url')
}

/** `sub`: differs by application, so that applications cannot compare their users. */
export function pairwiseSubject(tenant: TenantState, clientId: string, user: TenantUser): string {
  const name = `${tenant.tenantId} ${clientId} ${user.id}`
  return createHash('sha256').update(name).digest('base64url')
}

function roleClaims(tenant: TenantState, client: Client, user: TenantUser) {
  const roles = rolesOfUser(tenant, client.clientId, user, client.appRoles)
  return roles.length > 0 ? { roles } : {}
}

const mostGroups = 200

/** Above 200 groups, the token only says where to ask for them: at this Graph, so that no token leaves the machine. */
export function groupClaims(tenant: TenantState, user: TenantUser) {
  const groups = tenant.directory.membership
    .allGroupsOf(user)
    .filter(({ securityEnabled }) => securityEnabled)
    .map(({ id }) => id)
  if (groups.length === 0) return {}
  if (groups.length <= mostGroups) return { groups }
  const endpoint = `${tenant.graphOrigin}/v1.0/users/${user.id}/getMemberObjects`
  return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } }
}

/** The `login_hint` claim names a user without the user name. The parameters `login_hint` and `logout_hint` take it. */
const purpose = 'login_hint'
const prefix = 'O.'

function loginHint(tenant: TenantState, user: TenantUser): string {
  return prefix + tenant.seal.seal(purpose, { oid: user.id })
}

/** The id of the user that a claim `login_hint` names; undefined for a text that is no such claim. */
export function userIdOfHint(tenant: TenantState, hint: string): string | undefined {
  if (!hint.startsWith(prefix)) return undefined
  const opened = tenant.seal.open(purpose, hint.slice(prefix.length))
  if (typeof opened !== 'object' || opened === null || !('oid' in opened)) return undefined
  return String(opened.oid)
}

/** The unsigned `client_info` that MSAL asks for with `client_info=1`: base64url JSON. Of a guest, the account at home. */
export function clientInfo(tenant: TenantState, user: TenantUser): string {
  const account = homeOfGuest(tenant, user) ?? { tenant, user }
  const info = { uid: account.user.id, utid: account.tenant.tenantId }
  return Buffer.from(JSON.stringify(info)).toString('base64url')
}
