/** The options of a tenant, and their checks. */

import type { ConfigFile, ConfigTenant } from './config/schema.ts'
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
  /**
   * The origin of Graph in discovery and in Graph's own links, if it has another name than the sign-in; default: `origin`.
   * Requests for its host are answered too. A path decides what is asked for, not a host.
   */
  graphOrigin?: string
  /** Serves TLS, with a certificate for loopback names and for the hosts of `origin` and `graphOrigin`. */
  https?: HttpsFiles | boolean
  tenantId?: string
  tenantName?: string
  /** The domain of the generated user names; default `local-tenant.example`. */
  domain?: string
  /** Default: `localClient`, if `applications` has none either. */
  clients?: ClientRegistration[]
  /** Further applications, in the form of `clients` of `tenant.json`. */
  applications?: ConfigFile['clients']
  /** Users to add, or to change by their user name. */
  people?: ConfigFile['people']
  groups?: ConfigFile['groups']
  appRoleAssignments?: ConfigFile['appRoleAssignments']
  /** Permissions that are granted from the start. */
  consents?: ConfigFile['consents']
  /** The number of users to generate, 1 to 100 000; default 250. */
  users?: number
  /** Another seed generates other users; the same seed always the same. */
  seed?: number | string
  /** A file in which changes are kept across restarts. */
  state?: string
  /** Forgets what the file of `state` keeps; it is written anew. */
  resetState?: boolean
  /** What `exportState` gave, of this or another tenant: it takes the place of everything at the start. */
  snapshot?: unknown
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
  /**
   * Further tenants on the same port, in the form of `tenants` of `tenant.json`. Users, groups and registrations of each are
   * its own. An id that is absent is made from the domain.
   */
  tenants?: FurtherTenant[]
}

/** A tenant beside the first. Without `clients`, it has none. */
export type FurtherTenant = ConfigTenant

/** The folder of the authority that signs the tenant's certificate. */
export interface HttpsFiles {
  /** Default: `gatehouse-tenant` in the user's data folder. */
  folder?: string
  /** Further names in the certificate. */
  names?: readonly string[]
}

export const mostUsers = 100_000

/** @throws Error with a sentence, for options with which a tenant must not or cannot run */
export function checkOptions(options: TenantOptions): void {
  const { host = '127.0.0.1', origin, graphOrigin, users = 250 } = options
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
  checkOrigin('origin', origin)
  checkOrigin('graphOrigin', graphOrigin)
  checkUserCount(users)
}

function checkOrigin(name: string, origin: string | undefined): void {
  if (origin === undefined || (URL.canParse(origin) && /^https?:\/\//i.test(origin))) return
  throw new Error(
    `The ${name} of the local tenant must be an address such as "https://localhost:5175", not "${origin}".`,
  )
}

/** @throws Error with a sentence */
export function checkUserCount(users: number): void {
  if (Number.isInteger(users) && users >= 1 && users <= mostUsers) return
  throw new Error(`The local tenant can have 1 to ${mostUsers} users, not ${users}.`)
}

export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host)
}
