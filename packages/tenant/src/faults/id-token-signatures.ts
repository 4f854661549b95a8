/** ID tokens whose signature, algorithm or key is wrong. */

import {
  constants,
  createHmac,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto'
import { signRs256, signWith } from '../keys.ts'
import { untampered, type Tamper, type TokenDraft } from './tamper.ts'

export const signatureVariants = {
  'bad-signature': (token) => withSignature(untampered(token), (bytes) => flipFirstBit(bytes)),
  'foreign-key': (token) =>
    signRs256(partsOf(token), generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
  'empty-signature': (token) => withSignature(untampered(token), () => Buffer.alloc(0)),
  'alg-none': unsigned('none'),
  'alg-None': unsigned('None'),
  'alg-nOnE': unsigned('nOnE'),
  'alg-none-signed': (token) => signRs256(partsOf(token, { alg: 'none' }), own(token)),
  'alg-missing': (token) => signRs256(partsOf(token, { alg: undefined }), own(token)),
  /** The public key, which is no secret, used as an HMAC key. */
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
} satisfies Record<string, Tamper>

function partsOf({ header, claims }: TokenDraft, patch: Record<string, unknown> = {}) {
  return { header: { ...header, ...patch }, payload: JSON.stringify(claims) }
}

function own(token: TokenDraft): KeyObject {
  return token.keys.current().privateKey
}

function unsigned(alg: string): Tamper {
  return (token) => signWith(partsOf(token, { alg }), () => Buffer.alloc(0))
}

/** A good signature of an algorithm that Entra does not use; the key is put into the JWKS. */
function es256(token: TokenDraft): string {
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
