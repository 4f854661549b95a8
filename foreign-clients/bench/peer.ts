/** What the servers of `npm run bench -- peers` have in common: settings, and the users of a stub of Graph. */

import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'

export interface PeerSettings {
  /** Of the tenant's server, such as `http://localhost:5175`. */
  authorityHost: string
  tenantId: string
  clientId: string
  clientSecret: string
  /** The address in the browser; requests arrive with its host. */
  publicUrl: string
  graphUrl: string
  /** For a database. */
  folder: string
}

/** What is measured: `/api/me`, `/api/users?top=` and a sign-in. @returns the port it listens on */
export type StartPeer = (settings: PeerSettings) => Promise<number>

export const secret = 'of-this-benchmark-only-of-this-benchmark-only'

/** What the app of Gatehouse asks for. */
export const graphScope = 'User.ReadBasic.All'

/**
 * Passes Graph's page through as bytes, by the client and the pool that Gatehouse and the base have. Node's `fetch`, which an app
 * would use, and a schema for the answer would add to it: the figure is that of the library that has the session.
 */
export function usersOf({ graphUrl }: PeerSettings) {
  const { origin, pathname } = new URL(graphUrl)
  const pool = new Pool(origin, { connections: 64 })
  return async (accessToken: string, top: string): Promise<Buffer> => {
    const { statusCode, body } = await pool.request({
      method: 'GET',
      path: `${pathname}/users?$top=${top}`,
      headers: { authorization: `Bearer ${accessToken}` },
    })
    if (statusCode !== 200) throw new Error(`Graph answers ${statusCode}`)
    return Buffer.from(await body.arrayBuffer())
  }
}

export async function portOf(server: Server): Promise<number> {
  if (!server.listening) await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
