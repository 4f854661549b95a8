/** Secrets that come as files, as container platforms mount them: AAD_CLIENT_SECRET_FILE, SESSION_KEYS_FILE. */
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Environment } from './schema.ts'
import type { ConfigProblem } from './errors.ts'
import { createPrivateKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto'

const files = {
  AAD_CLIENT_SECRET: 'AAD_CLIENT_SECRET_FILE',
  SESSION_KEYS: 'SESSION_KEYS_FILE',
} as const

/** Group and others: nobody but the owner may read a secret. */
const othersMask = 0o077

/**
 * Puts the files' contents, trimmed, where the variables without `_FILE` would be.
 *
 * @returns a problem for a file that cannot be read, is given beside its variable, or, in
 * production, can be read by others than its owner
 */
export function readSecretFiles(
  environment: Environment,
  root: string,
  production: boolean,
): { environment: Environment; problems: ConfigProblem[] } {
  const merged: Environment = { ...environment }
  const problems: ConfigProblem[] = []
  for (const [variable, key] of Object.entries(files) as [keyof typeof files, FileKey][]) {
    const path = environment[key]
    if (path === undefined) continue
    if (environment[variable] !== undefined) {
      problems.push({ key, message: `is set beside ${variable}; keep one of them` })
      continue
    }
    const { content, message } = readSecret(resolve(root, path), production)
    if (message) problems.push({ key, message })
    if (content) merged[variable] = content
  }
  return { environment: merged, problems }
}

type FileKey = (typeof files)[keyof typeof files]

function readSecret(path: string, production: boolean): { content?: string; message?: string } {
  try {
    const content = readFileSync(path, 'utf8').trim()
    if (content === '') return { message: 'names an empty file' }
    if (production && isReadableByOthers(path)) {
      return { content, message: 'names a file that others can read; chmod 600 it' }
    }
    return { content }
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    return { message: `names a file that cannot be read (${code})` }
  }
}

/** Follows links: what counts is the file with the secret in it. */
export function isReadableByOthers(path: string): boolean {
  return (statSync(path).mode & othersMask) !== 0
}

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

// A certificate and its private key, as Entra takes them instead of a secret.

/** What an assertion is signed with, and until when Entra accepts it. */
export interface KeyPair {
  /** Of the certificate, hex. */
  readonly thumbprintSha256: string
  /** PEM. */
  readonly privateKey: string
  /** The certificate, and those that it was issued by where the file holds them; PEM. */
  readonly chain: string
  /** Milliseconds since the epoch. */
  readonly startsAt: number
  /** Milliseconds since the epoch. */
  readonly endsAt: number
}

/** Entra's smallest; a shorter one is broken, or soon will be. */
const leastBits = 2048

/**
 * Reads a certificate and its key from PEM texts; both may stand in one file.
 *
 * @returns the pair, or a sentence that completes "the certificate …"
 */
export function readKeyPair(certificate: string, privateKey: string): KeyPair | string {
  const parsed = parseCertificate(certificate)
  if (!parsed) return 'is not in PEM form (-----BEGIN CERTIFICATE-----)'
  const key = parseKey(privateKey)
  if (typeof key === 'string') return key
  if (!parsed.checkPrivateKey(key)) return 'and its private key do not belong together'
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {}
  // MSAL signs with PS256, and Entra checks nothing but RSA (Microsoft, "Certificate credentials").
  if (key.asymmetricKeyType !== 'rsa') return 'has a key that is not RSA'
  if (modulusLength < leastBits) return `has a key of fewer than ${leastBits} bits`
  return Object.freeze({
    thumbprintSha256: parsed.fingerprint256.replaceAll(':', ''),
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    chain: certificate,
    startsAt: parsed.validFromDate.getTime(),
    endsAt: parsed.validToDate.getTime(),
  })
}

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

function parseKey(pem: string): KeyObject | string {
  if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(pem)) {
    return 'has a private key behind a passphrase; store it without one, in a file of its owner alone'
  }
  try {
    return createPrivateKey(pem)
  } catch {
    return 'has no private key in PEM form (-----BEGIN PRIVATE KEY-----)'
  }
}
