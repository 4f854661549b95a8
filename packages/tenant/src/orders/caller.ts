/** Who calls the orders API: its own access tokens, checked as any API in Entra has to. */

import type { FastifyRequest } from 'fastify'
import { errors, jwtVerify, type JWTPayload } from 'jose'
import { ApiError } from '../endpoint.ts'
import { findResource } from '../registry/resources.ts'
import { ordersAppId } from '../registry/built-in.ts'
import { issuerOf, type TenantState } from '../tenant-state.ts'
import { firstIssuer } from '../tokens/api-token.ts'

export class OrdersError extends ApiError {
  override name = 'OrdersError'
}

/** The app role of applications that read the orders of everybody. */
const readAll = 'Orders.Read.All'

/**
 * Checks signature, issuer, audience, times and scope of the token (RFC 6750).
 *
 * @param anyOf the scopes of which the token of a user needs one
 * @returns whose orders it is about; undefined: everybody's, for an application that may read them
 * @throws OrdersError 401 for no valid token, 403 for one without the scope
 */
export async function requireOrdersReader(
  tenant: TenantState,
  request: FastifyRequest,
  anyOf: readonly string[],
): Promise<{ userId: string | undefined }> {
  const payload = await verifiedPayload(tenant, request)
  if (payload['scp'] !== undefined) return { userId: userWithScope(payload, anyOf) }
  const roles: unknown[] = Array.isArray(payload['roles']) ? payload['roles'] : []
  if (roles.includes(readAll)) return { userId: undefined }
  throw insufficient(readAll)
}

/** As `requireOrdersReader`, for what only users can do. */
export async function requireOrdersUser(
  tenant: TenantState,
  request: FastifyRequest,
  anyOf: readonly string[],
): Promise<{ userId: string }> {
  return { userId: userWithScope(await verifiedPayload(tenant, request), anyOf) }
}

async function verifiedPayload(tenant: TenantState, request: FastifyRequest): Promise<JWTPayload> {
  const api = findResource(tenant.registry, ordersAppId)
  const token = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1]
  if (!api || token === undefined) throw invalidToken()
  return jwtVerify(token, ({ kid = '' }) => keyOf(tenant, kid), {
    algorithms: ['RS256'],
    audience: [api.appId, api.identifier],
    issuer: [issuerOf(tenant), firstIssuer(tenant)],
    currentDate: new Date(tenant.now()),
    requiredClaims: ['exp', 'oid', 'tid'],
  }).then(
    (verified) => verified.payload,
    () => {
      throw invalidToken()
    },
  )
}

function userWithScope(payload: JWTPayload, anyOf: readonly string[]): string {
  const { scp } = payload
  const scopes = typeof scp === 'string' ? scp.split(' ') : []
  if (anyOf.some((scope) => scopes.includes(scope))) return String(payload['oid'])
  throw insufficient(anyOf[0] ?? '')
}

function insufficient(least: string): OrdersError {
  const scope = `api://${ordersAppId}/${least}`
  return new OrdersError(403, 'InsufficientScope', 'The token does not have the scope.', {
    'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"`,
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
