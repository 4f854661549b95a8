/** The grants that a user has made beforehand: an authorization code, a refresh token, a device code. */

import { createHash } from 'node:crypto'
import type { TenantState } from '../../tenant-state.ts'
import { openRefreshToken } from '../../tokens/refresh-token.ts'
import { contextClaims, type ClaimsRequest } from '../claims-request.ts'
import { requireConsent, scopesToIssue } from '../consent/permissions.ts'
import { redeemDeviceCode } from '../device/index.ts'
import { EntraError } from '../errors.ts'
import { grantOf, type CodeGrant, type Grant } from '../grants.ts'
import { required } from '../parameters.ts'
import { ofOneApi, parseScopes } from '../scopes.ts'
import type { Exchange, Redeemed } from './exchange.ts'
import { grantAtTenant, requireOwnGrant } from './grant-tenant.ts'

/**
 * A second use is refused, and ends nothing: of an authorization code that was redeemed, Entra's table of errors says to
 * use the refresh token that it gave (54005), so that one stays good.
 */
export function redeemCode(exchange: Exchange): Redeemed {
  const { tenant, client, form, claims } = exchange
  const grant = tenant.codes.find(required(form, 'code'))
  if (!grant || grant.clientId !== client.clientId) {
    throw new EntraError(70000, {
      message: "The provided value for the 'code' parameter is not valid.",
    })
  }
  requireOwnGrant(exchange, grant)
  if (grant.used) throw new EntraError(54005)
  if (grant.expiresAt <= tenant.now()) throw new EntraError(70008)
  const redirectUri = grant.isRedirectImplied ? form.redirect_uri : required(form, 'redirect_uri')
  if ((redirectUri ?? grant.redirectUri) !== grant.redirectUri) throw new EntraError(500112)
  requireVerifier(grant, form.code_verifier)
  requireUser(tenant, grant)
  requireContexts(grant, claims)
  const scopes = askedScopes(tenant, grant, form.scope)
  grant.used = true
  return {
    grant: grantOf(grant),
    scopes,
    nonce: grant.nonce,
    handlesChallenges: grant.handlesChallenges || claims.handlesChallenges,
  }
}

export function redeemRefresh(exchange: Exchange): Redeemed {
  const { tenant, client, form, claims } = exchange
  const token = openRefreshToken(tenant, required(form, 'refresh_token'), client.clientId)
  const grant = grantAtTenant(exchange, token)
  requireUser(tenant, grant)
  requireContexts(grant, claims)
  const scopes = askedScopes(tenant, grant, form.scope)
  return { grant, scopes, nonce: undefined, handlesChallenges: claims.handlesChallenges }
}

export function redeemDevice(exchange: Exchange): Redeemed {
  const { tenant, client, form, claims } = exchange
  const grant = redeemDeviceCode(tenant, required(form, 'device_code'), client.clientId)
  requireOwnGrant(exchange, grant)
  requireUser(tenant, grant)
  requireContexts(grant, claims)
  const scopes = ofOneApi(grant.scopes, 'first')
  return { grant, scopes, nonce: undefined, handlesChallenges: claims.handlesChallenges }
}

/**
 * Only the user can satisfy an authentication context, at the authorize endpoint.
 *
 * @throws EntraError 50076 with the claims that the next authorization request has to carry
 */
export function requireContexts(grant: Pick<Grant, 'contexts'>, { contexts }: ClaimsRequest): void {
  const missing = contexts.filter((context) => !grant.contexts.includes(context))
  if (missing.length > 0) throw new EntraError(50076, { claims: contextClaims(missing) })
}

/** Refuses a verifier without a challenge too: the challenge may have been stripped (RFC 9700 section 4.8.2). */
function requireVerifier({ challenge }: CodeGrant, verifier: string | undefined): void {
  if (!challenge && verifier === undefined) return
  const hashed =
    challenge?.method === 'plain'
      ? verifier
      : createHash('sha256')
          .update(verifier ?? '')
          .digest('base64url')
  if (verifier === undefined || hashed !== challenge?.value) throw new EntraError(501481)
}

/** @throws EntraError 50057 for a disabled user, 50173 if the sessions were revoked since */
export function requireUser(
  { directory }: TenantState,
  { userId, revocations }: Pick<Grant, 'userId' | 'revocations'>,
): void {
  if (directory.isDisabled(userId)) throw new EntraError(50057)
  if (directory.revocations(userId) > revocations) throw new EntraError(50173)
}

/** The scopes of this request: those granted, or those asked for, if the user has consented to them. */
function askedScopes(
  tenant: TenantState,
  grant: Grant,
  text: string | undefined,
): readonly string[] {
  const { clientId, userId } = grant
  const asked =
    text === undefined
      ? ofOneApi(grant.scopes, 'first')
      : ofOneApi(parseScopes(text, tenant.registry), 'only')
  const scopes = scopesToIssue(tenant, { clientId, userId, scopes: asked })
  requireConsent(tenant, { clientId, userId, scopes })
  return scopes
}
