/** Secrets: files that hold them, session keys, and the key pair of a certificate. */
import { createPrivateKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ConfigProblem } from './errors.ts'
import type { Environment } from './environment.ts'

/** The content of a file; or why it cannot be used, to complete "names …" or "has …". */
type SecretFile = { content: string; fault?: undefined } | { content?: undefined; fault: string }

/** Reads a file with a secret, a key, a certificate or a token, as container platforms mount them. */
export function readSecretFile(path: string): SecretFile {
  try {
    return usable(readFileSync(path, 'utf8'))
  } catch (error) {
    return unreadable(error)
  }
}

/** The same while requests are served: a slow mount delays only those that wait for it. */
export async function readSecretFileAsync(path: string): Promise<SecretFile> {
  try {
    return usable(await readFile(path, 'utf8'))
  } catch (error) {
    return unreadable(error)
  }
}

function usable(text: string): SecretFile {
  const content = text.trim()
  return content === '' ? { fault: 'an empty file' } : { content }
}

function unreadable(error: unknown): SecretFile {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  return { fault: `a file that cannot be read (${code})` }
}

/** Of group and others: only the owner may read a secret. */
const othersMask = 0o077

/** What is wrong with the mode of a file that can be read. It follows links to the file itself. */
export function modeFault(path: string): string | undefined {
  const isExposed = (statSync(path).mode & othersMask) !== 0
  return isExposed ? 'a file that others can read; chmod 600 it' : undefined
}

const variables = {
  AAD_CLIENT_SECRET: 'AAD_CLIENT_SECRET_FILE',
  SESSION_KEYS: 'SESSION_KEYS_FILE',
} as const

type Variable = keyof typeof variables

/**
 * Reads the variables that name a file, and puts the content where the variable without `_FILE` is.
 *
 * @returns a problem for a file that cannot be read, is given beside its variable, or, in
 * production, can be read by others than its owner
 */
export function readSecretVariables(
  environment: Environment,
  root: string,
  production: boolean,
): { environment: Environment; problems: ConfigProblem[] } {
  const merged: Environment = { ...environment }
  const problems: ConfigProblem[] = []
  for (const variable of Object.keys(variables) as Variable[]) {
    const key = variables[variable]
    if (environment[key] === undefined) continue
    if (environment[variable] !== undefined) {
      problems.push({ key, message: `is set beside ${variable}; keep one of them` })
      continue
    }
    const path = resolve(root, environment[key])
    const { content, fault = production ? modeFault(path) : undefined } = readSecretFile(path)
    if (fault) problems.push({ key, message: `names ${fault}` })
    if (content) merged[variable] = content
  }
  return { environment: merged, problems }
}

/** Bytes in a session key: what libsodium's secretbox takes (crypto_secretbox_KEYBYTES). */
const keyBytes = 32

/**
 * Reads `SESSION_KEYS`: comma-separated keys of 32 random bytes, each as 64 hex digits or base64
 * (either alphabet). The first one seals, and all of them open.
 *
 * @returns the keys, and a sentence for each unusable one, by its position
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
  // Of random keys, about one in 10^16 has fewer than 16 different bytes.
  if (new Set(key).size < 16) return 'is not random; make one with: openssl rand -base64 32'
  return undefined
}

/**
 * Development only: the key in `<dataDir>/session-key`, which only its owner can read. It is made on
 * first use, so that sessions survive a restart.
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
  const key = Buffer.from(readSecretFile(file).content ?? '', 'base64')
  const problem = weakness(key)
  if (problem) throw new Error(`${file} ${problem}, or delete the file`)
  return key
}

/** A certificate and its private key: they sign the assertion that Entra accepts in place of a secret. */
export interface KeyPair {
  /** Of the certificate, hex. */
  readonly thumbprintSha256: string
  /** PEM. */
  readonly privateKey: string
  /** The certificate, and its issuers' if the file holds them; PEM. */
  readonly chain: string
  /** Milliseconds since the epoch. */
  readonly startsAt: number
  /** Milliseconds since the epoch. */
  readonly endsAt: number
}

/** The smallest key that Entra accepts. */
const minKeyBits = 2048

/**
 * Reads a certificate and its key from PEM texts, which may be the same file.
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
  // MSAL signs with PS256, and Entra accepts only RSA (Microsoft, "Certificate credentials").
  if (key.asymmetricKeyType !== 'rsa') return 'has a key that is not RSA'
  if (modulusLength < minKeyBits) return `has a key of fewer than ${minKeyBits} bits`
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
