/** Proofs that a browser has the private key of a session (W3C DBSC draft, "DBSC Proof JWT Syntax"). */
import { calculateJwkThumbprint, compactVerify, errors, importJWK } from 'jose'
import { Token } from 'structured-headers'
import { hasDuplicateKeys, isObject, parseJson } from '../json.ts'
import { type HeaderValue, linesOf, readList } from './headers.ts'

/** The public half of a device's key: a point of P-256, coordinates in base64url. */
export interface DeviceKey {
  kty: 'EC'
  crv: 'P-256'
  x: string
  y: string
}

export interface RegistrationProof {
  /** `jti`: the caller looks whether it gave this challenge, and whether it is still good. */
  challenge: string
  /** As it was in the registration header; undefined if there was none. */
  authorization: string | undefined
  key: DeviceKey
  /** Of the key: RFC 7638 with SHA-256, base64url. */
  thumbprint: string
}

export type DeviceProofReason =
  /** No header, or an empty one. */
  | 'missing'
  | 'repeated'
  | 'too_large'
  /** No structured string or token, or no compact JWS of JSON objects with a signature of 64 bytes. */
  | 'malformed'
  /** `typ` is not `dbsc+jwt`: a token that was signed for something else. */
  | 'wrong_type'
  /** `alg` is not ES256, the only algorithm that the registration header offers. */
  | 'wrong_algorithm'
  /** `crit` or `b64`: an extension of JWS that changes what is signed. */
  | 'unsupported_extension'
  /** `jwk` is missing, or there although it is a refresh, or no public key of P-256. */
  | 'wrong_key'
  /** `jti` is no text, or `authorization` is there and no text. */
  | 'wrong_claims'
  /** At a refresh: the caller did not give this challenge, or it is not good any more. */
  | 'wrong_challenge'
  /** A proof in good form, by another key. */
  | 'wrong_signature'

/** A proof that was refused. The message has no part of the proof. */
export class DeviceProofError extends Error {
  readonly reason: DeviceProofReason
  /**
   * With `wrong_signature`, the challenge that the proof names; undefined otherwise. It is not signed by the
   * device: if it is live, as at a refresh, somebody who saw it has not got the key.
   */
  readonly challenge: string | undefined

  constructor(reason: DeviceProofReason, challenge?: string) {
    super(`The device proof was refused: ${reason}`)
    this.name = 'DeviceProofError'
    this.reason = reason
    this.challenge = challenge
  }
}

/** Chromium's proofs have about 400 characters; the challenge and `authorization` are our own, and short. */
const maxProofLength = 4096
/** r and s of P-256, 32 bytes each (RFC 7518 §3.4). */
const signatureLength = 64
const coordinateLength = 32
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Verifies the proof of a registration: it carries the new public key, and is signed by its private half.
 *
 * @param header `Secure-Session-Response`: bare, as Chromium sends it, or quoted, as the draft has it
 * @throws DeviceProofError
 */
export async function readRegistrationProof(header: HeaderValue): Promise<RegistrationProof> {
  const proof = readProof(header)
  const key = readKey(proof.jwk)
  const publicKey = await importKey(key).catch(() => {
    throw new DeviceProofError('wrong_key')
  })
  await verifySignature(proof, publicKey)
  const { challenge, authorization } = proof
  return { challenge, authorization, key, thumbprint: await thumbprintOf(key) }
}

/**
 * Verifies the proof of a refresh, which is signed by the key that was registered and carries none itself.
 *
 * @param header `Secure-Session-Response`, as above
 * @param key as `readRegistrationProof` returned it
 * @param isLive whether the caller gave this challenge, and it is still good. Asked first: a signature costs twenty times
 * as much as a challenge, and anybody can make one up
 * @throws DeviceProofError; another error if `key` is no public key of P-256
 */
export async function readRefreshProof(
  header: HeaderValue,
  key: DeviceKey,
  isLive: (challenge: string) => boolean,
): Promise<{ challenge: string }> {
  const proof = readProof(header)
  if (proof.jwk !== undefined) throw new DeviceProofError('wrong_key')
  if (!isLive(proof.challenge)) throw new DeviceProofError('wrong_challenge')
  await verifySignature(proof, await importKey(key))
  return { challenge: proof.challenge }
}

