/** Who calls the orders API: its own access tokens, checked as any API in Entra has to. */

import type { FastifyRequest } from 'fastify'
import { errors, jwtVerify } from 'jose'
import { ApiError } from '../endpoint.ts'
import { findResource } from '../registry/resources.ts'
import { ordersAppId } from '../registry/built-in.ts'
import { issuerOf, type TenantState } from '../tenant-state.ts'
import { firstIssuer } from '../tokens/api-token.ts'

export class OrdersError extends ApiError {
  override name = 'OrdersError'
}

/**
 * Checks signature, issuer, audience, times and scope of the token (RFC 6750).
 *
 * @param anyOf the scopes of which the token needs one
 * @throws OrdersError 401 for no valid token, 403 for one without the scope
 */
export async function requireOrdersCaller(
  tenant: TenantState,
  request: FastifyRequest,
  anyOf: readonly string[],
): Promise<{ userId: string }> {
  const api = findResource(tenant.registry, ordersAppId)
  const token = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1]
  if (!api || token === undefined) throw invalidToken()
  const payload = await jwtVerify(token, ({ kid = '' }) => keyOf(tenant, kid), {
    algorithms: ['RS256'],
    audience: [api.appId, api.identifier],
    issuer: [issuerOf(tenant), firstIssuer(tenant)],
    currentDate: new Date(tenant.now()),
    requiredClaims: ['exp', 'oid', 'scp'],
  }).then(
    (verified) => verified.payload,
    () => {
      throw invalidToken()
    },
  )
  const scopes = String(payload['scp']).split(' ')
  if (anyOf.some((scope) => scopes.includes(scope))) return { userId: String(payload['oid']) }
  const [least = ''] = anyOf
  throw new OrdersError(403, 'InsufficientScope', 'The token does not have the scope.', {
    'www-authenticate': `Bearer error="insufficient_scope", scope="${api.identifier}/${least}"`,
  })
}

function keyOf(tenant: TenantState, kid: string) {
  const key = tenant.keys.find(kid)
  if (!key) throw new errors.JWSSignatureVerificationFailed()
  return key.publicKey
}

function invalidToken(): OrdersError {
  return new OrdersError(401, 'InvalidToken', 'The access token is missing or not valid here.', {
    'www-authenticate': 'Bearer error="invalid_token"',
  })
}
