/** The local tenant behind TLS, for clients that take nothing less. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, setDefaultCACertificates, type TLSSocket } from 'node:tls'
import {
  createTenant,
  freePort,
  localClient,
  type ClientRegistration,
  type Tenant,
} from '../packages/tenant/src/testing/index.ts'
import { makeCertificates } from './certificate.ts'

export interface TlsTenant {
  tenant: Tenant
  client: ClientRegistration
  /** `https://localhost:PORT/TENANT`, as Entra's is spelled in the settings of clients. */
  authority: string
  issuer: string
  /** What to trust, PEM. */
  authorityFile: string
  /** Goes at the end. */
  folder: string
  end(): Promise<void>
}

/**
 * Starts a tenant, and lets this thread trust its certificate and no other: whatever a client
 * asks of the world beyond fails.
 */
export async function startTlsTenant(redirectUris: string[]): Promise<TlsTenant> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-clients-'))
  const certificates = makeCertificates(folder)
  setDefaultCACertificates([certificates.authority])
  const port = await freePort()
  const front = await startFront(certificates, port)
  const origin = `https://localhost:${front.port}`
  const client = { ...localClient, redirectUris }
  const tenant = await createTenant({ port, origin, clients: [client] })
  const authority = `${origin}/${tenant.tenantId}`
  return {
    tenant,
    client,
    authority,
    issuer: `${authority}/v2.0`,
    authorityFile: certificates.authorityFile,
    folder,
    end: async () => {
      front.end()
      await tenant.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Ends TLS and passes the bytes on. */
async function startFront(options: { certificate: string; key: string }, behind: number) {
  const sockets = new Set<TLSSocket>()
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

/** A connection that breaks breaks the other one; one that closes lets the other say what is left. */
function passOn(from: Socket, to: Socket): void {
  from.once('error', () => to.destroy())
  from.once('close', () => to.end())
  from.pipe(to)
}
