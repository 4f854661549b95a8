/** Starts Apache with mod_auth_openidc, which signs users in for an application that knows nothing of OpenID Connect. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { vi } from 'vitest'
import { requireApache } from '../programs.ts'
import type { TlsTenant } from '../tls-tenant.ts'

export interface ApacheServer {
  /** Its messages so far. */
  output(): string
  end(): Promise<void>
}

/** The headers that Apache adds to a request for the application. */
export type Told = Record<string, string>

export const redirectPath = '/signed-in'

/** Starts Apache: `/app` is for users who are signed in, `/public` for all. */
export async function startApache(at: TlsTenant, publicUrl: string): Promise<ApacheServer> {
  const apache = requireApache()
  const application = await startApplication()
  const folder = join(at.folder, 'apache')
  mkdirSync(folder)
  // Apache's workers do not run as root.
  chmodSync(at.folder, 0o755)
  const file = join(folder, 'apache.conf')
  const server = { folder, modules: apache.modules, publicUrl, application: application.origin }
  writeFileSync(file, `${serverPart(server)}${openIdPart(at, publicUrl)}`)
  const child = spawn(apache.program, ['-D', 'FOREGROUND', '-d', folder, '-f', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  }
  const ended = once(child, 'close')
  const log = join(folder, 'error.log')
  const output = () => said + (existsSync(log) ? readFileSync(log, 'utf8') : '')
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
    application.end()
  }
  try {
    // Long enough for a slow machine.
    await vi.waitFor(() => expectAnswer(publicUrl), { timeout: 20_000, interval: 20 })
  } catch (error) {
    await end()
    throw new Error(`Apache does not start: ${output()}`, { cause: error })
  }
  return { output, end }
}

interface ServerPart {
  folder: string
  modules: string
  publicUrl: string
  application: string
}

const modulesInUse = [
  'mpm_event',
  'authn_core',
  'authz_core',
  'authz_user',
  'proxy',
  'proxy_http',
  'auth_openidc',
]

function serverPart({ folder, modules, publicUrl, application }: ServerPart): string {
  const load = modulesInUse.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`)
  return `
${load.join('\n')}
ServerName localhost
Listen 127.0.0.1:${new URL(publicUrl).port}
User www-data
Group www-data
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
Mutex pthread
ErrorLog ${folder}/error.log
StartServers 1
ServerLimit 1
ThreadsPerChild 8
MaxRequestWorkers 8
ProxyPass ${redirectPath} !
ProxyPass / ${application}/
`
}

function openIdPart(at: TlsTenant, publicUrl: string): string {
  return `
OIDCProviderMetadataURL ${at.issuer}/.well-known/openid-configuration
OIDCSSLValidateServer On
OIDCCABundlePath ${at.certificates.authorityFile}
OIDCClientID ${at.client.clientId}
OIDCClientSecret ${at.client.clientSecret}
OIDCRedirectURI ${publicUrl}${redirectPath}
OIDCCryptoPassphrase of-this-test-only
OIDCScope "openid profile offline_access User.Read"
OIDCPKCEMethod S256
OIDCRemoteUserClaim oid
<Location /public>
  Require all granted
</Location>
<LocationMatch "^/(app|signed-in)">
  AuthType openid-connect
  Require valid-user
</LocationMatch>
`
}

/** @throws Error if it does not serve the public page */
async function expectAnswer(publicUrl: string): Promise<void> {
  const answer = await fetch(`${publicUrl}/public`)
  await answer.text()
  if (answer.status !== 200) throw new Error(`Apache answered ${answer.status}`)
}

/** Answers with the headers of the request, by their names in lower case. */
async function startApplication() {
  const server = createServer((incoming, answer) => {
    // Claims are UTF-8; Node decodes headers as Latin 1.
    const headers = Object.entries(incoming.headers).map(([name, value]) => {
      return [name, Buffer.from(String(value), 'latin1').toString('utf8')] as const
    })
    answer.setHeader('content-type', 'application/json')
    answer.end(JSON.stringify(Object.fromEntries(headers)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    end: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
