/** A client as sign-in needs it, and the addresses that answers may be sent to. */

import { matchesRedirectUri, type Platform } from './redirect-uri.ts'

/** A client that a tenant is started with. */
export interface ClientRegistration {
  /** The application (client) id, a GUID. */
  clientId: string
  /** Absent for an application that can keep none: a page, or a program on a user's machine. */
  clientSecret?: string
  /** What the consent page calls the application. */
  name: string
  /** Of the platform `web`: a server redeems the code, with its secret. */
  redirectUris: string[]
  /** Of the platform `spa`: a page redeems the code, from its origin and with PKCE. */
  spaRedirectUris?: string[]
  /** Of the platform `publicClient`: a program redeems the code, without a secret. */
  publicRedirectUris?: string[]
  /** Allows public client flows, such as device codes, without a redirect URI of that platform; default false. */
  isPublicClient?: boolean
  /** Default: may be used by other tenants too, through `/common` and `/organizations`. */
  signInAudience?: 'AzureADMyOrg' | 'AzureADMultipleOrgs'
  /** `response_type` may have `id_token`; default false. */
  enableIdTokenIssuance?: boolean
  /** `response_type` may have `token`; default false. */
  enableAccessTokenIssuance?: boolean
  /** Addresses that a sign-out may redirect to, besides the redirect URIs. */
  postLogoutRedirectUris?: string[]
  /** Loaded in a hidden frame, with `iss` and `sid`, when a user of the application signs out. */
  frontChannelLogoutUri?: string
  /** The roles that the application defines; its tokens carry only these. Absent: all roles of the user. */
  appRoles?: (string | AppRoleRegistration)[]
  /** Makes the client an API, for which others get tokens. */
  api?: ApiRegistration
  /** Names of the API, such as `api://…`. Default with `api`: `api://` and the client id. */
  identifierUris?: string[]
  /** What the registration lists, and `.default` asks users for: `User.Read`, or `api://…/Things.Read`. */
  delegatedPermissions?: string[]
  /** App roles that an administrator has granted to the client itself: `User.Read.All`, or `api://…/Things.Manage`. */
  applicationPermissions?: string[]
}

/** An app role, with Graph's names; a string is a role for users. */
export interface AppRoleRegistration {
  value: string
  /** A GUID; default: made from the value. */
  id?: string
  displayName?: string
  /** Default `['User']`. */
  allowedMemberTypes?: ('User' | 'Application')[]
  isEnabled?: boolean
}

/** A delegated permission of an API, with Graph's names; a string is one that users can consent to. */
export interface ScopeRegistration {
  value: string
  /** A GUID; default: made from the value. */
  id?: string
  /** `Admin`: only an administrator can consent. Default `User`. */
  type?: 'User' | 'Admin'
  displayName?: string
  isEnabled?: boolean
}

/** https://learn.microsoft.com/graph/api/resources/apiapplication */
export interface ApiRegistration {
  oauth2PermissionScopes?: (string | ScopeRegistration)[]
  /** The form of its access tokens. Default 2; an application made through Graph has 1 by default, as in Entra. */
  requestedAccessTokenVersion?: 1 | 2
  /** Clients that need no consent for some of the scopes, named by value or by id. */
  preAuthorizedApplications?: { appId: string; delegatedPermissionIds: string[] }[]
  /** Clients whose consent with `.default` includes what this API itself needs. */
  knownClientApplications?: string[]
}

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
  /** Undefined: every role that a user has. */
  appRoles: readonly string[] | undefined
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

export interface FederatedCredential {
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
