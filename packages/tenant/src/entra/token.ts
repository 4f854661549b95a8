/** `/token`: a code, a refresh token or a device's code for tokens. */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Client } from '../clients.ts'
import { type ClaimsRequest, contextClaims, readClaimsRequest } from '../policies.ts'
import { openRefreshToken } from '../tokens/refresh-token.ts'
import { type Answer, tokenResponse } from '../tokens/token-response.ts'
import type { World } from '../world.ts'
import { authenticateClient, requireAudience, requireTenant } from './client/index.ts'
import { type CodeGrant, type Grant, isOpenId, parseScopes } from './grants.ts'
import { EntraError } from './errors.ts'
import { formParameters, type Parameters, required } from './parameters.ts'
import { redeemDeviceCode } from './device/index.ts'
import { sendTrace, throwFault, traceOf } from './apply-fault.ts'

export function tokenRoutes(app: FastifyInstance, world: World): void {
  app.post<{ Params: { tenant: string } }>(
    '/:tenant/oauth2/v2.0/token',
    { config: { endpoint: 'token' } },
    async (request, reply) => {
      sendTrace(reply, traceOf(request, world.now()))
      const tenant = requireTenant(world, request.params.tenant)
      throwFault(world, 'token', request)
      return redeem(world, request, tenant)
    },
  )
}

type Redeem = (world: World, client: Client, asked: Asked) => Redeemed

const grantTypes: Readonly<Record<string, Redeem>> = {
  authorization_code: redeemCode,
  refresh_token: redeemRefresh,
  'urn:ietf:params:oauth:grant-type:device_code': redeemDevice,
  // What Entra took before the standard had a name for it, and still takes.
  device_code: redeemDevice,
}

async function redeem(world: World, request: FastifyRequest, tenant: string): Promise<object> {
  const form = formParameters(request.body)
  const grantType = required(form, 'grant_type')
  const redeemGrant = Object.hasOwn(grantTypes, grantType) ? grantTypes[grantType] : undefined
  if (!redeemGrant) {
    throw new EntraError(70003, { message: `The grant type '${grantType}' is not supported.` })
  }
  const client = await authenticateClient(world, request, form)
  requireAudience(client, tenant)
  const answer = redeemGrant(world, client, { form, claims: readClaimsRequest(form.claims) })
  return tokenResponse(world, { ...answer, clientInfo: form.client_info === '1' }, request)
}

interface Asked {
  form: Parameters
  claims: ClaimsRequest
}

type Redeemed = Omit<Answer, 'clientInfo'>

function redeemCode(world: World, client: Client, { form, claims }: Asked): Redeemed {
  const grant = world.codes.find(required(form, 'code'))
  if (!grant || grant.clientId !== client.clientId) {
    throw new EntraError(70000, {
      message: "The provided value for the 'code' parameter is not valid.",
    })
  }
  if (grant.used) throw new EntraError(54005)
  if (grant.expiresAt <= world.now()) throw new EntraError(70008)
  if (required(form, 'redirect_uri') !== grant.redirectUri) throw new EntraError(500112)
  requireVerifier(grant, form.code_verifier)
  requireUser(world, grant)
  requireContexts(grant, claims)
  const scopes = askedScopes(world, grant, form.scope)
  grant.used = true
  return {
    client,
    grant: plain(grant),
    scopes,
    nonce: grant.nonce,
    handlesChallenges: grant.handlesChallenges || claims.handlesChallenges,
  }
}

function redeemRefresh(world: World, client: Client, { form, claims }: Asked): Redeemed {
  const grant = openRefreshToken(world, required(form, 'refresh_token'), client.clientId)
  requireUser(world, grant)
  requireContexts(grant, claims)
  const scopes = askedScopes(world, grant, form.scope)
  return { client, grant, scopes, nonce: undefined, handlesChallenges: claims.handlesChallenges }
}

function redeemDevice(world: World, client: Client, { form, claims }: Asked): Redeemed {
  const grant = redeemDeviceCode(world, required(form, 'device_code'), client.clientId)
  requireUser(world, grant)
  requireContexts(grant, claims)
  const { scopes } = grant
  return { client, grant, scopes, nonce: undefined, handlesChallenges: claims.handlesChallenges }
}

/** Only a person can satisfy an authentication context, at the authorize endpoint. */
function requireContexts(grant: Grant, { contexts }: ClaimsRequest): void {
  const missing = contexts.filter((context) => !grant.contexts.includes(context))
  if (missing.length > 0) throw new EntraError(50076, { claims: contextClaims(missing) })
}

/** A verifier without a challenge is refused too: the challenge may have been stripped (RFC 9700 section 4.8.2). */
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

function requireUser({ directory }: World, { userId, revocations }: Grant): void {
  if (directory.isDisabled(userId)) throw new EntraError(50057)
  if (directory.revocations(userId) > revocations) throw new EntraError(50173)
}

/** The scopes of this request: those granted, or those asked for, if the user has consented to them. */
function askedScopes(world: World, grant: Grant, text: string | undefined): readonly string[] {
  const asked = text === undefined ? grant.scopes : parseScopes(text)
  const missing = world.consents
    .missing(grant.userId, grant.clientId, asked)
    .filter((scope) => !isOpenId(scope))
  if (missing.length === 0) return asked
  throw new EntraError(65001, {
    message: `The user has not consented to use the application for: ${missing.join(' ')}.`,
  })
}

/** Without what belongs to the code alone. */
function plain(grant: CodeGrant): Grant {
  const { clientId, userId, scopes, sid, authenticatedAt, revocations, contexts } = grant
  return { clientId, userId, scopes, sid, authenticatedAt, revocations, contexts }
}
