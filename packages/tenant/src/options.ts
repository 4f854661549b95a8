/** The options of a tenant, and their checks. */

import type { TenantUser } from './directory/directory.ts'
import type { ClientRegistration } from './registry/client.ts'

export interface TenantOptions {
  /** Default 0: any free port. */
  port?: number
  /** A loopback address; default 127.0.0.1. */
  host?: string
  /**
   * The origin in its documents and tokens, if a proxy with TLS is in front; default: the address that it listens on.
   * Requests for its host are answered, besides those for loopback names.
   */
  origin?: string
  tenantId?: string
  tenantName?: string
  /** Default: `localClient`. */
  clients?: ClientRegistration[]
  /** The number of users to generate, 1 to 100 000; default 250. */
  users?: number
  /** Merged over the generated users, by place in the list: for names, roles or groups. */
  patchUsers?: Readonly<Record<number, Partial<TenantUser>>>
  /** The tenant's clock, ms since the epoch. */
  now?: () => number
  /**
   * Lifetime of access tokens of clients that handle claims challenges, seconds. Default 24 hours, as Entra's:
   * Graph can end them early.
   */
  challengeableLifetime?: number
  /** Seconds between two requests of a device for its tokens; default 5, as Entra's. */
  deviceCodeInterval?: number
  /** Sends `iss` back from authorize and advertises it (RFC 9207); Entra does not. Default false. */
  issParameter?: boolean
}

export const mostUsers = 100_000

/** @throws Error with a sentence, for options with which a tenant must not or cannot run */
export function checkOptions({ host = '127.0.0.1', origin, users = 250 }: TenantOptions): void {
  if (process.env.NODE_ENV === 'production') {
    throw new Error(
      'The local tenant signs any user in without a password, so it does not start while NODE_ENV is "production".',
    )
  }
  if (!isLoopback(host)) {
    throw new Error(
      `The local tenant signs any user in without a password, so it listens on loopback only, not on "${host}".`,
    )
  }
  if (origin !== undefined && !(URL.canParse(origin) && /^https?:\/\//i.test(origin))) {
    throw new Error(
      `The origin of the local tenant must be an address such as "https://localhost:5175", not "${origin}".`,
    )
  }
  checkUserCount(users)
}

/** @throws Error with a sentence */
export function checkUserCount(users: number): void {
  if (Number.isInteger(users) && users >= 1 && users <= mostUsers) return
  throw new Error(`The local tenant can have 1 to ${mostUsers} users, not ${users}.`)
}

export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host)
}
