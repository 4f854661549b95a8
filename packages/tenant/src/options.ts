/** The options of a tenant, and their checks. */

import { Type, type TSchema } from 'typebox'
import { checkBy } from './config/load.ts'
import { ConfigFile, type ConfigTenant } from './config/schema.ts'
import type { TenantUser } from './directory/directory.ts'
import type { ClientRegistration } from './registry/client.ts'

/** The options of a tenant: the content of `tenant.json`, and what only a program can give. */
export interface TenantOptions extends Omit<ConfigFile, 'https'>, ProgramOnly {
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
  /** The domain of the generated user names; default `local-tenant.example`. */
  domain?: string
  /** Default: `localClient`. */
  clients?: ClientRegistration[]
  /** The number of users to generate, 1 to 100 000; default 250. */
  users?: number
  /** Another seed generates other users; the same seed always the same. */
  seed?: number | string
  /**
   * Further tenants on the same port. Users, groups and registrations of each are its own. An id that is absent is made from
   * the domain.
   */
  tenants?: FurtherTenant[]
  /** A file in which changes are kept across restarts, relative to the working directory. */
  state?: string
}

/** What `tenant.json` cannot have. */
interface ProgramOnly {
  /** Serves TLS, with a certificate for loopback names and for the hosts of `origin` and `graphOrigin`. */
  https?: HttpsFiles | boolean
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

/** Of the options in messages. */
export const optionsName = 'The options of the local tenant'

/** What `tenant.json` cannot have, by the same means as its keys. */
const programOnly = {
  https: Type.Union(
    [
      Type.Boolean(),
      Type.Object(
        {
          folder: Type.Optional(Type.String({ minLength: 1 })),
          names: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
        },
        { additionalProperties: false },
      ),
    ],
    { description: 'true, false, or an object with folder and names' },
  ),
  resetState: Type.Boolean({ description: 'true or false' }),
  snapshot: Type.Unknown({ description: 'an export' }),
  patchUsers: Type.Record(Type.String(), Type.Unknown(), {
    description: 'an object with users by their place',
  }),
  now: Type.Refine(
    Type.Unknown({ description: 'a function that gives milliseconds' }),
    (value) => typeof value === 'function',
  ),
  challengeableLifetime: Type.Number({ minimum: 0, description: 'a number of seconds' }),
  deviceCodeInterval: Type.Number({ minimum: 0, description: 'a number of seconds' }),
  issParameter: Type.Boolean({ description: 'true or false' }),
} satisfies Record<keyof ProgramOnly, TSchema>

const Options = Type.Object(
  { ...ConfigFile.properties, ...Type.Partial(Type.Object(programOnly)).properties },
  { additionalProperties: false, description: 'an object' },
)

/**
 * Options with which a tenant must not or cannot run: each key that is wrong, by the rules of `tenant.json`.
 *
 * @throws ConfigError; Error with a sentence in production
 */
export function checkOptions(options: TenantOptions): void {
  if (process.env.NODE_ENV === 'production') {
    throw new Error(
      'The local tenant signs any user in without a password, so it does not start while NODE_ENV is "production".',
    )
  }
  checkBy(Options, options, optionsName)
}

/** @throws Error with a sentence */
export function checkUserCount(users: number): void {
  if (Number.isInteger(users) && users >= 1 && users <= mostUsers) return
  throw new Error(`The local tenant can have 1 to ${mostUsers} users, not ${users}.`)
}
