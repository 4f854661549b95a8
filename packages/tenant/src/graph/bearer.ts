/** Authenticates the caller of Graph by its access token, and checks permissions and policies. */

import type { FastifyRequest } from 'fastify'
import { errors, jwtVerify, type JWTPayload } from 'jose'
import type { TenantUser } from '../directory/directory.ts'
import { contextClaims } from '../entra/claims-request.ts'
import { asSigned } from '../keys.ts'
import { issuerOf, type TenantState } from '../tenant-state.ts'
import { openState } from '../tokens/access-claims.ts'
import { firstIssuer } from '../tokens/api-token.ts'
import { graphNames } from '../registry/resources.ts'
import { badRequest, GraphError, insufficientClaims, invalidToken } from './errors.ts'

/** A user, by way of an application: a delegated token. */
export interface Caller {
  user: TenantUser
  appId: string
  scopes: ReadonlySet<string>
}

/** An application itself: an app-only token. */
interface AppCaller {
  user: undefined
  /** Of its service principal. */
  servicePrincipalId: string
  appId: string
  roles: ReadonlySet<string>
}

export type AnyCaller = Caller | AppCaller

/** The permissions of which a request needs one: by kind, as the page of each method of Graph lists them. */
export interface Access {
  delegated: readonly string[]
  application: readonly string[]
}

/**
 * The user who calls, by a delegated token. Permissions are checked apart, by `requireScope`.
 *
 * @throws GraphError 401; 400 for `/me` with an app-only token, 403 for others; 403 if a policy forbids the request
 */
export async function requireCaller(tenant: TenantState, request: FastifyRequest): Promise<Caller> {
  const caller = await authenticate(tenant, request)
  if (caller.user) return caller
  if (/^\/(?:v1\.0|beta)\/me(?![^/?(])/i.test(request.url)) {
    throw badRequest('/me request is only valid with delegated authentication flow.')
  }
  throw denied()
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
): Promise<AnyCaller> {
  const caller = await authenticate(tenant, request)
  checkAccess(caller, access)
  return caller
}

/** @throws GraphError 403 without one of the permissions */
export function checkAccess(caller: AnyCaller, access: Access): void {
  if (caller.user) requireScope(caller, access.delegated)
  else if (!access.application.some((role) => caller.roles.has(role))) throw denied()
}

/**
 * A valid token for Graph, whatever it permits.
 *
 * @returns its claims
 * @throws GraphError 401
 */
export async function requireToken(
  tenant: TenantState,
  request: FastifyRequest,
): Promise<JWTPayload> {
  const header = request.headers.authorization ?? ''
  const token = /^bearer +(\S+) *$/i.exec(header)?.[1]
  if (token === undefined) throw invalidToken(tenant, 'Access token is empty.')
  return verify(tenant, token)
}

async function authenticate(tenant: TenantState, request: FastifyRequest): Promise<AnyCaller> {
  const payload = await requireToken(tenant, request)
  return payload['idtyp'] === 'app'
    ? application(tenant, payload)
    : delegated(tenant, request, payload)
}

/** @throws GraphError 401 if the application is not present any more */
function application(tenant: TenantState, payload: JWTPayload): AppCaller {
  const appId = String(payload['appid'])
  const principal = tenant.registry.entry(appId)?.servicePrincipal
  if (!principal?.accountEnabled || principal.id !== payload['oid']) {
    throw new GraphError(
      401,
      'Authorization_IdentityNotFound',
      'The identity of the calling application could not be established.',
    )
  }
  const roles = new Set(listOf(payload, 'roles').map(String))
  return { user: undefined, servicePrincipalId: principal.id, appId, roles }
}

function delegated(tenant: TenantState, request: FastifyRequest, payload: JWTPayload): Caller {
  const user = tenant.directory.byId(String(payload.oid))
  if (!user) throw invalidToken(tenant, 'Access token validation failure.')
  evaluateAccess(tenant, request, {
    userId: user.id,
    revocations: openState(tenant, payload.aio).count,
    contexts: listOf(payload, 'acrs'),
    handlesChallenges: listOf(payload, 'xms_cc').includes('cp1'),
  })
  const appId = String(payload['appid'])
  return { user, appId, scopes: new Set(String(payload.scp).split(' ')) }
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
      asSigned(token),
      ({ kid = '' }) => {
        const key = tenant.keys.find(kid)
        if (!key) throw new errors.JWSSignatureVerificationFailed()
        return key.publicKey
      },
      {
        algorithms: ['RS256'],
        audience: [...graphNames(tenant.registry)],
        issuer: [firstIssuer(tenant), issuerOf(tenant)],
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
