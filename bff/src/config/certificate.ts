/** A certificate and its private key, as Entra takes them instead of a secret. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'

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
