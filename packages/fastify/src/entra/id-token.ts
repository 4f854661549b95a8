/** Everything that MSAL leaves to the application: is this ID token genuine, for us, now, and for this sign-in? */
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
import { EntraError, untrusted, withoutWords } from './errors.ts'
import type { Metadata } from './discovery.ts'
import type { SigningKeys } from './keys.ts'

/** How far the two clocks may be apart, seconds. Entra itself backdates `iat` and `nbf` by five minutes. */
const clockToleranceS = 300
/** A code is redeemed within seconds: a token that was issued longer ago is not this sign-in's answer. */
const maxAgeS = 30 * 60
/** Entra's ID tokens live an hour; nothing near a day is one. */
const maxLifetimeS = 24 * 60 * 60
const maxTokenLength = 64 * 1024

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The claims of a verified token. Identity is `tid` and `oid`, never a name or an address. */
export interface VerifiedClaims extends JWTPayload {
  tid: string
  oid: string
  sub: string
  exp: number
  iat: number
}

/** A token's claims, and which checks were really made on the way to them. */
export interface Verified {
  claims: VerifiedClaims
  checks: Claims['checks']
}

export interface Expected {
  metadata: Metadata
  keys: SigningKeys
  clientId: string
  /** A GUID, or `organizations`. */
  tenant: string
  /** With `organizations`: whose people may sign in; undefined lets every organisation in. */
  allowedTenants: readonly string[] | undefined
  /** Undefined for a refresh, whose ID token has none (OpenID Connect Core §12.2). */
  nonce: string | undefined
  /** To hold `at_hash` against, where the token has one. */
  accessToken: string
  now: () => number
}

/**
 * Verifies an ID token after OpenID Connect Core §3.1.3.7 and Microsoft's rules for multi-tenant
 * issuers, with RS256 alone.
 *
 * @throws EntraError `entra_untrusted` naming the check that failed, or `entra_unavailable` where
 * the keys cannot be had
 */
export async function verifyIdToken(token: unknown, expected: Expected): Promise<Verified> {
  if (typeof token !== 'string' || token.length > maxTokenLength) throw untrusted('id_token')
  const { payload, keyIssuers } = await verifySignature(token, expected)
  if (hasDuplicateMembers(partText(token, 0))) throw untrusted('duplicate_header')
  if (hasDuplicateMembers(partText(token, 1))) throw untrusted('duplicate_claim')
  const claims = checkShapes(payload)
  checkTenant(claims, expected)
  checkKeyIssuers(keyIssuers, claims, expected)
  checkTimes(claims, expected.now())
  if (claims['azp'] !== undefined && claims['azp'] !== expected.clientId) throw untrusted('azp')
  if (expected.nonce !== undefined && !sameText(claims['nonce'], expected.nonce)) {
    throw untrusted('nonce')
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
  /** What the keys that may have signed it say about whose they are. */
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
    throw untrusted(checkNamed(error), { cause: withoutWords(error) })
  }
}

/**
 * A token says what it is for: `at+jwt` is an access token, `logout+jwt` a logout token, and neither
 * signs anybody in (RFC 8725 §3.11). Entra's ID tokens say `JWT`, and may say nothing (RFC 7519 §5.1).
 */
function checkType({ typ }: JWTHeaderParameters): void {
  const given: unknown = typ
  if (given === undefined) return
  if (typeof given !== 'string' || !/^(?:application\/)?jwt$/i.test(given)) throw untrusted('typ')
}

function partText(token: string, part: number): string {
  return Buffer.from(token.split('.')[part] ?? '', 'base64url').toString('utf8')
}

function checkNamed(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'exp'
  if (error instanceof errors.JWTClaimValidationFailed) return error.claim
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'alg'
  // With one algorithm allowed, what is left is an extension that has to be understood and is not.
  if (error instanceof errors.JOSENotSupported) return 'crit'
  if (error instanceof errors.JWKSNoMatchingKey) return 'kid'
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'kid'
  return 'id_token'
}

function checkShapes(payload: JWTPayload): VerifiedClaims {
  const { sub, oid, tid, aud } = payload
  if (typeof sub !== 'string' || sub.length === 0 || sub.length > 255) throw untrusted('sub')
  if (typeof oid !== 'string' || !guid.test(oid)) throw untrusted('oid')
  if (typeof tid !== 'string' || !guid.test(tid)) throw untrusted('tid')
  // jose accepts a list that contains us; Entra never sends one, so a list is somebody else's token.
  if (typeof aud !== 'string') throw untrusted('aud')
  return payload as VerifiedClaims
}

