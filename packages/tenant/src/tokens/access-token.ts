/** Access tokens for Graph: signed JWTs of about Entra's size (2 kB). Only Graph reads them. */

import { randomBytes } from 'node:crypto'
import { isOpenId } from '../entra/grants.ts'
import { signRs256 } from '../keys.ts'
import { issuerOf, type World } from '../world.ts'
import { backdating } from './backdating.ts'
import { pairwiseSubject, type Issue } from './id-token.ts'

export const graphAppId = '00000003-0000-0000-c000-000000000000'

export function accessToken(world: World, issue: Issue): string {
  const { client, user, grant, scopes, at, accessLifetime } = issue
  const key = world.keys.current()
  const issuedAt = Math.floor(at / 1000)
  const claims = {
    aud: graphAppId,
    iss: issuerOf(world),
    iat: issuedAt - backdating,
    nbf: issuedAt - backdating,
    exp: issuedAt + accessLifetime,
    acct: user.userType === 'Guest' ? 1 : 0,
    acr: '1',
    ...(grant.contexts.length > 0 ? { acrs: grant.contexts } : {}),
    aio: stateOf(world, user.id),
    amr: grant.contexts.length > 0 ? ['pwd', 'mfa'] : ['pwd'],
    app_displayname: client.name,
    appid: client.clientId,
    appidacr: client.isPublic ? '0' : '1',
    idtyp: 'user',
    ipaddr: '127.0.0.1',
    name: user.displayName,
    oid: user.id,
    rh: `1.${randomBytes(42).toString('base64url')}.`,
    scp: accessScopes(scopes).join(' '),
    sid: grant.sid,
    sub: pairwiseSubject(world, graphAppId, user),
    tid: world.tenantId,
    upn: user.userPrincipalName,
    uti: randomBytes(16).toString('base64url'),
    ver: '1.0',
    ...(issue.handlesChallenges ? { xms_cc: ['cp1'] } : {}),
    xms_ftd: randomBytes(48).toString('base64url'),
    xms_st: { sub: pairwiseSubject(world, client.clientId, user) },
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

const purpose = 'aio'

/** What Entra keeps for itself in a token, unreadable to everybody else: here, how often the user's tokens were revoked. */
function stateOf(world: World, userId: string): string {
  const { count } = world.directory.tokenRevocations(userId)
  return world.seal.seal(purpose, { count, padding: randomBytes(48).toString('hex') })
}

/** The user's revocations when the token with this `aio` was made. */
export function revocationsOf(world: World, aio: unknown): number {
  const opened = world.seal.open(purpose, String(aio))
  if (typeof opened !== 'object' || opened === null || !('count' in opened)) return 0
  return Number(opened.count)
}

/** What the token says it is good for; `offline_access` is not a matter of the access token. */
export function accessScopes(scopes: readonly string[]): string[] {
  const graph = scopes.filter((scope) => !isOpenId(scope))
  const openId = scopes.filter((scope) => isOpenId(scope) && scope !== 'offline_access')
  return [...openId, ...graph]
}
