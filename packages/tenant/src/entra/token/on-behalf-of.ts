/**
 * `jwt-bearer` with `requested_token_use=on_behalf_of`: an API exchanges the token that it was called with for one of an
 * API behind it, for the same user.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */

import { errors, jwtVerify, type JWTPayload } from 'jose'
import { asSigned } from '../../keys.ts'
import { issuerOf, type TenantState } from '../../tenant-state.ts'
import { openState } from '../../tokens/access-claims.ts'
import { firstIssuer } from '../../tokens/api-token.ts'
import { requireConsent, scopesToIssue } from '../consent/permissions.ts'
import { EntraError } from '../errors.ts'
import { ofTenant, type Grant } from '../grants.ts'
import { required } from '../parameters.ts'
import { ofOneApi, parseScopes } from '../scopes.ts'
import type { Exchange, Redeemed } from './exchange.ts'
import { requireContexts, requireUser } from './user-grants.ts'

/**
 * @throws EntraError 50027, 50013, 500131, 500133 for an assertion that is not a valid token for this API, 240002 for an ID
 * token, 7000114 for an app-only token, 65001 without consent for the API behind, 50076 for claims that it lacks
 */
export async function redeemAssertion(exchange: Exchange): Promise<Redeemed> {
  const { tenant, client, form, claims } = exchange
  const use = required(form, 'requested_token_use')
  // Microsoft's page: "the value must be set to on_behalf_of". No page names the error of another one.
  if (use !== 'on_behalf_of') {
    throw new EntraError(90023, { message: `Unsupported 'requested_token_use' value '${use}'.` })
  }
  const payload = await verify(exchange, required(form, 'assertion'))
  const grant = grantOf(tenant, client.clientId, payload)
  requireUser(tenant, grant)
  requireContexts(grant, claims)
  const asked = ofOneApi(parseScopes(required(form, 'scope'), tenant.registry), 'only')
  const { clientId, userId } = grant
  const scopes = scopesToIssue(tenant, { clientId, userId, scopes: asked })
  requireConsent(tenant, { clientId, userId, scopes })
  return {
    grant: { ...grant, scopes },
    scopes,
    nonce: undefined,
    handlesChallenges: claims.handlesChallenges,
  }
}

async function verify({ tenant, client }: Exchange, assertion: string): Promise<JWTPayload> {
  const application = tenant.registry.entry(client.clientId)?.application
  const audience = [client.clientId, ...(application?.identifierUris ?? [])]
  try {
    const { payload } = await jwtVerify(asSigned(assertion), ({ kid = '' }) => keyOf(tenant, kid), {
      algorithms: ['RS256'],
      issuer: [issuerOf(tenant), firstIssuer(tenant)],
      audience,
      currentDate: new Date(tenant.now()),
      requiredClaims: ['exp'],
    })
    return payload
  } catch (error) {
    throw refusal(error, client.clientId)
  }
}

function keyOf(tenant: TenantState, kid: string) {
  const key = tenant.keys.find(kid)
  if (!key) throw new errors.JWSSignatureVerificationFailed()
  return key.publicKey
}

function refusal(error: unknown, clientId: string): EntraError {
  const wrong = { error: 'invalid_grant', status: 400 }
  if (error instanceof errors.JWTExpired) return new EntraError(500133)
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf' || error.claim === 'exp') return new EntraError(500133)
    if (error.claim === 'aud') {
      const audience = [error.payload.aud ?? ''].flat().join(' ')
      return new EntraError(500131, {
        message: `Assertion audience does not match the Client app presenting the assertion. The audience in the assertion was '${audience}' and the expected audience is '${clientId}' or one of the Application Uris of this application.`,
      })
    }
    return new EntraError(50013, wrong)
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return new EntraError(50013, wrong)
  return new EntraError(50027)
}

/** What the user has granted, as far as the assertion tells it. */
function grantOf(tenant: TenantState, clientId: string, payload: JWTPayload): GrantOfUser {
  if (typeof payload['scp'] !== 'string') {
    // App-only tokens have the same subject and object id, or say what they are.
    const isAppOnly = payload['idtyp'] === 'app' || payload.sub === payload['oid']
    if (!isAppOnly) throw new EntraError(240002)
    throw new EntraError(7000114, {
      message: `Application '${clientId}' is not allowed to make application on-behalf-of calls.`,
    })
  }
  const { oid, sid, acrs, aio } = payload
  const user = tenant.directory.byId(String(oid))
  if (!user) throw new EntraError(50034, { error: 'invalid_grant' })
  const contexts = Array.isArray(acrs) ? acrs.map(String) : []
  const { revocations, authenticatedAt } = openState(tenant, aio)
  const session = typeof sid === 'string' ? sid : ''
  const grant = { clientId, userId: user.id, ...ofTenant(tenant), sid: session, contexts }
  return { ...grant, revocations, authenticatedAt }
}

type GrantOfUser = Omit<Grant, 'scopes'>
