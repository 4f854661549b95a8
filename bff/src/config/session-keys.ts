import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes in a session key: what libsodium's secretbox takes (crypto_secretbox_KEYBYTES). */
const keyBytes = 32

/**
 * Reads `SESSION_KEYS`: comma-separated keys of 32 random bytes, each as 64 hex digits or base64
 * (either alphabet). The first one seals, all of them open.
 *
 * @returns the keys, and a sentence for each that cannot be used, by its position
 */
export function parseSessionKeys(text: string): { keys: Buffer[]; problems: string[] } {
  const keys: Buffer[] = []
  const problems: string[] = []
  for (const [index, part] of text.split(',').entries()) {
    const key = decodeKey(part.trim())
    const problem = weakness(key)
    if (problem) problems.push(`key ${index + 1} ${problem}`)
    else keys.push(key)
  }
  return { keys, problems }
}

function decodeKey(text: string): Buffer {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex')
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return Buffer.from(text, 'base64')
  return Buffer.alloc(0)
}

function weakness(key: Buffer): string | undefined {
  if (key.length !== keyBytes) {
    return `is not ${keyBytes} bytes as base64 or hex; make one with: openssl rand -base64 32`
  }
  // Random bytes: fewer than 16 different values among 32 happens once in about 10^16 keys.
  if (new Set(key).size < 16) return 'is not random; make one with: openssl rand -base64 32'
  return undefined
}

/**
 * Development only: the key in `<dataDir>/session-key`, made on first use and readable by its
 * owner alone, so that a restart signs nobody out.
 */
export function developmentKey(dataDir: string): Buffer {
  const file = join(dataDir, 'session-key')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, randomBytes(keyBytes).toString('base64'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  chmodSync(file, 0o600)
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
  const problem = weakness(key)
  if (problem) throw new Error(`${file} ${problem}, or delete the file`)
  return key
}
