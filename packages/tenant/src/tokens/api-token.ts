/**
 * Access tokens for applications that expose an API, in both versions. The API validates them itself.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */

import { randomBytes } from 'node:crypto'
import { findResource, prefixOf, type Resource, valueOf } from '../registry/resources.ts'
import { signRs256 } from '../keys.ts'
import { issuerOf, type TenantState } from '../tenant-state.ts'
import { backdating, type Issue, pairwiseSubject } from './id-token.ts'

/** The API that a token with these scopes is for; undefined: Graph. */
export function apiOf({ registry }: TenantState, scopes: readonly string[]): Resource | undefined {
  const prefix = scopes.map(prefixOf).find((one) => one !== '')
  return prefix === undefined ? undefined : findResource(registry, prefix)
}

export function apiToken(tenant: TenantState, issue: Issue, api: Resource): string {
  const { client, user, grant, scopes, at, accessLifetime } = issue
  const key = tenant.keys.current()
  const issuedAt = Math.floor(at / 1000)
  const roles = user.roles.filter((role) => api.appRoles.includes(role))
  const claims = {
    ...(api.version === 2 ? secondVersion(tenant, issue, api) : firstVersion(tenant, issue, api)),
    iat: issuedAt - backdating,
    nbf: issuedAt - backdating,
    exp: issuedAt + accessLifetime,
    ...(grant.contexts.length > 0 ? { acrs: grant.contexts } : {}),
    name: user.displayName,
    oid: user.id,
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
    idtyp: 'user',
    azpacr: client.isPublic ? '0' : '1',
  }
  const header = { typ: 'JWT', alg: 'RS256', kid: key.kid }
  return signRs256({ header, payload: JSON.stringify(claims) }, key.privateKey)
}

function secondVersion(tenant: TenantState, { client, user }: Issue, { appId }: Resource) {
  return {
    aud: appId,
    iss: issuerOf(tenant),
    azp: client.clientId,
    preferred_username: user.userPrincipalName,
    ver: '2.0',
  }
}

function firstVersion(tenant: TenantState, { client, user }: Issue, { identifier }: Resource) {
  return {
    aud: identifier,
    iss: firstIssuer(tenant),
    appid: client.clientId,
    appidacr: client.isPublic ? '0' : '1',
    upn: user.userPrincipalName,
    ver: '1.0',
  }
}

/** The issuer of v1.0 tokens is the same on every host of Entra. */
export function firstIssuer({ tenantId }: TenantState): string {
  return `https://sts.windows.net/${tenantId}/`
}
