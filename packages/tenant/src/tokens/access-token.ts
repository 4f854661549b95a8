/** Access tokens of users: for Graph, signed JWTs of about Entra's size (2 kB), which only Graph reads; for other APIs, `api-token.ts`. */

import { randomBytes } from 'node:crypto'
import { graphNames, prefixOf } from '../registry/resources.ts'
import { isOpenId } from '../entra/scopes.ts'
import { signRs256 } from '../keys.ts'
import { graphAppId } from '../registry/built-in.ts'
import type { TenantState } from '../tenant-state.ts'
import { apiOf, apiToken, firstIssuer } from './api-token.ts'
import { methodsOf, stateOf } from './access-claims.ts'
import type { AccessIssue } from './access-issue.ts'
import { backdating, pairwiseSubject, providerOf } from './id-token.ts'

export function accessToken(tenant: TenantState, issue: AccessIssue): string {
  const api = apiOf(tenant, issue.scopes)
  return api ? apiToken(tenant, issue, api) : graphToken(tenant, issue)
}

function graphToken(tenant: TenantState, issue: AccessIssue): string {
  const { client, user, grant, scopes, at, accessLifetime, proof, asked } = issue
  const key = tenant.keys.current()
  const issuedAt = Math.floor(at / 1000)
  const claims = {
    // By its id, or as the request names it.
    aud: graphNames(tenant.registry).find((name) => name === asked) ?? graphAppId,
    iss: firstIssuer(tenant),
    iat: issuedAt - backdating,
    nbf: issuedAt - backdating,
    exp: issuedAt + accessLifetime,
    acct: user.userType === 'Guest' ? 1 : 0,
    acr: '1',
    ...(grant.contexts.length > 0 ? { acrs: grant.contexts } : {}),
    aio: stateOf(tenant, grant),
    amr: methodsOf(grant),
    app_displayname: client.name,
    appid: client.clientId,
    appidacr: proof,
    ...providerOf(tenant, user),
    idtyp: 'user',
    ipaddr: '127.0.0.1',
    name: user.displayName,
    oid: user.id,
    rh: `1.${randomBytes(42).toString('base64url')}.`,
    scp: accessScopes(scopes).join(' '),
    sid: grant.sid,
    sub: pairwiseSubject(tenant, graphAppId, user),
    tid: tenant.tenantId,
    upn: user.userPrincipalName,
    uti: randomBytes(16).toString('base64url'),
    ver: '1.0',
    ...(issue.handlesChallenges ? { xms_cc: ['cp1'] } : {}),
    xms_ftd: randomBytes(48).toString('base64url'),
    xms_st: { sub: pairwiseSubject(tenant, client.clientId, user) },
    xms_tcdt: 1_700_000_000,
    xms_tnt_fct: '3 8',
    xms_idrel: '1 26',
  }
  const header = {
    typ: 'JWT',
    nonce: randomBytes(32).toString('base64url'),
    alg: 'RS256',
    kid: key.kid,
  }
  return signRs256({ header, payload: JSON.stringify(claims) }, key.privateKey)
}

/** The scopes in the token; `offline_access` does not belong there, and OpenID's are Graph's. */
export function accessScopes(scopes: readonly string[]): string[] {
  const ofApi = scopes.filter((scope) => prefixOf(scope) !== '')
  if (ofApi.length > 0) return ofApi
  const graph = scopes.filter((scope) => !isOpenId(scope))
  const openId = scopes.filter((scope) => isOpenId(scope) && scope !== 'offline_access')
  return [...openId, ...graph]
}
