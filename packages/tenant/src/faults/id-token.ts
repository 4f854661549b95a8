/** ID tokens that a client has to refuse, or may only just accept. */

import { signRs256 } from '../keys.ts'
import { graphAppId } from '../registry/built-in.ts'
import { signatureVariants } from './id-token-signatures.ts'
import {
  untampered,
  withClaims,
  withPayload,
  type Claims,
  type Tamper,
  type TokenDraft,
} from './tamper.ts'

export interface IdTokenFault {
  kind: 'idToken'
  variant?: IdTokenVariant
  /** Merged over the claims; undefined removes a claim. The signature fits what is sent. */
  claims?: Record<string, unknown>
  /** Merged over the JWS header in the same way. */
  header?: Record<string, unknown>
  /** Claims to remove; for faults that are set as JSON, which has no undefined. */
  remove?: string[]
}

/** @returns the tampered token; null or undefined if the variant sends that in its place */
export function tamperIdToken(fault: IdTokenFault, draft: TokenDraft): unknown {
  const claims = { ...draft.claims, ...fault.claims }
  for (const name of fault.remove ?? []) delete claims[name]
  const header = { ...draft.header, ...fault.header }
  if (fault.variant) return variants[fault.variant]({ ...draft, claims, header })
  return signRs256({ header, payload: JSON.stringify(claims) }, draft.keys.current().privateKey)
}

const otherTenant = '0c1d9a77-3b52-4f0e-9d8a-6e5f4c3b2a10'
const otherObject = '5d2f8b31-6a4c-4e97-b1d0-8c7f6e5d4a32'

/** Who made the token, for whom, and about whom. */
const identityVariants = {
  'iss-wrong': withClaims((good) => ({ iss: replaceTenant(good, otherTenant) })),
  'iss-host-wrong': withClaims((good) => ({
    iss: `https://login.evil.example/${String(good.tid)}/v2.0`,
  })),
  'iss-missing': withClaims(() => ({ iss: undefined })),
  'iss-array': withClaims((good) => ({ iss: [good.iss] })),
  'iss-template': withClaims((good) => ({ iss: replaceTenant(good, '{tenantid}') })),
  'iss-trailing-slash': withClaims((good) => ({ iss: `${String(good.iss)}/` })),
  'aud-wrong': withClaims(() => ({ aud: otherObject })),
  'aud-missing': withClaims(() => ({ aud: undefined })),
  'aud-graph': withClaims(() => ({ aud: graphAppId })),
  'aud-array': withClaims((good) => ({ aud: [good.aud] })),
  'aud-several': withClaims((good) => ({ aud: [good.aud, graphAppId] })),
  'azp-wrong': withClaims(() => ({ azp: otherObject })),
  'nonce-wrong': withClaims(() => ({ nonce: 'another-nonce' })),
  'nonce-missing': withClaims(() => ({ nonce: undefined })),
  'nonce-empty': withClaims(() => ({ nonce: '' })),
  'nonce-array': withClaims((good) => ({ nonce: [good.nonce] })),
  'sub-missing': withClaims(() => ({ sub: undefined })),
  'sub-empty': withClaims(() => ({ sub: '' })),
  'sub-number': withClaims(() => ({ sub: 42 })),
  'sub-object': withClaims((good) => ({ sub: { value: good.sub } })),
  'sub-10kb': withClaims(() => ({ sub: 's'.repeat(10_240) })),
  'oid-missing': withClaims(() => ({ oid: undefined })),
  'oid-wrong': withClaims(() => ({ oid: otherObject })),
  'tid-missing': withClaims(() => ({ tid: undefined })),
  'tid-wrong': withClaims(() => ({ tid: otherTenant })),
  'at_hash-wrong': withClaims(() => ({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })),
} satisfies Record<string, Tamper>

function replaceTenant(good: Record<string, unknown>, tenant: string): string {
  return String(good.iss).replace(String(good.tid), tenant)
}

// Seconds.
const minute = 60
const hour = 60 * minute

/** When the token was made, and until when it is valid. */
const timeVariants = {
  'exp-past': withClaims((_, issuedAt) => ({ exp: issuedAt - 10 * minute })),
  'exp-just-past': withClaims((_, issuedAt) => ({ exp: issuedAt - 30 })),
  'exp-missing': withClaims(() => ({ exp: undefined })),
  'exp-string': withClaims((good) => ({ exp: String(good.exp) })),
  'exp-1e300': withClaims(() => ({ exp: 1e300 })),
  'exp-negative': withClaims(() => ({ exp: -1 })),
  'iat-missing': withClaims(() => ({ iat: undefined })),
  'iat-string': withClaims((good) => ({ iat: String(good.iat) })),
  'iat-future': withClaims((_, issuedAt) => ({ iat: issuedAt + hour })),
  'iat-just-ahead': withClaims((_, issuedAt) => ({ iat: issuedAt + 30 })),
  'iat-week-old': withClaims((_, issuedAt) => ({ iat: issuedAt - 7 * 24 * hour })),
  'nbf-missing': withClaims(() => ({ nbf: undefined })),
  'nbf-future': withClaims((_, issuedAt) => ({ nbf: issuedAt + 10 * minute })),
  'nbf-just-ahead': withClaims((_, issuedAt) => ({ nbf: issuedAt + 30 })),
} satisfies Record<string, Tamper>

/** Values that are not a token, or that a parser may misread. */
const shapeVariants = {
  absent: () => undefined,
  null: () => null,
  empty: () => '',
  'not-a-token': () => 'not.a.token',
  'two-parts': (token) => (untampered(token) ?? '').split('.').slice(0, 2).join('.'),
  /** The form of an encrypted token. */
  'five-parts': (token) => `${untampered(token) ?? ''}.AAAA.AAAA`,
  'payload-array': withPayload(() => '[]'),
  'payload-null': withPayload(() => 'null'),
  'payload-string': withPayload(() => '"x"'),
  'payload-not-json': withPayload(() => '{"iss":'),
  'payload-invalid-utf8': withPayload((claimSet) => withInvalidUtf8(JSON.stringify(claimSet))),
  /** In most parsers the last one wins: only a parser that refuses duplicate keys detects this one. */
  'payload-duplicate-aud': withPayload(doubleAudience('first')),
  'payload-duplicate-aud-wrong-last': withPayload(doubleAudience('last')),
  '2mb': withClaims(() => ({ padding: 'x'.repeat(2 * 1024 * 1024) })),
} satisfies Record<string, Tamper>

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

const variants = {
  ...signatureVariants,
  ...identityVariants,
  ...timeVariants,
  ...shapeVariants,
}

export type IdTokenVariant = keyof typeof variants

export const idTokenVariants = Object.keys(variants)
