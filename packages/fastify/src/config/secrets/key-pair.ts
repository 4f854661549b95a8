/** The key pair of a certificate, from PEM texts. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

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
