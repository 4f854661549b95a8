/** The applications that exist from the start: Microsoft's own, and those of the tenant's options. */

import {
  graphTime,
  newApplication,
  stableGuid,
  type Application,
  type PermissionScope,
} from './application.ts'
import type { ClientRegistration } from './client.ts'

/** Microsoft Graph. */
export const graphAppId = '00000003-0000-0000-c000-000000000000'

/** Microsoft Graph Command Line Tools: a public client for every user. */
export const commandLineClientId = '14d82eec-204b-4c2f-b7e8-296a70dab67e'

/**
 * Microsoft's own applications: present in every tenant, registered in none.
 *
 * @param now ms since the epoch
 */
export function firstPartyApplications(now: number): Application[] {
  const graph = named('Microsoft Graph', graphAppId, now)
  const commandLine = named('Microsoft Graph Command Line Tools', commandLineClientId, now)
  return [
    graph,
    {
      ...commandLine,
      isFallbackPublicClient: true,
      publicClient: { redirectUris: ['http://localhost'] },
    },
    ordersApplication(now),
  ]
}

/** The second API of the tenant, beside Graph: a token for it is no token for Graph. */
export const ordersAppId = '6f0c2d7e-41a8-4b1d-9c35-8e2f7a90b164'

function ordersApplication(now: number): Application {
  return {
    ...named('Orders (local)', ordersAppId, now),
    identifierUris: [`api://${ordersAppId}`],
    api: {
      requestedAccessTokenVersion: 2,
      oauth2PermissionScopes: [
        ordersScope('Orders.Read', 'User', 'See your orders'),
        ordersScope('Orders.ReadWrite', 'User', 'See your orders, and order for you'),
        ordersScope('Orders.Read.All', 'Admin', 'See the orders of everybody'),
      ],
    },
  }
}

function ordersScope(value: string, type: 'User' | 'Admin', words: string): PermissionScope {
  return {
    id: stableGuid(`scope ${ordersAppId} ${value}`),
    value,
    type,
    isEnabled: true,
    adminConsentDisplayName: words,
    adminConsentDescription: words,
    userConsentDisplayName: words,
    userConsentDescription: words,
  }
}

function named(displayName: string, appId: string, now: number): Application {
  return newApplication({ id: stableGuid(`application ${appId}`), appId, displayName }, now)
}

/** An expiry that is never reached. */
const farOff = '2299-12-31T00:00:00Z'

/** The registration that Graph shows for a client of the tenant's options. */
export function fixedApplication(registration: ClientRegistration, now: number): Application {
  const { clientId, clientSecret, name, redirectUris, frontChannelLogoutUri } = registration
  const { spaRedirectUris = [], publicRedirectUris = [], isPublicClient = false } = registration
  const id = stableGuid(`application ${clientId}`)
  const application = newApplication({ id, appId: clientId, displayName: name }, now)
  return {
    ...application,
    signInAudience: registration.signInAudience ?? application.signInAudience,
    isFallbackPublicClient: isPublicClient || null,
    web: {
      ...application.web,
      redirectUris,
      logoutUrl: frontChannelLogoutUri ?? null,
      implicitGrantSettings: {
        enableIdTokenIssuance: registration.enableIdTokenIssuance ?? false,
        enableAccessTokenIssuance: registration.enableAccessTokenIssuance ?? false,
      },
    },
    spa: { redirectUris: spaRedirectUris },
    publicClient: { redirectUris: publicRedirectUris },
    groupMembershipClaims: 'SecurityGroup',
    optionalClaims: { idToken: [{ name: 'acct' }, { name: 'login_hint' }, { name: 'sid' }] },
    appRoles: (registration.appRoles ?? []).map((value) => ({
      id: stableGuid(`role ${clientId} ${value}`),
      allowedMemberTypes: ['User'],
      displayName: value,
      description: null,
      isEnabled: true,
      value,
    })),
    passwordCredentials:
      clientSecret === undefined ? [] : [fixedSecret(clientId, clientSecret, now)],
  }
}

function fixedSecret(clientId: string, secretText: string, now: number) {
  return {
    keyId: stableGuid(`secret ${clientId}`),
    displayName: null,
    startDateTime: graphTime(now),
    endDateTime: farOff,
    secretText,
  }
}

export const localTenantId = '7f4c1a52-9d3e-4b86-a0c7-5e2b81d6f390'

/** The registration with which a fresh clone signs in: fixed, public, and valid on the local tenant only. */
export const localClient: ClientRegistration & { clientSecret: string } = {
  clientId: '2b8e6d14-73af-4c59-8e01-c4d95a3f7b62',
  clientSecret: 'local-tenant-only-not-a-secret',
  name: 'Gatehouse (local)',
  redirectUris: ['http://localhost:5173/auth/redirect', 'http://localhost:5173/signed-out'],
  appRoles: ['Directory.Reader', 'Directory.Auditor'],
}
