/**
 * A certificate authority of the tenant's own, made on first use and kept in a folder that only the user can read.
 * It is of this machine alone: whoever has its key can make certificates that this machine's programs trust.
 */

import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export interface Authority {
  /** PEM of its certificate: this is what clients trust. */
  certificateFile: string
  /** PEM. */
  certificate: string
  /** PEM, PKCS #8. */
  key: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const day = 24 * 3_600_000

/** `$XDG_DATA_HOME/gatehouse-tenant`, by default `~/.local/share/gatehouse-tenant` (XDG Base Directory). */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  const { XDG_DATA_HOME: data, LOCALAPPDATA: local } = env
  const base = data || (process.platform === 'win32' && local) || join(homedir(), '.local/share')
  return join(base, 'gatehouse-tenant')
}

/**
 * Reads the authority of a folder, or makes one. Both files are one, so that two programs that start at once cannot mix
 * their halves: the first link wins.
 *
 * @throws Error with a sentence if the folder cannot be used
 */
export async function openAuthority(folder: string): Promise<Authority> {
  const keyFile = join(folder, 'authority.key.pem')
  const certificateFile = join(folder, 'authority.pem')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (!existsSync(keyFile)) placeOnce(keyFile, await makeAuthority())
    chmodSync(keyFile, 0o600)
    const both = readFileSync(keyFile, 'utf8')
    const [key, certificate] = [blockOf(both, 'PRIVATE KEY'), blockOf(both, 'CERTIFICATE')]
    if (key === undefined || certificate === undefined) throw new Error('it is not complete')
    // A copy without the key, to hand to clients.
    writeFileSync(certificateFile, certificate, { mode: 0o644 })
    return { certificateFile, certificate, key }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(
      `The certificate authority in ${folder} cannot be used: ${why}. Remove ${keyFile} to have a new one made.`,
      { cause: error },
    )
  }
}

/** Writes a file under another name and links it, so that it appears whole and never replaces another. */
function placeOnce(file: string, text: string): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}

function blockOf(pem: string, label: string): string | undefined {
  return new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----\n?`).exec(pem)?.[0]
}

/** The library is loaded for https only: it takes a tenth of a second. */
export async function loadX509() {
  await import('reflect-metadata')
  return import('@peculiar/x509')
}

/** @returns the PEM of key and certificate */
async function makeAuthority(): Promise<string> {
  const x509 = await loadX509()
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Authority of the local tenant on this machine',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 10 * 365 * day),
    extensions: [
      // It signs servers, and no further authority (RFC 5280 section 4.2.1.9).
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  const key = x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')
  return `${key}\n${certificate.toString('pem')}\n`
}
