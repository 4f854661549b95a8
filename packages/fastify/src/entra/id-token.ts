/** Verifies ID tokens, which MSAL leaves to the application: genuine, for this app, now, for this sign-in. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Claims } from '@gatehouse/contract/claims'
import {
  errors,
  type JWTHeaderParameters,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
} from 'jose'
import { personalAccountsTenant, signInService } from '../config/index.ts'
import type { Metadata } from './discovery.ts'
import { hasDuplicateKeys } from '../json.ts'
import { checkFailed, EntraError, guid, withoutWords } from './errors.ts'
import type { SigningKeys } from './keys.ts'

/** How far the two clocks may differ, seconds. Entra itself backdates `iat` and `nbf` by five minutes. */
const clockToleranceS = 300
/** A code is redeemed within seconds, so an older token does not belong to this sign-in. */
const maxAgeS = 30 * 60
/** Entra's ID tokens live for an hour. */
const maxLifetimeS = 24 * 60 * 60
const maxTokenLength = 64 * 1024

/** The claims of a verified token. Identity is `tid` and `oid`, never a name or an address. */
export interface VerifiedClaims extends JWTPayload {
  tid: string
  oid: string
  sub: string
  exp: number
  iat: number
}

/** A token's claims, and the checks that were made. */
export interface Verified {
  claims: VerifiedClaims
  checks: Claims['checks']
}

export interface Expected {
  metadata: Metadata
  keys: Pick<SigningKeys, 'find'>
  clientId: string
  /** A GUID, or `organizations`. */
  tenant: string
  /** With `organizations`: the tenants whose users may sign in; undefined allows all. */
  allowedTenants: readonly string[] | undefined
  /** Undefined for a refresh, whose ID token has none (OpenID Connect Core §12.2). */
  nonce: string | undefined
  /** For `at_hash`, if the token has one. */
  accessToken: string
  now: () => number
}

/**
 * Verifies an ID token by OpenID Connect Core §3.1.3.7 and Microsoft's rules for multi-tenant issuers.
 * RS256 is the only algorithm.
 *
 * @throws EntraError `entra_untrusted` naming the check that failed, or `entra_unavailable` if the
 * keys could not be fetched
 */
export async function verifyIdToken(token: unknown, expected: Expected): Promise<Verified> {
  if (typeof token !== 'string' || token.length > maxTokenLength) throw checkFailed('id_token')
  const { payload, keyIssuers } = await verifySignature(token, expected)
  if (hasDuplicateKeys(partText(token, 0))) throw checkFailed('duplicate_header')
  if (hasDuplicateKeys(partText(token, 1))) throw checkFailed('duplicate_claim')
  const claims = checkShapes(payload)
  checkTenant(claims, expected)
  checkKeyIssuers(keyIssuers, claims, expected)
  checkTimes(claims, expected.now())
  if (claims['azp'] !== undefined && claims['azp'] !== expected.clientId) throw checkFailed('azp')
  if (expected.nonce !== undefined && !timingSafeEqualText(claims['nonce'], expected.nonce)) {
    throw checkFailed('nonce')
  }
  checkAccessTokenHash(claims, expected.accessToken)
  return {
    claims,
    checks: {
      signature: 'passed',
      issuer: 'passed',
      audience: 'passed',
      nonce: expected.nonce === undefined ? 'not_made' : 'passed',
      expiry: 'passed',
    },
  }
}

interface Signed {
  payload: JWTPayload
  /** The issuers of the keys that may have signed it. */
  keyIssuers: readonly unknown[]
}

async function verifySignature(token: string, expected: Expected): Promise<Signed> {
  let keyIssuers: readonly unknown[] = []
  try {
    const find: JWTVerifyGetKey = async (header, parts) => {
      checkType(header)
      const found = await expected.keys.find(header, parts)
      keyIssuers = found.issuers
      return found.key
    }
    const { payload } = await jwtVerify(token, find, {
      algorithms: ['RS256'],
      audience: expected.clientId,
      requiredClaims: ['exp', 'iat', 'sub', 'oid', 'tid', 'iss'],
      clockTolerance: clockToleranceS,
      currentDate: new Date(expected.now()),
    })
    return { payload, keyIssuers }
  } catch (error) {
    if (error instanceof EntraError) throw error
    throw checkFailed(failedCheck(error), { cause: withoutWords(error) })
  }
}

