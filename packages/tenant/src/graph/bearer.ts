/** Who calls Graph, and with which permissions. */
import type { FastifyRequest } from 'fastify'
import { errors, type JWTPayload, jwtVerify } from 'jose'
import type { TenantUser } from '../directory/directory.ts'
import { graphAppId, revocationsOf } from '../tokens/access-token.ts'
import { issuerOf, type World } from '../world.ts'
import { GraphError, insufficientClaims, invalidToken } from './errors.ts'
import { contextClaims } from '../policies.ts'

export interface Caller {
  user: TenantUser
  scopes: ReadonlySet<string>
}

/** @throws GraphError 401, and 403 where a policy is in the way */
export async function requireCaller(world: World, request: FastifyRequest): Promise<Caller> {
  const header = request.headers.authorization ?? ''
  const token = /^bearer +(\S+) *$/i.exec(header)?.[1]
  if (token === undefined) throw invalidToken(world, 'Access token is empty.')
  const payload = await verify(world, token)
  const user = world.directory.byId(String(payload.oid))
  if (!user) throw invalidToken(world, 'Access token validation failure.')
  evaluateAccess(world, request, {
    userId: user.id,
    revocations: revocationsOf(world, payload.aio),
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

async function verify(world: World, token: string) {
  try {
    const { payload } = await jwtVerify(
      token,
      ({ kid = '' }) => {
        const key = world.keys.find(kid)
        if (!key) throw new errors.JWSSignatureVerificationFailed()
        return key.publicKey
      },
      {
        algorithms: ['RS256'],
        audience: graphAppId,
        issuer: issuerOf(world),
        currentDate: new Date(world.now()),
        requiredClaims: ['exp'],
      },
    )
    return payload
  } catch (error) {
    throw invalidToken(world, wordsOf(error, token))
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

// Continuous access evaluation and authentication contexts: a token that is in order may still not be
// enough. https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation

/** What of an access token matters here. */
interface AccessClaims {
  userId: string
  /** The user's `tokenRevocations` when the token was made. */
  revocations: number
  contexts: readonly unknown[]
  handlesChallenges: boolean
}

/** @throws GraphError 401 with a claims challenge; 403 to a client that cannot handle one */
function evaluateAccess(world: World, request: FastifyRequest, claims: AccessClaims): void {
  // Tokens of other clients stay good until they expire, which is why those of capable ones may last a day.
  if (claims.handlesChallenges) requireUnrevoked(world, claims)
  requireContext(world, request, claims)
}

function requireUnrevoked(world: World, claims: AccessClaims): void {
  const { directory } = world
  const { count, at } = directory.tokenRevocations(claims.userId)
  const isDisabled = directory.isDisabled(claims.userId)
  if (count <= claims.revocations && !isDisabled) return
  const value = String(Math.floor((isDisabled ? world.now() : at) / 1000))
  throw insufficientClaims(
    world,
    JSON.stringify({ access_token: { nbf: { essential: true, value } } }),
    'Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp',
  )
}

function requireContext(world: World, request: FastifyRequest, claims: AccessClaims): void {
  const at = request.routeOptions.config.endpoint
  const context = at && world.policies.authenticationContexts.get(at)
  if (context === undefined || claims.contexts.includes(context)) return
  if (!claims.handlesChallenges) {
    throw new GraphError(
      403,
      'Authorization_RequestDenied',
      'Access is blocked by a conditional access policy, and the client does not handle claims challenges.',
    )
  }
  throw insufficientClaims(
    world,
    contextClaims([context]),
    'The presented access token does not carry the authentication context that this resource requires.',
  )
}
