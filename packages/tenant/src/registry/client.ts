/** A client as sign-in needs it, and the addresses that answers may be sent to. */

import type { ConfigClient } from '../config/schema.ts'
import { matchesRedirectUri, type Platform } from './redirect-uri.ts'

/** A client that a tenant is started with: an entry of `clients` of `tenant.json`, with Graph's names. */
export type ClientRegistration = ConfigClient

export interface Client {
  clientId: string
  name: string
  /** Of all platforms. */
  redirectUris: readonly string[]
  /** Addresses from which a code is redeemed without a secret. */
  publicRedirectUris: readonly string[]
  /** Addresses from which a code is redeemed by a page. */
  spaRedirectUris: readonly string[]
  /** What `response_type` may have beside `code`. */
  implicitGrants: { idToken: boolean; accessToken: boolean }
  /** May use grants other than a code without a secret. */
  isPublic: boolean
  /** Not to be used through `/organizations`. */
  isSingleTenant: boolean
  postLogoutRedirectUris: readonly string[]
  frontChannelLogoutUri: string | undefined
  /** The values of its app roles for users: its tokens carry only these. */
  appRoles: readonly string[]
  secrets: readonly ClientSecret[]
  certificates: readonly ClientCertificate[]
  federatedCredentials: readonly FederatedCredential[]
  /** The configured optional claims of the ID token, of those that the tenant can send, and `groups`. */
  optionalClaims: ReadonlySet<string>
}

/**
 * Claims of the ID token that Entra sends only if the registration, or the request, asks for them.
 * https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
 */
export const optionalIdTokenClaims: readonly string[] = [
  'acct',
  'auth_time',
  'email',
  'family_name',
  'given_name',
  'ipaddr',
  'login_hint',
  'sid',
  'upn',
  'xms_pl',
]

interface ClientSecret {
  text: string
  /** Ms since the epoch. */
  endsAt: number
}

export interface ClientCertificate {
  /** DER, base64. */
  certificate: string
  /** Ms since the epoch. */
  endsAt: number
}

interface FederatedCredential {
  issuer: string
  subject: string
  audiences: readonly string[]
}

/**
 * The platform of a redirect URI that the client has; undefined: it has no such address.
 *
 * @param origin of the tenant
 */
export function platformOf(client: Client, uri: string, origin: string): Platform | undefined {
  const has = (uris: readonly string[]) =>
    uris.some((registered) => matchesRedirectUri(registered, uri, origin))
  if (has(client.spaRedirectUris)) return 'spa'
  if (has(client.publicRedirectUris)) return 'publicClient'
  return has(client.redirectUris) ? 'web' : undefined
}

export function isRedirectUri(client: Client, uri: string): boolean {
  return client.redirectUris.some((registered) => matchesRedirectUri(registered, uri))
}

export function isPostLogoutRedirectUri(client: Client, uri: string): boolean {
  const registered = [...client.redirectUris, ...client.postLogoutRedirectUris]
  return registered.some((candidate) => matchesRedirectUri(candidate, uri))
}
