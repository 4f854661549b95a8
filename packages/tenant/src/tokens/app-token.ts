/**
 * App-only access tokens: for an application itself, without a user, for Graph and for other APIs.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */

import { randomBytes } from 'node:crypto'
import { signRs256 } from '../keys.ts'
import type { ServicePrincipal } from '../registry/application.ts'
import { rolesOfApplication } from '../registry/app-role-assignments.ts'
import { graphAppId } from '../registry/built-in.ts'
import type { Client } from '../registry/client.ts'
import type { Entry } from '../registry/registry.ts'
import { graphNames, resourceOf } from '../registry/resources.ts'
import { issuerOf, type TenantState } from '../tenant-state.ts'
import type { ClientProof } from './access-claims.ts'
import { firstAudience, firstIssuer } from './api-token.ts'
import { backdating } from './id-token.ts'

export interface ApplicationIssue {
  client: Client
  /** The client's service principal: `oid` and `sub`. */
  principal: ServicePrincipal
  /** The API that the token is for. */
  resource: Entry
  /** The API as the request names it. */
  name: string
  proof: ClientProof
  /** The time of issue, ms since the epoch. */
  at: number
  /** Seconds. */
  lifetime: number
}

export function applicationToken(tenant: TenantState, issue: ApplicationIssue): string {
  const { principal, resource, at, lifetime } = issue
  const issuedAt = Math.floor(at / 1000)
  const roles = rolesOfApplication(resource, principal.id)
  const claims = {
    ...versionClaims(tenant, issue),
    iat: issuedAt - backdating,
    nbf: issuedAt - backdating,
    exp: issuedAt + lifetime,
    aio: randomBytes(36).toString('base64'),
    ...(saysKind(resource) ? { idtyp: 'app' } : {}),
    oid: principal.id,
    rh: `1.${randomBytes(42).toString('base64url')}.`,
    ...(roles.length > 0 ? { roles } : {}),
    sub: principal.id,
    tid: tenant.tenantId,
    uti: randomBytes(16).toString('base64url'),
  }
  const key = tenant.keys.current()
  const isForGraph = resource.application.appId === graphAppId
  const nonce = isForGraph ? { nonce: randomBytes(32).toString('base64url') } : {}
  const header = { typ: 'JWT', ...nonce, alg: 'RS256', kid: key.kid }
  return signRs256({ header, payload: JSON.stringify(claims) }, key.privateKey)
}

function versionClaims(
  tenant: TenantState,
  { client, resource, name, proof }: ApplicationIssue,
): object {
  const { clientId } = client
  const api = resourceOf(resource.application)
  if (api.version === 2) {
    const iss = issuerOf(tenant)
    return { aud: api.appId, iss, azp: clientId, azpacr: proof, ver: '2.0' }
  }
  const iss = firstIssuer(tenant)
  const first = { iss, appid: clientId, appidacr: proof, idp: iss, ver: '1.0' }
  if (api.appId !== graphAppId) return { ...first, aud: firstAudience(api, name) }
  const aud = graphNames(tenant.registry).find((one) => one === name) ?? graphAppId
  return { ...first, aud, app_displayname: client.name, xms_tcdt: 1_700_000_000 }
}

/** `idtyp` is an optional claim, which Graph asks for. https://learn.microsoft.com/entra/identity-platform/optional-claims-reference */
function saysKind({ application }: Entry): boolean {
  if (application.appId === graphAppId) return true
  return application.optionalClaims?.accessToken?.some(({ name }) => name === 'idtyp') ?? false
}
