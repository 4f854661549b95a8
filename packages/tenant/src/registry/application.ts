/** Applications and their service principals as the tenant keeps them; the names of the properties are Graph's. */

import { createHash } from 'node:crypto'
import {
  newKeptOfApplication,
  newKeptOfServicePrincipal,
  type KeptOfApplication,
  type KeptOfServicePrincipal,
} from './kept-properties.ts'

type SignInAudience =
  | 'AzureADMyOrg'
  | 'AzureADMultipleOrgs'
  | 'AzureADandPersonalMicrosoftAccount'
  | 'PersonalMicrosoftAccount'

export interface Application extends KeptOfApplication {
  id: string
  appId: string
  displayName: string
  createdDateTime: string
  signInAudience: SignInAudience
  /** A second key, which never changes. */
  uniqueName: string | null
  description: string | null
  notes: string | null
  tags: string[]
  identifierUris: string[]
  groupMembershipClaims: string | null
  isFallbackPublicClient: boolean | null
  api: ExposedApi
  web: Web
  spa: { redirectUris: string[] }
  publicClient: { redirectUris: string[] }
  requiredResourceAccess: RequiredResourceAccess[]
  optionalClaims: OptionalClaims | null
  appRoles: AppRole[]
  passwordCredentials: StoredPassword[]
  keyCredentials: StoredKey[]
  federatedIdentityCredentials: FederatedIdentityCredential[]
}

/** What an application that is an API offers to others. */
export interface ExposedApi {
  /** 2 for v2.0 tokens; null and 1 for v1.0. */
  requestedAccessTokenVersion: number | null
  oauth2PermissionScopes: PermissionScope[]
  /** Clients whose users are not asked for these scopes. */
  preAuthorizedApplications: PreAuthorizedApplication[]
  /** Ids of clients whose consent with `.default` includes what this API needs. */
  knownClientApplications: string[]
  acceptMappedClaims: boolean | null
}

interface PreAuthorizedApplication {
  appId: string
  /** Ids of scopes. */
  delegatedPermissionIds: string[]
}

/** A delegated permission that an application defines. */
export interface PermissionScope {
  id: string
  value: string
  type: 'User' | 'Admin'
  isEnabled: boolean
  adminConsentDisplayName: string
  adminConsentDescription: string
  userConsentDisplayName: string | null
  userConsentDescription: string | null
}

export interface Web {
  homePageUrl: string | null
  redirectUris: string[]
  logoutUrl: string | null
  redirectUriSettings?: { uri: string; index?: number | null }[]
  implicitGrantSettings: { enableIdTokenIssuance: boolean; enableAccessTokenIssuance: boolean }
}

export interface RequiredResourceAccess {
  resourceAppId: string
  resourceAccess: { id: string; type: 'Scope' | 'Role' }[]
}

interface OptionalClaim {
  name: string
  source?: string | null
  essential?: boolean
  additionalProperties?: string[]
}

export interface OptionalClaims {
  idToken?: OptionalClaim[]
  accessToken?: OptionalClaim[]
  saml2Token?: OptionalClaim[]
}

/** A role for users, or an application permission: what `allowedMemberTypes` says. */
export interface AppRole {
  id: string
  allowedMemberTypes: string[]
  displayName: string
  description: string | null
  isEnabled?: boolean
  value: string | null
}

interface StoredPassword {
  keyId: string
  displayName: string | null
  startDateTime: string
  endDateTime: string
  /** Shown only once. */
  secretText: string
}

export interface StoredKey {
  keyId: string
  displayName: string | null
  type: 'AsymmetricX509Cert'
  usage: 'Verify'
  startDateTime: string
  endDateTime: string
  /** The certificate's SHA-1 thumbprint, base64. */
  customKeyIdentifier: string
  /** DER, base64. */
  key: string
}

export interface FederatedIdentityCredential {
  id: string
  name: string
  issuer: string
  subject: string
  description: string | null
  audiences: string[]
}

/** @param now ms since the epoch */
export function newApplication(
  identity: Pick<Application, 'id' | 'appId' | 'displayName'>,
  now: number,
): Application {
  return {
    ...identity,
    createdDateTime: graphTime(now),
    signInAudience: 'AzureADMultipleOrgs',
    uniqueName: null,
    description: null,
    notes: null,
    tags: [],
    identifierUris: [],
    groupMembershipClaims: null,
    isFallbackPublicClient: null,
    api: {
      requestedAccessTokenVersion: null,
      oauth2PermissionScopes: [],
      preAuthorizedApplications: [],
      knownClientApplications: [],
      acceptMappedClaims: null,
    },
    web: {
      homePageUrl: null,
      redirectUris: [],
      logoutUrl: null,
      implicitGrantSettings: { enableIdTokenIssuance: false, enableAccessTokenIssuance: false },
    },
    spa: { redirectUris: [] },
    publicClient: { redirectUris: [] },
    requiredResourceAccess: [],
    optionalClaims: null,
    appRoles: [],
    passwordCredentials: [],
    keyCredentials: [],
    federatedIdentityCredentials: [],
    ...newKeptOfApplication(),
  }
}

/** Graph's form of a time: to the second. */
export function graphTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** The same GUID for the same name, in every tenant: for objects that exist from the start. */
export function stableGuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
  ]
  return [...parts, hex.slice(20, 32)].join('-')
}

/** An application's presence in this tenant; the names of the properties are Graph's. */
export interface ServicePrincipal extends KeptOfServicePrincipal {
  id: string
  appId: string
  accountEnabled: boolean
  appRoleAssignmentRequired: boolean
  tags: string[]
}

export function newServicePrincipal(id: string, appId: string): ServicePrincipal {
  const usual = { accountEnabled: true, appRoleAssignmentRequired: false, tags: [] }
  return { id, appId, ...usual, ...newKeptOfServicePrincipal() }
}