/**
 * `typ` says what a token is for: `at+jwt` is an access token, `logout+jwt` a logout token, and neither
 * may sign a user in (RFC 8725 §3.11). Entra's ID tokens have `JWT` or none (RFC 7519 §5.1).
 */
function checkType({ typ }: JWTHeaderParameters): void {
  const given: unknown = typ
  if (given === undefined) return
  if (typeof given !== 'string' || !/^(?:application\/)?jwt$/i.test(given)) throw checkFailed('typ')
}

function partText(token: string, part: number): string {
  return Buffer.from(token.split('.')[part] ?? '', 'base64url').toString('utf8')
}

function failedCheck(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'exp'
  if (error instanceof errors.JWTClaimValidationFailed) return error.claim
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'alg'
  // With one algorithm, only an unknown critical extension is left.
  if (error instanceof errors.JOSENotSupported) return 'crit'
  if (error instanceof errors.JWKSNoMatchingKey) return 'kid'
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'kid'
  return 'id_token'
}

function checkShapes(payload: JWTPayload): VerifiedClaims {
  const { sub, oid, tid, aud } = payload
  if (typeof sub !== 'string' || sub.length === 0 || sub.length > 255) throw checkFailed('sub')
  if (typeof oid !== 'string' || !guid.test(oid)) throw checkFailed('oid')
  if (typeof tid !== 'string' || !guid.test(tid)) throw checkFailed('tid')
  // jose accepts a list that contains our id. Entra never sends a list, so such a token is not ours.
  if (typeof aud !== 'string') throw checkFailed('aud')
  return payload as VerifiedClaims
}

/** The issuer must match exactly. For `organizations` it is a template for the token's own tenant. */
function checkTenant(claims: VerifiedClaims, { metadata, tenant, allowedTenants }: Expected): void {
  const issuer = metadata.issuer.replace('{tenantid}', claims.tid)
  if (claims.iss !== issuer) throw checkFailed('iss')
  if (tenant !== 'organizations' && claims.tid.toLowerCase() !== tenant) throw checkFailed('tid')
  const tid = claims.tid.toLowerCase()
  if (tid === personalAccountsTenant) throw checkFailed('personal_account')
  if (allowedTenants && !allowedTenants.includes(tid)) throw checkFailed('tenant_not_allowed')
}

/** Keys of the shared key set name their issuer. A key of another issuer must not sign for this one. */
function checkKeyIssuers(
  keyIssuers: readonly unknown[],
  claims: VerifiedClaims,
  { metadata, tenant }: Expected,
): void {
  // External ID names an issuer with another host than its own. Its key set belongs to one tenant,
  // and the issuers of its keys are not documented.
  if (tenant !== 'organizations' && serviceOf(metadata.issuer) !== serviceOf(metadata.jwks_uri)) {
    return
  }
  const fits = (issuer: unknown) =>
    typeof issuer === 'string' && issuer.replace('{tenantid}', claims.tid) === claims.iss
  if (!keyIssuers.every(fits)) throw checkFailed('key_issuer')
}

function serviceOf(address: string): string | undefined {
  return URL.canParse(address) ? signInService(address) : undefined
}

function checkTimes({ exp, iat }: VerifiedClaims, nowMs: number): void {
  const now = nowMs / 1000
  if (!Number.isSafeInteger(exp) || exp > now + maxLifetimeS) throw checkFailed('exp')
  if (!Number.isSafeInteger(iat) || iat > now + clockToleranceS) throw checkFailed('iat')
  if (iat < now - maxAgeS - clockToleranceS) throw checkFailed('iat')
}

/** OpenID Connect Core §3.1.3.6: the left half of the access token's SHA-256. */
function checkAccessTokenHash(claims: VerifiedClaims, accessToken: string): void {
  if (claims['at_hash'] === undefined) return
  const left = createHash('sha256').update(accessToken).digest().subarray(0, 16)
  if (!timingSafeEqualText(claims['at_hash'], left.toString('base64url')))
    throw checkFailed('at_hash')
}

/** Compares in constant time. Anything but a string is different. */
export function timingSafeEqualText(given: unknown, expected: string): boolean {
  if (typeof given !== 'string') return false
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}