/** The issuer is exact. For `organizations` it is a template that the token's own tenant fills in. */
function checkTenant(claims: VerifiedClaims, { metadata, tenant, allowedTenants }: Expected): void {
  const issuer = metadata.issuer.replace('{tenantid}', claims.tid)
  if (claims.iss !== issuer) throw untrusted('iss')
  if (tenant !== 'organizations' && claims.tid.toLowerCase() !== tenant) throw untrusted('tid')
  const tid = claims.tid.toLowerCase()
  if (tid === personalAccountsTenant) throw untrusted('personal_account')
  if (allowedTenants && !allowedTenants.includes(tid)) throw untrusted('tenant_not_allowed')
}

/** Keys of the shared key set say whose they are; a key of another issuer must not sign for this one. */
function checkKeyIssuers(
  keyIssuers: readonly unknown[],
  claims: VerifiedClaims,
  { metadata, tenant }: Expected,
): void {
  // External ID names its issuer by another host than it answers from. The key set is the one
  // tenant's own there, and nobody documents whom its keys name.
  if (tenant !== 'organizations' && serviceOf(metadata.issuer) !== serviceOf(metadata.jwks_uri)) {
    return
  }
  const fits = (issuer: unknown) =>
    typeof issuer === 'string' && issuer.replace('{tenantid}', claims.tid) === claims.iss
  if (!keyIssuers.every(fits)) throw untrusted('key_issuer')
}

function serviceOf(address: string): string | undefined {
  return URL.canParse(address) ? signInService(address) : undefined
}

function checkTimes({ exp, iat }: VerifiedClaims, nowMs: number): void {
  const now = nowMs / 1000
  if (!Number.isSafeInteger(exp) || exp > now + maxLifetimeS) throw untrusted('exp')
  if (!Number.isSafeInteger(iat) || iat > now + clockToleranceS) throw untrusted('iat')
  if (iat < now - maxAgeS - clockToleranceS) throw untrusted('iat')
}

/** OpenID Connect Core §3.1.3.6: the left half of the access token's SHA-256. */
function checkAccessTokenHash(claims: VerifiedClaims, accessToken: string): void {
  if (claims['at_hash'] === undefined) return
  const left = createHash('sha256').update(accessToken).digest().subarray(0, 16)
  if (!sameText(claims['at_hash'], left.toString('base64url'))) throw untrusted('at_hash')
}

/** Compares in constant time; anything but a string is different. */
export function sameText(given: unknown, expected: string): boolean {
  if (typeof given !== 'string') return false
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}

/**
 * Whether an object in a JSON text has two members of one name. Parsers disagree on which of them
 * counts, so a token with two `aud` is for us and for somebody else (RFC 7519 §4, RFC 8259 §4).
 *
 * One pass, whatever the text is: no character is looked at more than a few times.
 *
 * @param json a JSON text; for any other text either answer may come back, but it comes
 */
export function hasDuplicateMembers(json: string): boolean {
  const open: Set<string>[] = []
  for (let at = 0; at < json.length; at += 1) {
    const character = json.charCodeAt(at)
    if (character === brace) open.push(new Set())
    else if (character === closingBrace) open.pop()
    else if (character === quote) {
      const end = stringEnd(json, at)
      const names = open.at(-1)
      if (names && isName(json, end)) {
        const name = nameIn(json.slice(at, end))
        if (names.has(name)) return true
        names.add(name)
      }
      // On behind the string, also where it never ends: from inside of it, each quote would begin a new one.
      at = end - 1
    }
  }
  return false
}

const quote = 0x22
const colon = 0x3a
const backslash = 0x5c
const brace = 0x7b
const closingBrace = 0x7d

/** Where the string that begins at `from` is over; the text's end where it has none of its own. */
function stringEnd(json: string, from: number): number {
  for (let at = from + 1; at < json.length; at += 1) {
    const character = json.charCodeAt(at)
    if (character === quote) return at + 1
    if (character === backslash) at += 1
  }
  return json.length
}

/** Whether the string that ends here is a member's name: a colon follows. */
function isName(json: string, end: number): boolean {
  let at = end
  while (' \t\n\r'.includes(json.charAt(at)) && at < json.length) at += 1
  return json.charCodeAt(at) === colon
}

/** Parsed where it must be: the same name can be spelled with escapes. */
function nameIn(text: string): string {
  if (!text.includes('\\')) return text.slice(1, -1)
  try {
    return JSON.parse(text) as string
  } catch {
    return text
  }
}
