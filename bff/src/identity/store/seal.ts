/** What the store sees of a session: nothing. Ids and keys come from the cookie's key alone. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** First byte of every sealed value. A value of another format is not opened. */
const formatVersion = 1
const nonceBytes = 12 // AES-GCM's own size, NIST SP 800-38D §5.2.1.1
const tagBytes = 16
const headerBytes = 1 + nonceBytes
/** More than any record; what inflates beyond it is not one of ours. */
const maxPlainBytes = 512 * 1024

/** The two names that one cookie key gives a session: where its record is, and what opens it. */
export interface SessionSecrets {
  id: string
  sealKey: Buffer
}

/**
 * Derives a record's id and its encryption key from the cookie's key (HKDF-SHA-256, RFC 5869).
 * Neither leads back to the other, so the store's content opens nothing without the cookies.
 *
 * @param cookieKey 32 random bytes
 */
export function deriveSecrets(cookieKey: Uint8Array): SessionSecrets {
  return {
    id: deriveKey(cookieKey, 'session id').toString('base64url'),
    sealKey: deriveKey(cookieKey, 'session seal'),
  }
}

/** A key of its own for each purpose, 32 bytes. */
export function deriveKey(key: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `gatehouse ${purpose}`, 32))
}

/**
 * Encrypts a text for its id: AES-256-GCM, a fresh nonce each time, the id as associated data.
 * It is deflated first: tokens are base64, which gives a quarter of their size back.
 */
export function seal(plain: string, { id, sealKey }: SessionSecrets): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', sealKey, nonce)
  cipher.setAAD(associatedData(id))
  const body = Buffer.concat([cipher.update(deflateRawSync(plain, { level: 1 })), cipher.final()])
  return Buffer.concat([Buffer.of(formatVersion), nonce, body, cipher.getAuthTag()])
}

/** Opens what `seal` made; undefined for anything else: another id, key or format, or a changed byte. */
export function unseal(sealed: Uint8Array, { id, sealKey }: SessionSecrets): string | undefined {
  if (sealed.length < headerBytes + tagBytes || sealed[0] !== formatVersion) return undefined
  const decipher = createDecipheriv('aes-256-gcm', sealKey, sealed.subarray(1, headerBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(associatedData(id))
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  try {
    const body = decipher.update(sealed.subarray(headerBytes, -tagBytes))
    const deflated = Buffer.concat([body, decipher.final()])
    return inflateRawSync(deflated, { maxOutputLength: maxPlainBytes }).toString('utf8')
  } catch {
    return undefined
  }
}

function associatedData(id: string): Buffer {
  return Buffer.from(`${formatVersion}:${id}`)
}
