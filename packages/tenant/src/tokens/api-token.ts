/**
 * Access tokens of users for applications that expose an API, in both versions. The API validates them itself.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */

import { randomBytes } from 'node:crypto'
import type { Application } from '../registry/application.ts'
import { rolesOfUser } from '../registry/app-role-assignments.ts'
import { findResource, prefixOf, type Resource, valueOf } from '../registry/resources.ts'
import { signRs256 } from '../keys.ts'
import { firstIssuer, issuerOf, type TenantState } from '../tenant-state.ts'
import { methodsOf, stateOf } from './access-claims.ts'
import type { AccessIssue } from './access-issue.ts'
import { backdating, groupClaims, pairwiseSubject, providerOf } from './id-token.ts'

export { firstIssuer }

/** The API that a token with these scopes is for; undefined: Graph. */
export function apiOf({ registry }: TenantState, scopes: readonly string[]): Resource | undefined {
  const prefix = scopes.map(prefixOf).find((one) => one !== '')
  return prefix === undefined ? undefined : findResource(registry, prefix)
}

export function apiToken(tenant: TenantState, issue: AccessIssue, api: Resource): string {
  const { user, grant, scopes, at, accessLifetime } = issue
  const key = tenant.keys.current()
  const issuedAt = Math.floor(at / 1000)
  const roles = rolesOfUser(tenant, api.appId, user, api.appRoles)
  const application = tenant.registry.entry(api.appId)?.application
  const claims = {
    ...(api.version === 2 ? secondVersion(tenant, issue, api) : firstVersion(tenant, issue, api)),
    iat: issuedAt - backdating,
    nbf: issuedAt - backdating,
    exp: issuedAt + accessLifetime,
    ...(grant.contexts.length > 0 ? { acrs: grant.contexts } : {}),
    aio: stateOf(tenant, grant),
    ...providerOf(tenant, user),
    name: user.displayName,
    oid: user.id,
    rh: `1.${randomBytes(42).toString('base64url')}.`,
    ...(roles.length > 0 ? { roles } : {}),
    scp: scopes
      .filter((scope) => prefixOf(scope) !== '')
      .map(valueOf)
      .join(' '),
    sid: grant.sid,
    sub: pairwiseSubject(tenant, api.appId, user),
    tid: tenant.tenantId,
    uti: randomBytes(16).toString('base64url'),
    ...(issue.handlesChallenges ? { xms_cc: ['cp1'] } : {}),
    ...(application ? optionalClaims(tenant, application, issue) : {}),
  }
  const header = { typ: 'JWT', alg: 'RS256', kid: key.kid }
  return signRs256({ header, payload: JSON.stringify(claims) }, key.privateKey)
}

function secondVersion(
  tenant: TenantState,
  { client, user, proof }: AccessIssue,
  { appId }: Resource,
) {
  return {
    aud: appId,
    iss: issuerOf(tenant),
    azp: client.clientId,
    azpacr: proof,
    preferred_username: user.userPrincipalName,
    ver: '2.0',
  }
}

function firstVersion(tenant: TenantState, issue: AccessIssue, api: Resource) {
  const { client, user, grant, proof, asked } = issue
  return {
    aud: firstAudience(api, asked),
    iss: firstIssuer(tenant),
    acr: '1',
    amr: methodsOf(grant),
    appid: client.clientId,
    appidacr: proof,
    ...(user.surname === null ? {} : { family_name: user.surname }),
    ...(user.givenName === null ? {} : { given_name: user.givenName }),
    ipaddr: '127.0.0.1',
    unique_name: user.userPrincipalName,
    upn: user.userPrincipalName,
    ver: '1.0',
  }
}

/** "The client ID or the resource URI used in the request", for v1.0 tokens; else the first identifier URI. */
export function firstAudience(
  { names, identifier }: Pick<Resource, 'names' | 'identifier'>,
  asked: string | undefined,
): string {
  const wanted = asked?.toLowerCase()
  return names.find((name) => name.toLowerCase() === wanted) ?? identifier
}

/**
 * What the API's registration asks for besides (`optionalClaims.accessToken`, `groupMembershipClaims`).
 * https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
 */
function optionalClaims(
  tenant: TenantState,
  application: Application,
  { user, grant }: AccessIssue,
) {
  const asked = application.optionalClaims?.accessToken ?? []
  const groups = ['All', 'SecurityGroup'].includes(application.groupMembershipClaims ?? '')
  const withUsers = asked
    .find(({ name }) => name === 'idtyp')
    ?.additionalProperties?.includes('include_user_token')
  const values: Record<string, unknown> = {
    acct: user.userType === 'Guest' ? 1 : 0,
    auth_time: Math.floor(grant.authenticatedAt / 1000),
    email: user.mail ?? undefined,
    family_name: user.surname ?? undefined,
    given_name: user.givenName ?? undefined,
    idtyp: withUsers ? 'user' : undefined,
    ipaddr: '127.0.0.1',
    upn: user.userPrincipalName,
  }
  return {
    ...Object.fromEntries(
      asked
        .filter(({ name }) => Object.hasOwn(values, name) && values[name] !== undefined)
        .map(({ name }) => [name, values[name]]),
    ),
    ...(groups ? groupClaims(tenant, user) : {}),
  }
}
