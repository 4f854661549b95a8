/** Authenticates the caller of Graph by its access token, and checks permissions and policies. */

import type { FastifyRequest } from 'fastify'
import { errors, jwtVerify, type JWTPayload } from 'jose'
import type { TenantUser } from '../directory/directory.ts'
import { contextClaims } from '../entra/claims-request.ts'
import { graphAppId } from '../registry/built-in.ts'
import { issuerOf, type TenantState } from '../tenant-state.ts'
import { revocationsOf } from '../tokens/access-token.ts'
import { GraphError, insufficientClaims, invalidToken } from './errors.ts'

export interface Caller {
  user: TenantUser
  scopes: ReadonlySet<string>
}

/** An application itself: an app-only token. */
export interface AppCaller {
  user: undefined
  /** Of its service principal. */
  servicePrincipalId: string
  appId: string
  roles: ReadonlySet<string>
}

/** The permissions of which a request needs one: by kind, as the page of each method of Graph lists them. */
export interface Access {
  delegated: readonly string[]
  application: readonly string[]
}

/**
 * Any caller with one of the permissions: a user by a delegated one, an application by an application permission.
 *
 * @throws GraphError 401, and 403 without a permission or if a policy forbids the request
 */
export async function requireAccess(
  tenant: TenantState,
  request: FastifyRequest,
  access: Access,
): Promise<Caller | AppCaller> {
  const caller = await requireCaller(tenant, request)
  checkAccess(caller, access)
  return caller
}

/** @throws GraphError 403 without one of the permissions */
export function checkAccess(caller: Caller | AppCaller, access: Access): void {
  if (caller.user) requireScope(caller, access.delegated)
  else if (!access.application.some((role) => caller.roles.has(role))) throw denied()
}

/** @throws GraphError 401, and 403 if a policy forbids the request */
export async function requireCaller(tenant: TenantState, request: FastifyRequest): Promise<Caller> {
  const header = request.headers.authorization ?? ''
  const token = /^bearer +(\S+) *$/i.exec(header)?.[1]
  if (token === undefined) throw invalidToken(tenant, 'Access token is empty.')
  const payload = await verify(tenant, token)
  const user = tenant.directory.byId(String(payload.oid))
  if (!user) throw invalidToken(tenant, 'Access token validation failure.')
  evaluateAccess(tenant, request, {
    userId: user.id,
    revocations: revocationsOf(tenant, payload.aio),
    contexts: listOf(payload, 'acrs'),
    handlesChallenges: listOf(payload, 'xms_cc').includes('cp1'),
  })
  return { user, scopes: new Set(String(payload.scp).split(' ')) }
}

function listOf(payload: JWTPayload, claim: string): readonly unknown[] {
  const value = payload[claim]
  return Array.isArray(value) ? value : []
}

/** @throws GraphError 403 unless the caller has one of the scopes */
export function requireScope({ scopes }: Caller, anyOf: readonly string[]): void {
  if (anyOf.some((scope) => scopes.has(scope))) return
  throw denied()
}

export function denied(): GraphError {
  return new GraphError(
    403,
    'Authorization_RequestDenied',
    'Insufficient privileges to complete the operation.',
  )
}

async function verify(tenant: TenantState, token: string) {
  try {
    const { payload } = await jwtVerify(
      token,
      ({ kid = '' }) => {
        const key = tenant.keys.find(kid)
        if (!key) throw new errors.JWSSignatureVerificationFailed()
        return key.publicKey
      },
      {
        algorithms: ['RS256'],
        audience: graphAppId,
        issuer: issuerOf(tenant),
        currentDate: new Date(tenant.now()),
        requiredClaims: ['exp'],
      },
    )
    return payload
  } catch (error) {
    throw invalidToken(tenant, wordsOf(error, token))
  }
}

function wordsOf(error: unknown, token: string): string {
  if (!token.includes('.')) return 'CompactToken parsing failed: JWT is not well formed.'
  if (error instanceof errors.JWTExpired) return 'Lifetime validation failed, the token is expired.'
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `Access token validation failure. Invalid ${error.claim === 'aud' ? 'audience' : error.claim}.`
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return 'Access token validation failure. Invalid signature.'
  }
  return 'CompactToken parsing failed: JWT is not well formed.'
}

/** The claims of an access token that policies look at. */
interface AccessClaims {
  userId: string
  /** The user's `tokenRevocations` at the time of the token. */
  revocations: number
  contexts: readonly unknown[]
  handlesChallenges: boolean
}

/**
 * Continuous access evaluation and authentication contexts: a valid token may still not be enough.
 * https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation
 *
 * @throws GraphError 401 with a claims challenge; 403 for a client that cannot handle one
 */
function evaluateAccess(tenant: TenantState, request: FastifyRequest, claims: AccessClaims): void {
  // Tokens of other clients are good until they expire. So only tokens of capable clients may last a day.
  if (claims.handlesChallenges) requireUnrevoked(tenant, claims)
  requireContext(tenant, request, claims)
}

function requireUnrevoked(tenant: TenantState, claims: AccessClaims): void {
  const { directory } = tenant
  const { count, at } = directory.tokenRevocations(claims.userId)
  const isDisabled = directory.isDisabled(claims.userId)
  if (count <= claims.revocations && !isDisabled) return
  const value = String(Math.floor((isDisabled ? tenant.now() : at) / 1000))
  throw insufficientClaims(
    tenant,
    JSON.stringify({ access_token: { nbf: { essential: true, value } } }),
    'Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp',
  )
}

function requireContext(tenant: TenantState, request: FastifyRequest, claims: AccessClaims): void {
  const at = request.routeOptions.config.endpoint
  const context = at && tenant.policies.authenticationContexts.get(at)
  if (context === undefined || claims.contexts.includes(context)) return
  if (!claims.handlesChallenges) {
    throw new GraphError(
      403,
      'Authorization_RequestDenied',
      'Access is blocked by a conditional access policy, and the client does not handle claims challenges.',
    )
  }
  throw insufficientClaims(
    tenant,
    contextClaims([context]),
    'The presented access token does not carry the authentication context that this resource requires.',
  )
}
