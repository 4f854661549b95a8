/** Starts the local tenant behind TLS, for clients that require it. */

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
  /** `https://localhost:PORT/TENANT`, the form of clients' settings. */
  authority: string
  issuer: string
  /** The certificate to trust, PEM. */
  authorityFile: string
  /** Is removed by `end`. */
  folder: string
  end(): Promise<void>
}

/**
 * Starts a tenant. This thread trusts its certificate and no other, so requests of a client to other hosts
 * fail.
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

/** Terminates TLS, and forwards the bytes. */
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

/** If one connection breaks, the other one is destroyed. If one closes, the other one may send the rest. */
function passOn(from: Socket, to: Socket): void {
  from.once('error', () => to.destroy())
  from.once('close', () => to.end())
  from.pipe(to)
}
