/** The applications of `tenant.json` as the registry keeps them: just as if they had been made through Graph. */

import { randomBytes } from 'node:crypto'
import {
  graphTime,
  newApplication,
  newServicePrincipal,
  stableGuid,
  type Application,
  type PermissionScope,
  type ServicePrincipal,
} from '../registry/application.ts'
import type { ConfigClient } from './schema.ts'

export interface ConfiguredApplication {
  application: Application
  servicePrincipal: ServicePrincipal
  postLogoutRedirectUris: readonly string[]
  /** The secret that was made for it now; undefined if the configuration asks for none. */
  newSecret: string | undefined
}

/** An expiry that is never reached. */
const farOff = '2299-12-31T00:00:00Z'

/**
 * The id of an application that has none in the configuration: the same at every start.
 *
 * @param domain of a further tenant
 */
export function clientIdOf({ clientId, name }: ConfigClient, domain?: string): string {
  const text = domain === undefined ? name : `${domain} ${name}`
  return clientId?.toLowerCase() ?? stableGuid(`configured client ${text}`)
}

/** @param now ms since the epoch */
export function applicationOf(client: ConfigClient, now: number): ConfiguredApplication {
  const appId = clientIdOf(client)
  const id = stableGuid(`application ${appId}`)
  const newSecret = client.newSecret ? randomBytes(24).toString('base64url') : undefined
  const base = newApplication({ id, appId, displayName: client.name }, now)
  const secrets = [...(client.secrets ?? []), ...(newSecret === undefined ? [] : [newSecret])]
  const application: Application = {
    ...base,
    signInAudience: client.signInAudience ?? base.signInAudience,
    identifierUris: client.identifierUris ?? [],
    groupMembershipClaims: client.groupMembershipClaims ?? null,
    isFallbackPublicClient: client.isFallbackPublicClient ?? null,
    api: apiOf(client, appId, base.api),
    web: webOf(client, base.web),
    spa: { redirectUris: client.spa?.redirectUris ?? [] },
    publicClient: { redirectUris: client.publicClient?.redirectUris ?? [] },
    requiredResourceAccess: client.requiredResourceAccess ?? [],
    optionalClaims: (client.optionalClaims as Application['optionalClaims']) ?? null,
    appRoles: rolesOf(client, appId),
    passwordCredentials: secrets.map((secretText, index) => ({
      keyId: stableGuid(`secret ${index} ${appId}`),
      displayName: null,
      startDateTime: graphTime(now),
      endDateTime: farOff,
      secretText,
    })),
  }
  const servicePrincipal = {
    ...newServicePrincipal(stableGuid(`service principal ${appId}`), appId),
    appRoleAssignmentRequired: client.appRoleAssignmentRequired ?? false,
  }
  return {
    application,
    servicePrincipal,
    postLogoutRedirectUris: client.postLogoutRedirectUris ?? [],
    newSecret,
  }
}

function webOf({ web }: ConfigClient, base: Application['web']): Application['web'] {
  return {
    ...base,
    redirectUris: web?.redirectUris ?? [],
    homePageUrl: web?.homePageUrl ?? null,
    logoutUrl: web?.logoutUrl ?? null,
    implicitGrantSettings: { ...base.implicitGrantSettings, ...web?.implicitGrantSettings },
  }
}

function apiOf(client: ConfigClient, appId: string, base: Application['api']): Application['api'] {
  const { api } = client
  const scopes = scopesOf(client, appId)
  const idOf = (name: string) => scopes.find(({ value }) => value === name)?.id ?? name
  return {
    ...base,
    requestedAccessTokenVersion: api?.requestedAccessTokenVersion ?? null,
    oauth2PermissionScopes: scopes,
    preAuthorizedApplications: (api?.preAuthorizedApplications ?? []).map((one) => ({
      appId: one.appId,
      delegatedPermissionIds: one.delegatedPermissionIds.map(idOf),
    })),
    knownClientApplications: api?.knownClientApplications ?? [],
  }
}

function scopesOf({ api }: ConfigClient, appId: string): PermissionScope[] {
  return (api?.oauth2PermissionScopes ?? []).map((scope) => ({
    id: scope.id ?? stableGuid(`scope ${appId} ${scope.value}`),
    value: scope.value,
    type: scope.type ?? 'User',
    isEnabled: scope.isEnabled ?? true,
    adminConsentDisplayName: scope.adminConsentDisplayName ?? scope.value,
    adminConsentDescription: scope.adminConsentDescription ?? scope.value,
    userConsentDisplayName: scope.userConsentDisplayName ?? null,
    userConsentDescription: scope.userConsentDescription ?? null,
  }))
}

function rolesOf({ appRoles = [] }: ConfigClient, appId: string): Application['appRoles'] {
  return appRoles.map((role) => ({
    id: role.id ?? stableGuid(`role ${appId} ${role.value}`),
    allowedMemberTypes: role.allowedMemberTypes ?? ['User'],
    displayName: role.displayName ?? role.value,
    description: role.description ?? null,
    isEnabled: role.isEnabled ?? true,
    value: role.value,
  }))
}
