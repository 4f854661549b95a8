/** Makes keys on this machine. They never leave it; only the certificate is uploaded. */
import { webcrypto, X509Certificate } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ownerOnly, readText, removeFile, writeWhole } from '../files/write.ts'

export interface LocalCertificate {
  /** SHA-1 as upper-case hex, by which Entra shows a certificate. */
  thumbprint: string
  /** The day on which it expires. */
  ends: string
  certificateFile: string
  privateKeyFile: string
  /** The certificate, DER as base64. */
  content: string
}

/** MSAL signs with RSA only; 3072 bits last beyond 2030 (NIST SP 800-57 part 1, table 4). */
const algorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 3072,
}
const pattern = /^aad-client-[0-9a-f]{12}\.crt$/

/** Makes a key and its certificate, and writes both. Only the owner can read the key. */
export async function makeCertificate(folder: string, name: string, days: number, now: number) {
  // Loaded here, as most runs make none: 200 modules. It needs the first one when it loads.
  await import('reflect-metadata')
  const { PemConverter, X509CertificateGenerator } = await import('@peculiar/x509')
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    // Earlier, for a clock that is ahead.
    notBefore: new Date(now - 300_000),
    notAfter: new Date(now + days * 86_400_000),
    keys,
    signingAlgorithm: algorithm,
  })
  const pem = certificate.toString('pem')
  const stem = join(folder, `aad-client-${thumbprintOf(pem).slice(0, 12).toLowerCase()}`)
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  writeWhole(`${stem}.key`, `${PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`, ownerOnly)
  writeWhole(`${stem}.crt`, `${pem}\n`)
  return read(`${stem}.crt`)
}

/** The certificates that `makeCertificate` wrote and that have not expired, newest first. */
export function localCertificates(folder: string, now: number): LocalCertificate[] {
  return all(folder)
    .filter(({ certificate }) => certificate.validToDate.getTime() > now)
    .toSorted(
      (a, b) => b.certificate.validFromDate.getTime() - a.certificate.validFromDate.getTime(),
    )
    .map(({ path }) => read(path))
}

/** Removes all certificates and keys from this machine. @param except the one that stays */
export function removeCertificates(folder: string, except?: LocalCertificate): void {
  for (const { path } of all(folder)) {
    if (path === except?.certificateFile) continue
    removeFile(keyBeside(path))
    removeFile(path)
  }
}

function all(folder: string): { path: string; certificate: X509Certificate }[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => pattern.test(name) && existsSync(keyBeside(join(folder, name))))
    .map((name) => join(folder, name))
    .map((path) => ({ path, certificate: new X509Certificate(readText(path) ?? '') }))
}

function read(path: string): LocalCertificate {
  const certificate = new X509Certificate(readText(path) ?? '')
  return {
    thumbprint: thumbprintOf(certificate),
    ends: certificate.validToDate.toISOString().slice(0, 10),
    certificateFile: path,
    privateKeyFile: keyBeside(path),
    content: certificate.raw.toString('base64'),
  }
}

function keyBeside(path: string): string {
  return path.replace(/\.crt$/, '.key')
}

function thumbprintOf(certificate: X509Certificate | string): string {
  const parsed = typeof certificate === 'string' ? new X509Certificate(certificate) : certificate
  return parsed.fingerprint.replaceAll(':', '')
}
