/** The tenant's signing keys, and signing. It checks no content, because faults need tokens that no library makes. */

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto'
import { selfSignedCertificate, thumbprint } from './tokens/certificate.ts'

interface CompactParts {
  header: Record<string, unknown>
  /** The payload's exact bytes. */
  payload: string | Buffer
}

export function signRs256(parts: CompactParts, key: KeyObject): string {
  return signWith(parts, (input) => sign('sha256', input, key))
}

export function signWith(parts: CompactParts, signer: (input: Buffer) => Buffer): string {
  const { header } = parts
  const payload = encode(parts.payload)
  const signed = `${encode(JSON.stringify(withHashedNonce(header)))}.${payload}`
  const signature = signer(Buffer.from(signed)).toString('base64url')
  return `${encode(JSON.stringify(header))}.${payload}.${signature}`
}

/**
 * Tokens for Graph have a `nonce` in their header, and are signed with its hash in that place. So only Graph can verify them, and
 * an API that takes one by mistake finds a wrong signature.
 * https://github.com/AzureAD/azure-activedirectory-identitymodel-extensions-for-dotnet/issues/853
 */
function withHashedNonce(header: Record<string, unknown>): Record<string, unknown> {
  const { nonce } = header
  if (typeof nonce !== 'string') return header
  return { ...header, nonce: createHash('sha256').update(nonce).digest('base64url') }
}

/** A token as it was signed: what Graph verifies. */
export function asSigned(token: string): string {
  const [first = '', ...rest] = token.split('.')
  const header = objectOf(first)
  if (typeof header?.['nonce'] !== 'string') return token
  return [encode(JSON.stringify(withHashedNonce(header))), ...rest].join('.')
}

function objectOf(part: string): Record<string, unknown> | undefined {
  try {
    return { ...Object(JSON.parse(Buffer.from(part, 'base64url').toString())) }
  } catch {
    return undefined
  }
}

function encode(value: string | Buffer): string {
  return Buffer.from(value).toString('base64url')
}

interface SigningKey {
  /** The thumbprint of the certificate, as Entra's. */
  kid: string
  /** DER; a fault's key has none. */
  certificate?: Buffer
  privateKey: KeyObject
  publicKey: KeyObject
}

export interface RotateOptions {
  /** Keeps the old key in the JWKS, as Entra does for weeks; default false. */
  keepOld?: boolean
}

/** One key signs, the published keys are in the JWKS, and Graph accepts every key that ever signed. */
export interface KeyRing {
  current(): SigningKey
  published(): readonly SigningKey[]
  /** Any key that this ring has signed with: a rotation does not end tokens. */
  find(kid: string): SigningKey | undefined
  rotate(options?: RotateOptions): void
  /** Adds a key to the JWKS, without signing with it. */
  publish(key: SigningKey): void
  /** Every key, that which signs first. */
  snapshot(): StoredKey[]
  /** @throws Error for a key that cannot be read; nothing is changed then */
  restore(keys: readonly StoredKey[]): void
}

/** A key as JSON: its PEM, and its certificate in base64. */
interface StoredKey {
  kid: string
  privateKey: string
  certificate: string | null
  isPublished: boolean
}

export function createKeyRing(): KeyRing {
  let published: SigningKey[] = []
  let all: SigningKey[] = []
  const current = (): SigningKey => {
    if (published[0]) return published[0]
    const key = firstKey()
    published = [key]
    all = [key]
    return key
  }
  return {
    current,
    published: () => (current(), published),
    find: (kid) => all.find((key) => key.kid === kid),
    rotate(options = {}) {
      const old = current()
      const key = generateKey()
      published = options.keepOld ? [key, ...published] : [key]
      all = [key, ...new Set([old, ...all])]
    },
    publish: (key) => void (published = [current(), ...published.slice(1), key]),
    snapshot() {
      const first = current()
      return [...new Set([first, ...published, ...all])].map((key) => ({
        kid: key.kid,
        privateKey: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        certificate: key.certificate?.toString('base64') ?? null,
        isPublished: published.includes(key),
      }))
    },
    restore(keys) {
      const read = keys.map((stored) => ({ stored, key: keyOf(stored) }))
      published = read.filter(({ stored }) => stored.isPublished).map(({ key }) => key)
      all = read.map(({ key }) => key)
    },
  }
}

function keyOf({ kid, privateKey: pem, certificate }: StoredKey): SigningKey {
  const privateKey = createPrivateKey(pem)
  const publicKey = createPublicKey(privateKey)
  const key = { kid, privateKey, publicKey }
  return certificate === null ? key : { ...key, certificate: Buffer.from(certificate, 'base64') }
}

let shared: SigningKey | undefined

/** Making an RSA key takes 50 to 300 ms, and tests make many tenants: the first key is made once per process. */
function firstKey(): SigningKey {
  shared ??= generateKey()
  return shared
}

function generateKey(): SigningKey {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const certificate = selfSignedCertificate(pair, Date.now())
  return { kid: thumbprint(certificate), certificate, ...pair }
}
