/** A browser with a device key, as far as its proofs go. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { DeviceKey } from '../../src/device/proof.ts'

export type Device = ReturnType<typeof createDevice>

/** A new key, and proofs by it. */
export function createDevice() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = deviceKeyOf(publicKey)
  const prove = (header: unknown, payload: unknown) =>
    signedToken(header, payload, (input) => es256(input, privateKey))
  const refreshHeader = { alg: 'ES256', typ: 'dbsc+jwt' }
  const registrationHeader = { ...refreshHeader, jwk }
  return {
    jwk,
    privateKey,
    registrationHeader,
    refreshHeader,
    /** A token with any header and payload; a string is taken as it is, for JSON that no object makes. */
    prove,
    /** As Chromium writes them. */
    register: (challenge: string, authorization?: string) =>
      prove(registrationHeader, { jti: challenge, authorization }),
    refresh: (challenge: string) => prove(refreshHeader, { jti: challenge }),
  }
}

/** A compact JWS. */
export function signedToken(
  header: unknown,
  payload: unknown,
  signer: (input: Buffer) => Buffer,
): string {
  const input = [header, payload].map(encoded).join('.')
  return `${input}.${signer(Buffer.from(input)).toString('base64url')}`
}

export function es256(input: Buffer, key: KeyObject): Buffer {
  return sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' })
}

function encoded(part: unknown): string {
  const text = typeof part === 'string' || Buffer.isBuffer(part) ? part : JSON.stringify(part)
  return Buffer.from(text).toString('base64url')
}

function deviceKeyOf(publicKey: KeyObject): DeviceKey {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return { kty: 'EC', crv: 'P-256', x, y }
}
