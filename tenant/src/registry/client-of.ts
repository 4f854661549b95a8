/** What sign-in has to know of a registration. */

import type { Client, ClientRegistration } from '../clients.ts'
import type { Application } from './application.ts'

/** Claims that Entra sends only where the registration asks for them. */
const configurable = ['login_hint', 'sid', 'auth_time']

export function clientOf(application: Application): Client {
  const { web, spa, publicClient } = application
  const idToken = application.optionalClaims?.idToken ?? []
  const names = idToken.map(({ name }) => name).filter((name) => configurable.includes(name))
  const groups = ['All', 'SecurityGroup'].includes(application.groupMembershipClaims ?? '')
  return {
    clientId: application.appId,
    name: application.displayName,
    redirectUris: [...web.redirectUris, ...spa.redirectUris, ...publicClient.redirectUris],
    publicRedirectUris: publicClient.redirectUris,
    isPublic: application.isFallbackPublicClient === true || publicClient.redirectUris.length > 0,
    isSingleTenant: application.signInAudience === 'AzureADMyOrg',
    postLogoutRedirectUris: [],
    frontChannelLogoutUri: web.logoutUrl ?? undefined,
    appRoles: application.appRoles
      .filter(({ isEnabled = true }) => isEnabled)
      .flatMap(({ value }) => (value === null ? [] : [value])),
    secrets: application.passwordCredentials.map(({ secretText, endDateTime }) => ({
      text: secretText,
      endsAt: Date.parse(endDateTime),
    })),
    certificates: application.keyCredentials.map(({ key, endDateTime }) => ({
      certificate: key,
      endsAt: Date.parse(endDateTime),
    })),
    federatedCredentials: application.federatedIdentityCredentials,
    optionalClaims: new Set([...names, ...(groups ? ['groups'] : [])]),
  }
}

/** What only the clients that the tenant was started with have. */
export function fixedPart(registration: ClientRegistration): Partial<Client> {
  return {
    clientId: registration.clientId,
    postLogoutRedirectUris: registration.postLogoutRedirectUris ?? [],
    appRoles: registration.appRoles,
    optionalClaims: new Set(['login_hint', 'sid', 'groups']),
  }
}
