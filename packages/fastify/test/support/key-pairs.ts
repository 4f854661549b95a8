/** Certificates and keys in files, as an operator has them. */
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509'

export interface WrittenPair {
  certificateFile: string
  privateKeyFile: string
  /** DER, base64. */
  certificate: string
}

interface Options {
  folder: string
  /** Of the two files, without their endings. */
  name?: string
  startsAt?: number
  endsAt?: number
  bits?: number
}

const dayMs = 24 * 3600_000

/** Makes a self-signed certificate and writes it beside its key. Only the owner can read them. */
export async function writeKeyPair(options: Options): Promise<WrittenPair> {
  const { folder, name = 'app', bits = 2048 } = options
  const { startsAt = Date.now() - dayMs, endsAt = Date.now() + 90 * dayMs } = options
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: bits,
    publicExponent: new Uint8Array([1, 0, 1]),
  }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: new Date(startsAt),
    notAfter: new Date(endsAt),
    signingAlgorithm: algorithm,
    keys,
  })
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  const certificateFile = join(folder, `${name}.crt`)
  const privateKeyFile = join(folder, `${name}.key`)
  writeFileSync(certificateFile, certificate.toString('pem'))
  writeFileSync(privateKeyFile, PemConverter.encode(pkcs8, 'PRIVATE KEY'), { mode: 0o600 })
  const der = Buffer.from(certificate.rawData).toString('base64')
  return { certificateFile, privateKeyFile, certificate: der }
}
