/** A certificate authority and a server certificate in files, as redis-server takes them. */
import 'reflect-metadata'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const dayMs = 24 * 3600_000
const validity = {
  notBefore: new Date(Date.now() - dayMs),
  notAfter: new Date(Date.now() + dayMs),
  signingAlgorithm: algorithm,
}

export interface TlsFiles {
  caFile: string
  /** PEM. */
  ca: string
  /** What `redis-server` takes on its command line, beside `--tls-port`. */
  options: string[]
  remove(): void
}

const newKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

/** @param host the one name in the server's certificate */
export async function writeTlsFiles(host: string): Promise<TlsFiles> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-tls-'))
  const [caKeys, keys] = [await newKeys(), await newKeys()]
  const ca = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: 'CN=Test authority',
    keys: caKeys,
    extensions: [new BasicConstraintsExtension(true)],
  })
  const server = await X509CertificateGenerator.create({
    ...validity,
    subject: `CN=${host}`,
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
  })
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const caFile = write('ca.crt', ca.toString('pem'))
  const certificateFile = write('server.crt', server.toString('pem'))
  const keyFile = write('server.key', PemConverter.encode(pkcs8, 'PRIVATE KEY'))
  return {
    caFile,
    ca: readFileSync(caFile, 'utf8'),
    options: [
      ['--tls-cert-file', certificateFile, '--tls-key-file', keyFile],
      ['--tls-ca-cert-file', caFile, '--tls-auth-clients', 'no'],
    ].flat(),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
