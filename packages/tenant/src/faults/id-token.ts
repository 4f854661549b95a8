/** ID tokens that a client has to refuse, or may only just accept. */
import { type KeyRing, signRs256, signWith } from '../keys.ts'
import {
  constants,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { backdating } from '../tokens/backdating.ts'

// The signature, its algorithm and its key.

const signatureVariants = {
  'bad-signature': (token) => withSignature(good(token), (bytes) => flipFirstBit(bytes)),
  'foreign-key': (token) =>
    signRs256(partsOf(token), generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
  'empty-signature': (token) => withSignature(good(token), () => Buffer.alloc(0)),
  'alg-none': unsigned('none'),
  'alg-None': unsigned('None'),
  'alg-nOnE': unsigned('nOnE'),
  'alg-none-signed': (token) => signRs256(partsOf(token, { alg: 'none' }), own(token)),
  'alg-missing': (token) => signRs256(partsOf(token, { alg: undefined }), own(token)),
  /** The public key, which everybody knows, used as an HMAC secret. */
  'alg-HS256-public-key': (token) =>
    signWith(partsOf(token, { alg: 'HS256' }), (input) =>
      createHmac('sha256', token.keys.current().publicKey.export({ type: 'spki', format: 'pem' }))
        .update(input)
        .digest(),
    ),
  'alg-PS256': (token) =>
    signWith(partsOf(token, { alg: 'PS256' }), (input) =>
      sign('sha256', input, {
        key: own(token),
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      }),
    ),
  'alg-ES256': es256,
  'kid-missing': (token) => signRs256(partsOf(token, { kid: undefined }), own(token)),
  'kid-unknown': (token) => signRs256(partsOf(token, { kid: 'no-such-key' }), own(token)),
  'crit-unknown': (token) => signRs256(partsOf(token, { crit: ['exp2'], exp2: true }), own(token)),
} satisfies Record<string, Spoil>

function partsOf({ header, claims }: TokenToSpoil, patch: Record<string, unknown> = {}) {
  return { header: { ...header, ...patch }, payload: JSON.stringify(claims) }
}

function own(token: TokenToSpoil): KeyObject {
  return token.keys.current().privateKey
}

function unsigned(alg: string): Spoil {
  return (token) => signWith(partsOf(token, { alg }), () => Buffer.alloc(0))
}

/** A good signature of an algorithm that Entra does not use; the key is put into the JWKS. */
function es256(token: TokenToSpoil): string {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const kid = randomBytes(20).toString('base64url')
  token.keys.publish({ kid, publicKey: pair.publicKey, privateKey: pair.privateKey })
  return signWith(partsOf(token, { alg: 'ES256', kid }), (input) =>
    sign('sha256', input, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }),
  )
}

function withSignature(
  token: string | null | undefined,
  change: (signature: Buffer) => Buffer,
): string {
  const [header = '', body = '', signature = ''] = (token ?? '').split('.')
  const changed = change(Buffer.from(signature, 'base64url')).toString('base64url')
  return `${header}.${body}.${changed}`
}

function flipFirstBit(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy[0] = (copy[0] ?? 0) ^ 0x80
  return copy
}

// What the variants start from, and the two ways that most of them go: other claims, or other bytes, signed well.

type Claims = Record<string, unknown>

interface TokenToSpoil {
  header: Record<string, unknown>
  claims: Claims
  keys: KeyRing
}

/** Null and undefined stand for themselves: what the token endpoint sends in the token's place. */
type Spoil = (token: TokenToSpoil) => string | null | undefined

/** A patch of the claims; undefined takes one away. */
function claims(patch: (good: Claims) => Claims): Spoil {
  return payload((good) => JSON.stringify({ ...good, ...patch(good) }))
}

/** Other bytes for the payload. */
function payload(make: (good: Claims) => string | Buffer): Spoil {
  return (token) =>
    signRs256(
      { header: token.header, payload: make(token.claims) },
      token.keys.current().privateKey,
    )
}

/** The token as it would have been. */
const good: Spoil = claims(() => ({}))

// Who made the token, for whom, and about whom.

const otherTenant = '0c1d9a77-3b52-4f0e-9d8a-6e5f4c3b2a10'
const otherObject = '5d2f8b31-6a4c-4e97-b1d0-8c7f6e5d4a32'
const graphAppId = '00000003-0000-0000-c000-000000000000'

const identityVariants = {
  'iss-wrong': claims((good) => ({ iss: replaceTenant(good, otherTenant) })),
  'iss-host-wrong': claims((good) => ({
    iss: `https://login.evil.example/${String(good.tid)}/v2.0`,
  })),
  'iss-missing': claims(() => ({ iss: undefined })),
  'iss-array': claims((good) => ({ iss: [good.iss] })),
  'iss-template': claims((good) => ({ iss: replaceTenant(good, '{tenantid}') })),
  'iss-trailing-slash': claims((good) => ({ iss: `${String(good.iss)}/` })),
  'aud-wrong': claims(() => ({ aud: otherObject })),
  'aud-missing': claims(() => ({ aud: undefined })),
  'aud-graph': claims(() => ({ aud: graphAppId })),
  'aud-array': claims((good) => ({ aud: [good.aud] })),
  'aud-several': claims((good) => ({ aud: [good.aud, graphAppId] })),
  'azp-wrong': claims(() => ({ azp: otherObject })),
  'nonce-wrong': claims(() => ({ nonce: 'another-nonce' })),
  'nonce-missing': claims(() => ({ nonce: undefined })),
  'nonce-empty': claims(() => ({ nonce: '' })),
  'nonce-array': claims((good) => ({ nonce: [good.nonce] })),
  'sub-missing': claims(() => ({ sub: undefined })),
  'sub-empty': claims(() => ({ sub: '' })),
  'sub-number': claims(() => ({ sub: 42 })),
  'sub-object': claims((good) => ({ sub: { value: good.sub } })),
  'sub-10kb': claims(() => ({ sub: 's'.repeat(10_240) })),
  'oid-missing': claims(() => ({ oid: undefined })),
  'oid-wrong': claims(() => ({ oid: otherObject })),
  'tid-missing': claims(() => ({ tid: undefined })),
  'tid-wrong': claims(() => ({ tid: otherTenant })),
  'at_hash-wrong': claims(() => ({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })),
} satisfies Record<string, Spoil>

function replaceTenant(good: Record<string, unknown>, tenant: string): string {
  return String(good.iss).replace(String(good.tid), tenant)
}

// When the token was made and until when it counts. All values are seconds.

const minute = 60
const hour = 60 * minute

const timeVariants = {
  'exp-past': claims((good) => ({ exp: issuedAt(good) - 10 * minute })),
  'exp-just-past': claims((good) => ({ exp: issuedAt(good) - 30 })),
  'exp-missing': claims(() => ({ exp: undefined })),
  'exp-string': claims((good) => ({ exp: String(good.exp) })),
  'exp-1e300': claims(() => ({ exp: 1e300 })),
  'exp-negative': claims(() => ({ exp: -1 })),
  'iat-missing': claims(() => ({ iat: undefined })),
  'iat-string': claims((good) => ({ iat: String(good.iat) })),
  'iat-future': claims((good) => ({ iat: issuedAt(good) + hour })),
  'iat-just-ahead': claims((good) => ({ iat: issuedAt(good) + 30 })),
  'iat-week-old': claims((good) => ({ iat: issuedAt(good) - 7 * 24 * hour })),
  'nbf-missing': claims(() => ({ nbf: undefined })),
  'nbf-future': claims((good) => ({ nbf: issuedAt(good) + 10 * minute })),
  'nbf-just-ahead': claims((good) => ({ nbf: issuedAt(good) + 30 })),
} satisfies Record<string, Spoil>

function issuedAt(good: Record<string, unknown>): number {
  return Number(good.iat) + backdating
}

// Values that are hardly a token at all.

const shapeVariants = {
  absent: () => undefined,
  null: () => null,
  empty: () => '',
  'not-a-token': () => 'not.a.token',
  'two-parts': (token) => (good(token) ?? '').split('.').slice(0, 2).join('.'),
  /** The form of an encrypted token. */
  'five-parts': (token) => `${good(token) ?? ''}.AAAA.AAAA`,
  'payload-array': payload(() => '[]'),
  'payload-null': payload(() => 'null'),
  'payload-string': payload(() => '"x"'),
  'payload-not-json': payload(() => '{"iss":'),
  'payload-invalid-utf8': payload((claimSet) => withInvalidUtf8(JSON.stringify(claimSet))),
  /** Most parsers let the last one win: only one that refuses doubled members sees the first of these. */
  'payload-duplicate-aud': payload(doubleAudience('first')),
  'payload-duplicate-aud-wrong-last': payload(doubleAudience('last')),
  '2mb': claims(() => ({ padding: 'x'.repeat(2 * 1024 * 1024) })),
} satisfies Record<string, Spoil>

function withInvalidUtf8(json: string): Buffer {
  const bytes = Buffer.from(json.replace('{', '{"note":"?",'))
  bytes[bytes.indexOf('?')] = 0xff
  return bytes
}

function doubleAudience(wrong: 'first' | 'last'): (good: Claims) => string {
  return (claimSet) => {
    const pair = ['another-application', claimSet.aud]
    const [first, last] = wrong === 'first' ? pair : pair.toReversed()
    const rest = JSON.stringify({ ...claimSet, aud: undefined }).slice(1)
    return `{"aud":${JSON.stringify(first)},"aud":${JSON.stringify(last)},${rest}`
  }
}

export interface IdTokenFault {
  kind: 'idToken'
  variant?: IdTokenVariant
  /** Merged over the claims; undefined takes a claim away. The signature stays good for what is sent. */
  claims?: Record<string, unknown>
  /** Merged over the JWS header in the same way. */
  header?: Record<string, unknown>
  /** Claims to take away, for those who set faults as JSON. */
  remove?: string[]
}

const variants = {
  ...signatureVariants,
  ...identityVariants,
  ...timeVariants,
  ...shapeVariants,
}

export type IdTokenVariant = keyof typeof variants

export const idTokenVariants = Object.keys(variants)

/** The spoilt token; null or undefined where the variant sends that in the token's place. */
export function spoilIdToken(fault: IdTokenFault, token: TokenToSpoil): unknown {
  const claims = { ...token.claims, ...fault.claims }
  for (const name of fault.remove ?? []) delete claims[name]
  const header = { ...token.header, ...fault.header }
  if (fault.variant) return variants[fault.variant]({ ...token, claims, header })
  return signRs256({ header, payload: JSON.stringify(claims) }, token.keys.current().privateKey)
}
