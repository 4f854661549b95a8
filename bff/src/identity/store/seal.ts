/** What the store sees of a session: nothing. Ids and keys come from the cookie's key alone. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** First byte of every sealed record. A record of another format is no session. */
const formatVersion = 1
const nonceBytes = 12 // AES-GCM's own size, NIST SP 800-38D §5.2.1.1
const tagBytes = 16
const headerBytes = 1 + nonceBytes

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
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', cookieKey, '', `gatehouse session ${purpose}`, 32))
  return { id: derive('id').toString('base64url'), sealKey: derive('seal') }
}

/** Encrypts a record for its id: AES-256-GCM, a fresh nonce each time, the id as associated data. */
export function seal(plain: string, { id, sealKey }: SessionSecrets): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', sealKey, nonce)
  cipher.setAAD(associatedData(id))
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
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
    return Buffer.concat([body, decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}

function associatedData(id: string): Buffer {
  return Buffer.from(`${formatVersion}:${id}`)
}

/**
 * An index entry: who may look for it must know the server's key and the value, so the store
 * tells nobody which users it holds (HMAC-SHA-256).
 */
export function indexOf(
  key: Uint8Array,
  kind: 'user' | 'entra-session',
  ...parts: string[]
): string {
  const mac = createHmac('sha256', key).update(JSON.stringify([kind, ...parts]))
  return mac.digest('base64url')
}
