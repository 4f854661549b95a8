/** The tenant's server certificate, made anew at every start and signed by the authority of this machine. */

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { HttpsFiles } from '../options.ts'
import { dataFolder, loadX509, openAuthority, type Authority } from './authority.ts'

export interface ServerCertificate {
  /** PEM: the server's certificate. */
  cert: string
  /** PEM, PKCS #8. */
  key: string
  /** The file with the authority's certificate, which clients have to trust. */
  authorityFile: string
}

/** Names that a client on this machine uses. */
const ownNames = ['localhost', '127.0.0.1', '::1']

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const day = 24 * 3_600_000

/**
 * @param origins whose hosts are in the certificate besides the loopback names
 * @throws Error with a sentence if the authority's folder cannot be used
 */
export async function serverCertificate(
  { folder = dataFolder(), names = [] }: HttpsFiles,
  origins: readonly (string | undefined)[],
): Promise<ServerCertificate> {
  const hosts = origins.flatMap((origin) => (origin === undefined ? [] : [hostOf(origin)]))
  const authority = await openAuthority(folder)
  const { cert, key } = await issue(authority, [...new Set([...ownNames, ...hosts, ...names])])
  return { cert, key, authorityFile: authority.certificateFile }
}

/** Without the brackets of an address of IP version 6. */
function hostOf(origin: string): string {
  return new URL(origin).hostname.replace(/^\[|\]$/g, '')
}

async function issue(authority: Authority, names: readonly string[]) {
  const x509 = await loadX509()
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const { subject } = new x509.X509Certificate(authority.certificate)
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=Local tenant',
    issuer: subject,
    publicKey: keys.publicKey,
    signingKey: await signingKeyOf(authority),
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - day),
    // Safari and iOS refuse server certificates of more than 825 days: https://support.apple.com/103769
    notAfter: new Date(Date.now() + 365 * day),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({
          type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
          value,
        })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(
        new x509.X509Certificate(authority.certificate).publicKey,
      ),
    ],
  })
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
  }
}

/** @throws Error with a sentence if the certificate has expired, or is not of this key */
async function signingKeyOf({ certificate, key, certificateFile }: Authority) {
  const parsed = new X509Certificate(certificate)
  const isUsable =
    Date.parse(parsed.validTo) > Date.now() && parsed.checkPrivateKey(createPrivateKey(key))
  if (!isUsable) {
    throw new Error(
      `The certificate ${certificateFile} has expired, or is of another key. Remove its folder to have a new one made.`,
    )
  }
  const der = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' })
  return crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
}

/** How to trust the authority, for people: one line for each kind of client. */
export function trustInstructions(authorityFile: string, origin: string): string {
  return [
    'To trust its certificate, on this machine only:',
    `  Node      NODE_EXTRA_CA_CERTS=${authorityFile}`,
    `  Python    SSL_CERT_FILE=${authorityFile} (REQUESTS_CA_BUNDLE for requests)`,
    `  curl      curl --cacert ${authorityFile} ${origin}/_tenant`,
    `  browser   import ${authorityFile} as an authority: Firefox under Settings, Certificates; Chromium on Linux:`,
    `            certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n "Local tenant" -i ${authorityFile}`,
  ].join('\n')
}
