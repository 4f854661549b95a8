/** Starts the local tenant behind TLS, for clients that require it. */

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, setDefaultCACertificates } from 'node:tls'
import {
  createTenant,
  freePort,
  localClient,
  type ClientRegistration,
  type Tenant,
  type TenantOptions,
} from '../packages/tenant/src/testing/index.ts'
import { makeCertificates, type Certificates } from './certificate.ts'
import { divertConnections, entraHost, graphHost, passOn } from './drop-in.ts'

export interface TlsTenant {
  tenant: Tenant
  /** The credentials of the client. */
  client: { clientId: string; clientSecret: string }
  /** `https://localhost:PORT/TENANT`, the form of clients' settings. */
  authority: string
  issuer: string
  /** With its version: `https://localhost:PORT/v1.0`. */
  graphUrl: string
  certificates: Certificates
  /** Of this machine; speaks TLS. */
  port: number
  /** Is removed by `end`. */
  folder: string
  end(): Promise<void>
}

/** The members that differ from those of `localClient`. */
export type Registration = Partial<Omit<ClientRegistration, 'clientId' | 'secrets'>>

/** Besides the clients and the addresses. */
export type Settings = Omit<TenantOptions, 'clients' | 'port' | 'origin' | 'graphOrigin'>

/**
 * Starts a tenant at `https://localhost:PORT`. This thread trusts its certificate and no other, so requests of a client
 * to other hosts fail.
 */
export async function startTlsTenant(
  registration: Registration,
  settings: Settings = {},
): Promise<TlsTenant> {
  return start(registration, settings, (port) => ({ origin: `https://localhost:${port}` }))
}

/**
 * Starts a tenant that is login.microsoftonline.com and graph.microsoft.com for this process, for clients that have
 * these names in their code.
 */
export async function startDropIn(
  registration: Registration,
  settings: Settings = {},
): Promise<TlsTenant> {
  const at = await start(registration, settings, () => ({
    origin: `https://${entraHost}`,
    graphOrigin: `https://${graphHost}`,
  }))
  const restore = divertConnections(at.port)
  return {
    ...at,
    end: () => {
      restore()
      return at.end()
    },
  }
}

interface Origins {
  origin: string
  graphOrigin?: string
}

async function start(
  registration: Registration,
  settings: Settings,
  at: (port: number) => Origins,
): Promise<TlsTenant> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-clients-'))
  const certificates = makeCertificates(folder)
  setDefaultCACertificates([certificates.authority])
  const behind = await freePort()
  const front = await startFront(certificates, behind)
  const origins = at(front.port)
  const { origin, graphOrigin = origin } = origins
  const clients = [{ ...localClient, ...registration }]
  const tenant = await createTenant({ ...settings, port: behind, ...origins, clients })
  const authority = `${origin}/${tenant.tenantId}`
  return {
    tenant,
    client: { clientId: localClient.clientId, clientSecret: localClient.secrets[0] },
    authority,
    issuer: `${authority}/v2.0`,
    graphUrl: `${graphOrigin}/v1.0`,
    certificates,
    port: front.port,
    folder,
    end: async () => {
      front.end()
      await tenant.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Terminates TLS, and forwards the bytes. */
async function startFront(options: Certificates, behind: number) {
  const sockets = new Set<Socket>()
  const server = createServer({ cert: options.certificate, key: options.key }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    const onward = connect(behind, '127.0.0.1')
    passOn(socket, onward)
    passOn(onward, socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    end: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
