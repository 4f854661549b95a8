/** Runs the local tenant as a process: `TENANT_PORT` (5175), `TENANT_USERS` (250), `TENANT_HOST` (loopback only). */

import { localClient } from './registry/built-in.ts'
import type { ClientRegistration } from './registry/client.ts'
import { createTenant, type Tenant } from './tenant.ts'

const { TENANT_PORT = '5175', TENANT_USERS = '250', TENANT_HOST = '127.0.0.1' } = process.env
/** The address of the app, if it is not on localhost or has a path: the client of a fresh clone may redirect there. */
const { TENANT_APP_ORIGIN: appOrigin } = process.env

async function start(): Promise<Tenant> {
  const port = wholeNumber('TENANT_PORT', TENANT_PORT)
  if (port > 65_535) throw new Error(`TENANT_PORT must be at most 65535, not ${port}.`)
  const users = wholeNumber('TENANT_USERS', TENANT_USERS)
  try {
    return await createTenant({ port, users, host: TENANT_HOST, clients: [client()] })
  } catch (error) {
    const problem = listenProblem(error, port)
    throw problem ? new Error(problem, { cause: error }) : error
  }
}

/** In the same words as the back end's. */
function listenProblem(error: unknown, port: number): string | undefined {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use. Stop the other program, or set TENANT_PORT to another port.`
  }
  if (code === 'EACCES') {
    return `Port ${port} is not open to this user (EACCES). Set TENANT_PORT to another port, above 1023.`
  }
  if (code !== 'EADDRNOTAVAIL') return undefined
  return `TENANT_HOST is "${TENANT_HOST}", which is no address of this machine (${code}). Set TENANT_HOST to 127.0.0.1, or leave it unset.`
}

function client(): ClientRegistration {
  if (!appOrigin) return localClient
  const added = ['/auth/redirect', '/signed-out'].map((path) => appOrigin + path)
  return { ...localClient, redirectUris: [...localClient.redirectUris, ...added] }
}

function wholeNumber(name: string, value: string): number {
  if (/^\d{1,6}$/.test(value)) return Number(value)
  throw new Error(`${name} must be a whole number, not "${value}".`)
}

function stopOn(tenant: Tenant): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void tenant.close().then(() => process.exit(0)))
  }
}

try {
  const tenant = await start()
  stopOn(tenant)
  process.stdout.write(
    `Local tenant with ${tenant.users.length} users on ${tenant.origin} (control page: ${tenant.origin}/_tenant)\n`,
  )
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
