/** Checks what a tenant is started with. */

import type { ClientRegistration } from './clients.ts'
import type { TenantUser } from './directory/directory.ts'

export interface TenantOptions {
  /** Default 0: any free port. */
  port?: number
  /** A loopback address; default 127.0.0.1. */
  host?: string
  /**
   * What its documents and tokens spell, where a proxy with TLS stands in front; default what it listens on.
   * Its host is answered besides loopback names.
   */
  origin?: string
  tenantId?: string
  tenantName?: string
  /** Default: the one of `local-client.ts`. */
  clients?: ClientRegistration[]
  /** How many users to generate, 1 to 100 000; default 250. */
  users?: number
  /** Merged over the generated users, by place in the list: for names that are hostile, or roles. */
  patchUsers?: Readonly<Record<number, Partial<TenantUser>>>
  /** The tenant's clock, ms since the epoch. */
  now?: () => number
  /**
   * How long access tokens of clients that handle claims challenges last, seconds. Default 24 hours,
   * like Entra's, since Graph ends them early where it has to.
   */
  challengeableLifetime?: number
  /** How often a device may ask for its tokens, seconds; default 5, like Entra's. */
  deviceCodeInterval?: number
  /** Sends `iss` back from authorize and advertises it (RFC 9207); Entra does not. Default false. */
  issParameter?: boolean
}

export const mostUsers = 100_000

/** @throws Error with a sentence, where a tenant must not or cannot run */
export function checkOptions({ host = '127.0.0.1', origin, users = 250 }: TenantOptions): void {
  if (process.env.NODE_ENV === 'production') {
    throw new Error(
      'The local tenant signs anybody in without a password, so it does not start while NODE_ENV is "production".',
    )
  }
  if (!isLoopback(host)) {
    throw new Error(
      `The local tenant signs anybody in without a password, so it listens on loopback only, not on "${host}".`,
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
