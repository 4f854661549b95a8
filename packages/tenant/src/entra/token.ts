/** `/token`: exchanges a code, a refresh token or a device code for tokens. */

import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Client } from '../registry/client.ts'
import type { TenantState } from '../tenant-state.ts'
import { openRefreshToken } from '../tokens/refresh-token.ts'
import { tokenResponse, type Answer } from '../tokens/token-response.ts'
import { applyFault } from './apply-fault.ts'
import { contextClaims, readClaimsRequest, type ClaimsRequest } from './claims-request.ts'
import { authenticateClient, requireAudience, requireTenant } from './client/index.ts'
import { allowTokenAnswer, answerPreflight } from './client/cross-origin.ts'
import { redeemDeviceCode } from './device/index.ts'
import { EntraError, sendTrace, traceOf } from './errors.ts'
import { grantOf, type CodeGrant, type Grant } from './grants.ts'
import { formParameters, required, type Parameters } from './parameters.ts'
import { isOpenId, ofOneApi, parseScopes } from './scopes.ts'

export function tokenRoutes(app: FastifyInstance, tenant: TenantState): void {
  answerPreflight(app, '/:tenant/oauth2/v2.0/token', 'POST, OPTIONS')
  app.post<{ Params: { tenant: string } }>(
    '/:tenant/oauth2/v2.0/token',
    { config: { endpoint: 'token' } },
    async (request, reply) => {
      sendTrace(reply, traceOf(request, tenant.now()))
      allowTokenAnswer(request, reply)
      const segment = requireTenant(tenant, request.params.tenant)
      applyFault(tenant, 'token', request)
      return redeem(tenant, request, segment)
    },
  )
}

type Redeem = (tenant: TenantState, client: Client, asked: Asked) => Redeemed

const grantTypes: Readonly<Record<string, Redeem>> = {
  authorization_code: redeemCode,
  refresh_token: redeemRefresh,
  'urn:ietf:params:oauth:grant-type:device_code': redeemDevice,
  // The name before the standard; Entra still accepts it.
  device_code: redeemDevice,
}

async function redeem(
  tenant: TenantState,
  request: FastifyRequest,
  segment: string,
): Promise<object> {
  const form = formParameters(request.body)
  const grantType = required(form, 'grant_type')
  const redeemGrant = Object.hasOwn(grantTypes, grantType) ? grantTypes[grantType] : undefined
  if (!redeemGrant) {
    throw new EntraError(70003, { message: `The grant type '${grantType}' is not supported.` })
  }
  const client = await authenticateClient(tenant, request, form)
  requireAudience(client, segment)
  const answer = redeemGrant(tenant, client, { form, claims: readClaimsRequest(form.claims) })
  const rest = { clientInfo: form.client_info === '1', scopeText: form.scope }
  return tokenResponse(tenant, { ...answer, ...rest }, request)
}

interface Asked {
  form: Parameters
  claims: ClaimsRequest
}

type Redeemed = Omit<Answer, 'clientInfo'>

function redeemCode(tenant: TenantState, client: Client, { form, claims }: Asked): Redeemed {
  const grant = tenant.codes.find(required(form, 'code'))
  if (!grant || grant.clientId !== client.clientId) {
    throw new EntraError(70000, {
      message: "The provided value for the 'code' parameter is not valid.",
    })
  }
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
    client,
    grant: grantOf(grant),
    scopes,
    nonce: grant.nonce,
    handlesChallenges: grant.handlesChallenges || claims.handlesChallenges,
  }
}

function redeemRefresh(tenant: TenantState, client: Client, { form, claims }: Asked): Redeemed {
  const grant = openRefreshToken(tenant, required(form, 'refresh_token'), client.clientId)
  requireUser(tenant, grant)
  requireContexts(grant, claims)
  const scopes = askedScopes(tenant, grant, form.scope)
  return { client, grant, scopes, nonce: undefined, handlesChallenges: claims.handlesChallenges }
}

function redeemDevice(tenant: TenantState, client: Client, { form, claims }: Asked): Redeemed {
  const grant = redeemDeviceCode(tenant, required(form, 'device_code'), client.clientId)
  requireUser(tenant, grant)
  requireContexts(grant, claims)
  const scopes = ofOneApi(grant.scopes, 'first')
  return { client, grant, scopes, nonce: undefined, handlesChallenges: claims.handlesChallenges }
}

/** Only the user can satisfy an authentication context, at the authorize endpoint. */
function requireContexts(grant: Grant, { contexts }: ClaimsRequest): void {
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

function requireUser({ directory }: TenantState, { userId, revocations }: Grant): void {
  if (directory.isDisabled(userId)) throw new EntraError(50057)
  if (directory.revocations(userId) > revocations) throw new EntraError(50173)
}

/** The scopes of this request: those granted, or those asked for, if the user has consented to them. */
function askedScopes(
  tenant: TenantState,
  grant: Grant,
  text: string | undefined,
): readonly string[] {
  const asked =
    text === undefined
      ? ofOneApi(grant.scopes, 'first')
      : ofOneApi(parseScopes(text, tenant.registry), 'only')
  const missing = tenant.consents
    .missing(grant.userId, grant.clientId, asked)
    .filter((scope) => !isOpenId(scope))
  if (missing.length === 0) return asked
  throw new EntraError(65001, {
    message: `The user has not consented to use the application for: ${missing.join(' ')}.`,
  })
}
