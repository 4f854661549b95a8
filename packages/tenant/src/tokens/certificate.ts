/**
 * The self-signed certificate of a signing key, for `x5c` and `x5t` in the JWKS: some clients read the key from it. It is
 * written here, because a library makes certificates asynchronously, and takes longer to load than the tenant to start.
 */

import { createHash, sign, type KeyObject } from 'node:crypto'

const name = 'Local tenant signing key'
const day = 86_400_000

interface KeyPair {
  publicKey: KeyObject
  privateKey: KeyObject
}

/**
 * An X.509 v3 certificate (RFC 5280), valid from a day ago for five years, as Entra's.
 *
 * @param at ms since the epoch
 * @returns DER
 */
export function selfSignedCertificate({ publicKey, privateKey }: KeyPair, at: number): Buffer {
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const keyId = createHash('sha1').update(spki).digest()
  const issuer = sequence(set(sequence(oid('550403'), der(0x0c, Buffer.from(name)))))
  const content = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(keyId.subarray(0, 8)),
    sha256WithRsa,
    issuer,
    sequence(time(at - day), time(at - day + 5 * 365 * day)),
    issuer,
    spki,
    der(0xa3, sequence(sequence(oid('551d0e'), octets(octets(keyId))))),
  )
  const signature = sign('sha256', content, privateKey)
  return sequence(content, sha256WithRsa, der(0x03, Buffer.concat([Buffer.from([0]), signature])))
}

/** `x5t`: the certificate's SHA-1 thumbprint (RFC 7517 section 4.8). Entra's `kid` is the same. */
export function thumbprint(certificate: Buffer): string {
  return createHash('sha1').update(certificate).digest('base64url')
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const size = body.length
  const short = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...short]), body])
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts)
}

function set(...parts: Buffer[]): Buffer {
  return der(0x31, ...parts)
}

function octets(bytes: Buffer): Buffer {
  return der(0x04, bytes)
}

/** @param encoded the identifier's bytes in hex */
function oid(encoded: string): Buffer {
  return der(0x06, Buffer.from(encoded, 'hex'))
}

/** A positive integer in the fewest bytes, as DER wants it. */
function integer(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const short = first < 0 ? Buffer.from([0]) : bytes.subarray(first)
  return der(0x02, (short[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.from([0]), short]) : short)
}

function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14)
  return der(0x17, Buffer.from(`${digits}Z`))
}

const sha256WithRsa = sequence(oid('2a864886f70d01010b'), der(0x05))
