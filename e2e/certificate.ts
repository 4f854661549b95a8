/** A self-signed certificate, made by openssl at run time. */
import { spawnSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface SelfSigned {
  /** PEM: what clients have to trust. */
  certificate: string
  certificateFile: string
  keyFile: string
}

/**
 * Writes `certificate.pem` and `key.pem`, valid for two days.
 *
 * @param folder where; it exists
 * @param names the DNS names beside `localhost` and 127.0.0.1
 * @throws Error with the output of openssl
 */
export function makeCertificate(folder: string, names: readonly string[] = []): SelfSigned {
  const certificateFile = join(folder, 'certificate.pem')
  const keyFile = join(folder, 'key.pem')
  const alternatives = ['DNS:localhost', 'IP:127.0.0.1', ...names.map((name) => `DNS:${name}`)]
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2
    -subj /CN=localhost -addext subjectAltName=${alternatives.join(',')}`
  const files = ['-keyout', keyFile, '-out', certificateFile]
  const { status, stderr } = spawnSync('openssl', [...words.split(/\s+/), ...files])
  if (status !== 0) throw new Error(`openssl makes no certificate: ${String(stderr)}`)
  return { certificate: readFileSync(certificateFile, 'utf8'), certificateFile, keyFile }
}

/** The hash of a certificate's public key, as Chromium's `--ignore-certificate-errors-spki-list` takes it. */
export function publicKeyHash(certificate: string): string {
  const { publicKey } = new X509Certificate(certificate)
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('base64')
}
