/** The applications that exist from the start: Microsoft's own, and the client of a fresh clone. */

import { words } from '../pages/words.ts'
import {
  newApplication,
  stableGuid,
  type Application,
  type AppRole,
  type PermissionScope,
} from './application.ts'
import type { ClientRegistration } from './client.ts'
import { applicationPermissions, delegatedPermissions } from './graph-permissions.ts'

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
  const graph = graphApplication(now)
  const commandLine = named('Microsoft Graph Command Line Tools', commandLineClientId, now)
  return [
    graph,
    {
      ...commandLine,
      isFallbackPublicClient: true,
      publicClient: { redirectUris: ['http://localhost'] },
    },
    ordersApplication(now),
    ...azureApis.map((api) => azureApplication(api, now)),
  ]
}

interface AzureApi {
  name: string
  appId: string
  /** Of its only scope, `user_impersonation`. */
  scopeId: string
  uris: readonly string[]
}

/**
 * APIs of Azure that its client libraries ask for by name. They are not served here, but have tokens: without roles,
 * because what an application may do there is decided by Azure's own role assignments.
 * https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
 */
const azureApis: readonly AzureApi[] = [
  {
    name: 'Windows Azure Service Management API',
    appId: '797f4846-ba00-4fd7-ba43-dac1f8f63013',
    scopeId: '41094075-9dad-400e-a0bd-54e686782033',
    uris: ['https://management.azure.com', 'https://management.core.windows.net'],
  },
  {
    name: 'Azure Key Vault',
    appId: 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093',
    scopeId: 'f53da476-18e3-4152-8e01-aec403e6edc0',
    uris: ['https://vault.azure.net'],
  },
  {
    name: 'Azure Storage',
    appId: 'e406a681-f3d4-42a8-90b6-c2b029497af1',
    scopeId: '03e0da56-190b-40ad-a80c-ea378c433f7f',
    uris: ['https://storage.azure.com'],
  },
]

function azureApplication({ name, appId, scopeId, uris }: AzureApi, now: number): Application {
  const azure = named(name, appId, now)
  const scope = permissionScope(scopeId, 'user_impersonation', 'User', name)
  return {
    ...azure,
    // With the slash too, which some libraries send.
    identifierUris: uris.flatMap((uri) => [uri, `${uri}/`]),
    api: { ...azure.api, oauth2PermissionScopes: [scope] },
  }
}

const graphScopes: PermissionScope[] = delegatedPermissions.map(({ id, value, needsAdmin }) => {
  const name = words.scopes[value] ?? value
  return permissionScope(id, value, needsAdmin ? 'Admin' : 'User', name)
})

const graphRoles: AppRole[] = applicationPermissions.map(({ id, value }) => ({
  id,
  allowedMemberTypes: ['Application'],
  displayName: value,
  description: value,
  isEnabled: true,
  value,
}))

/** As the service principal of Graph lists them in Entra's public cloud; the clouds of the US government have them too. */
const graphUris = [
  'https://graph.microsoft.com',
  'https://graph.microsoft.com/',
  'https://canary.graph.microsoft.com',
  'https://graph.microsoft.us',
  'https://dod-graph.microsoft.us',
]

function graphApplication(now: number): Application {
  const graph = named('Microsoft Graph', graphAppId, now)
  return {
    ...graph,
    identifierUris: graphUris,
    api: { ...graph.api, oauth2PermissionScopes: graphScopes },
    appRoles: graphRoles,
  }
}

/** The second API of the tenant, beside Graph: a token for it is no token for Graph. */
export const ordersAppId = '6f0c2d7e-41a8-4b1d-9c35-8e2f7a90b164'

function ordersApplication(now: number): Application {
  const orders = named('Orders (local)', ordersAppId, now)
  return {
    ...orders,
    identifierUris: [`api://${ordersAppId}`],
    api: {
      ...orders.api,
      requestedAccessTokenVersion: 2,
      oauth2PermissionScopes: [
        ordersScope('Orders.Read', 'User', 'See your orders'),
        ordersScope('Orders.ReadWrite', 'User', 'See your orders, and order for you'),
        ordersScope('Orders.Read.All', 'Admin', 'See the orders of everybody'),
      ],
    },
    appRoles: [
      {
        id: stableGuid(`role ${ordersAppId} Orders.Read.All`),
        allowedMemberTypes: ['Application'],
        displayName: 'See the orders of everybody',
        description: 'See the orders of everybody',
        isEnabled: true,
        value: 'Orders.Read.All',
      },
    ],
  }
}

function ordersScope(value: string, type: 'User' | 'Admin', name: string): PermissionScope {
  return permissionScope(stableGuid(`scope ${ordersAppId} ${value}`), value, type, name)
}

function permissionScope(id: string, value: string, type: 'User' | 'Admin', name: string) {
  return {
    id,
    value,
    type,
    isEnabled: true,
    adminConsentDisplayName: name,
    adminConsentDescription: name,
    userConsentDisplayName: name,
    userConsentDescription: name,
  }
}

function named(displayName: string, appId: string, now: number): Application {
  return newApplication({ id: stableGuid(`application ${appId}`), appId, displayName }, now)
}

export const localTenantId = '7f4c1a52-9d3e-4b86-a0c7-5e2b81d6f390'

/** The registration with which a fresh clone signs in: fixed, public, and valid on the local tenant only. */
export const localClient: ClientRegistration & {
  clientId: string
  secrets: [string]
  web: { redirectUris: string[] }
} = {
  clientId: '2b8e6d14-73af-4c59-8e01-c4d95a3f7b62',
  name: 'Gatehouse (local)',
  secrets: ['local-tenant-only-not-a-secret'],
  web: {
    redirectUris: ['http://localhost:5173/auth/redirect', 'http://localhost:5173/signed-out'],
  },
  appRoles: [{ value: 'Directory.Reader' }, { value: 'Directory.Auditor' }],
  groupMembershipClaims: 'SecurityGroup',
  optionalClaims: {
    idToken: [{ name: 'acct' }, { name: 'login_hint' }, { name: 'sid' }],
    accessToken: [{ name: 'idtyp' }],
  },
}
