/** Makes certificates for a test: an authority, and a server on this machine that it signs. */

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Certificates {
  /** The file of the authority's certificate, PEM, which clients have to trust. */
  authorityFile: string
  /** The same, as text. */
  authority: string
  /** The server's certificate, PEM: for `localhost`, 127.0.0.1 and the hosts of Entra and Graph. */
  certificate: string
  key: string
}

/** Some clients accept neither a self-signed certificate nor one without key usages (RFC 5280). */
const extensions = `
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1, DNS:login.microsoftonline.com, DNS:graph.microsoft.com
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`

/** @throws Error with the message of openssl */
export function makeCertificates(folder: string): Certificates {
  writeFileSync(join(folder, 'openssl.cnf'), extensions)
  const request = 'req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -config openssl.cnf'
  const authority = '-subj /CN=authority -keyout authority.key -out authority.pem'
  openssl(folder, `${request} ${authority} -x509 -days 2 -extensions authority`)
  openssl(folder, `${request} -subj /CN=localhost -keyout server.key -out server.csr`)
  const by = '-CA authority.pem -CAkey authority.key -CAcreateserial'
  const asked = '-in server.csr -extfile openssl.cnf -extensions server'
  openssl(folder, `x509 -req -days 2 ${by} ${asked} -out server.pem`)
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  return {
    authorityFile: join(folder, 'authority.pem'),
    authority: read('authority.pem'),
    certificate: read('server.pem'),
    key: read('server.key'),
  }
}

/** Makes a certificate with which a client signs its assertions. @returns it and its RSA key, PEM */
export function makeClientCertificate(folder: string): { certificate: string; key: string } {
  const request = 'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=client'
  openssl(folder, `${request} -keyout client.key -out client.pem`)
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  return { certificate: read('client.pem'), key: read('client.key') }
}

/** @param words the arguments, without quotes; files are relative to the folder */
function openssl(folder: string, words: string): void {
  const { status, stderr } = spawnSync('openssl', words.split(' '), { cwd: folder })
  if (status !== 0) throw new Error(`openssl makes no certificate: ${String(stderr)}`)
}