/** The name of a key: RFC 7638 with SHA-256, base64url. */
export function thumbprintOf(key: DeviceKey): Promise<string> {
  return calculateJwkThumbprint(key, 'sha256')
}

interface UnverifiedProof {
  token: string
  jwk: unknown
  challenge: string
  authorization: string | undefined
}

/** Everything but key and signature. What is in it is not to be trusted yet. */
function readProof(header: HeaderValue): UnverifiedProof {
  const token = readToken(header)
  const [head, payload, signature, ...more] = token.split('.').map(decode)
  if (!head || !payload || signature?.length !== signatureLength || more.length > 0) {
    throw new DeviceProofError('malformed')
  }
  const { typ, alg, jwk, ...other } = readObject(head)
  if (typ !== 'dbsc+jwt') throw new DeviceProofError('wrong_type')
  if (alg !== 'ES256') throw new DeviceProofError('wrong_algorithm')
  if ('crit' in other || 'b64' in other) throw new DeviceProofError('unsupported_extension')
  const { jti, authorization } = readObject(payload)
  if (!isText(jti) || (authorization !== undefined && !isText(authorization))) {
    throw new DeviceProofError('wrong_claims')
  }
  return { token, jwk, challenge: jti, authorization }
}

/** A JWT begins with `e` and has only characters of a structured token, so it may stand without quotes. */
function readToken(header: HeaderValue): string {
  const [line = '', ...more] = linesOf(header)
  if (more.length > 0) throw new DeviceProofError('repeated')
  if (line.length > maxProofLength) throw new DeviceProofError('too_large')
  const members = readList(line)
  if (!members) throw new DeviceProofError('malformed')
  // Node joins lines that came twice.
  if (members.length > 1) throw new DeviceProofError('repeated')
  const [member] = members
  if (!member) throw new DeviceProofError('missing')
  const [value] = member
  if (typeof value !== 'string' && !(value instanceof Token)) {
    throw new DeviceProofError('malformed')
  }
  return value.toString()
}

/** Exactly base64url: Node passes over other characters and spare bits, and one proof would have many texts. */
function decode(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  if (bytes.toString('base64url') !== part) throw new DeviceProofError('malformed')
  return bytes
}

/** A JSON object in which no key comes twice, because parsers disagree on which of the two counts (RFC 7515 §4). */
function readObject(bytes: Buffer): Record<string, unknown> {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    throw new DeviceProofError('malformed')
  }
  const value = parseJson(text)
  if (!isObject(value) || hasDuplicateKeys(text)) throw new DeviceProofError('malformed')
  return value
}

function readKey(jwk: unknown): DeviceKey {
  if (!isObject(jwk)) throw new DeviceProofError('wrong_key')
  const { kty, crv, x, y } = jwk
  // A private key that was sent is no secret of a device any more.
  if (kty !== 'EC' || crv !== 'P-256' || !isCoordinate(x) || !isCoordinate(y) || 'd' in jwk) {
    throw new DeviceProofError('wrong_key')
  }
  return { kty, crv, x, y }
}

type ImportedKey = Awaited<ReturnType<typeof importJWK>>

/** Rejects if the point is not on the curve. */
function importKey({ kty, crv, x, y }: DeviceKey): Promise<ImportedKey> {
  return importJWK({ kty, crv, x, y }, 'ES256')
}

async function verifySignature(proof: UnverifiedProof, key: ImportedKey): Promise<void> {
  try {
    await compactVerify(proof.token, key, { algorithms: ['ES256'] })
  } catch (error) {
    if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error
    throw new DeviceProofError('wrong_signature', proof.challenge)
  }
}

function isCoordinate(value: unknown): value is string {
  if (typeof value !== 'string') return false
  const bytes = Buffer.from(value, 'base64url')
  return bytes.length === coordinateLength && bytes.toString('base64url') === value
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
