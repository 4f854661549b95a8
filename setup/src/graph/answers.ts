/** What Graph answers, as far as the commands read it. */

/** https://learn.microsoft.com/graph/api/resources/application */
export interface Application {
  id: string
  appId: string
  displayName: string
  uniqueName?: string | null
  signInAudience?: string
  createdDateTime?: string
  web?: WebPlatform
  optionalClaims?: OptionalClaims | null
  requiredResourceAccess?: ResourceAccess[]
  passwordCredentials?: PasswordCredential[]
  keyCredentials?: KeyCredential[]
}

export interface WebPlatform {
  redirectUris?: string[]
  logoutUrl?: string | null
  homePageUrl?: string | null
  implicitGrantSettings?: object
}

export interface OptionalClaims {
  idToken?: { name: string }[]
  accessToken?: { name: string }[]
  saml2Token?: { name: string }[]
}

export interface ResourceAccess {
  resourceAppId: string
  resourceAccess: { id: string; type: string }[]
}

export interface PasswordCredential {
  keyId: string
  displayName?: string | null
  endDateTime: string
  /** The secret's first three characters. */
  hint?: string | null
  /** In the answer that made it, and never again. */
  secretText?: string | null
}

export interface KeyCredential {
  keyId?: string
  displayName?: string | null
  endDateTime?: string
  /** The certificate's SHA-1 thumbprint, as base64 or hex. */
  customKeyIdentifier?: string | null
  type: string
  usage: string
  key?: string | null
}

export interface FederatedCredential {
  id: string
  name: string
  issuer: string
  subject: string
  audiences: string[]
}

export interface ServicePrincipal {
  id: string
  appId: string
  displayName?: string
  oauth2PermissionScopes?: { id: string; value: string; isEnabled?: boolean }[]
}
