/** Seals values that the tenant sends and reads back (refresh tokens, hints, page cursors), so that it need not store them. */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

export interface Seal {
  /** Seals a JSON value; `purpose` keeps one kind of value from being used as another. */
  seal(purpose: string, value: unknown): string
  /** The value, or undefined if this tenant did not seal it for this purpose. */
  open(purpose: string, sealed: string): unknown
  /** The key, base64: with it, a tenant opens after a restart what it sealed before. */
  exportKey(): string
  importKey(key: string): void
}

const ivBytes = 12
const tagBytes = 16

/** Whether a text has the form of what a tenant seals, this one or another. */
export function isSealed(text: string): boolean {
  return /^[\w-]+$/.test(text) && Buffer.from(text, 'base64url').length > ivBytes + tagBytes
}

export function createSeal(): Seal {
  let key = randomBytes(32)
  return {
    seal(purpose, value) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(purpose))
      const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
    },
    open(purpose, sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length < ivBytes + tagBytes) return undefined
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes))
      decipher.setAAD(Buffer.from(purpose))
      decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
      try {
        const body = [decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]
        return JSON.parse(Buffer.concat(body).toString('utf8'))
      } catch {
        return undefined
      }
    },
    exportKey: () => key.toString('base64'),
    importKey: (text) => void (key = Buffer.from(text, 'base64')),
  }
}
