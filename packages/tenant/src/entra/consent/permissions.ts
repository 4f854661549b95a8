/**
 * What an application is granted for a user: by consent, by pre-authorization, and what `.default` comes to.
 * https://learn.microsoft.com/entra/identity-platform/scopes-oidc
 */

import type { TenantUser } from '../../directory/directory.ts'
import { isAssigned } from '../../registry/app-role-assignments.ts'
import { graphAppId } from '../../registry/built-in.ts'
import { listedPermissions, type ListedPermission } from '../../registry/listed-permissions.ts'
import type { Entry } from '../../registry/registry.ts'
import { entryNamed, prefixOf, valueOf } from '../../registry/resources.ts'
import type { TenantState } from '../../tenant-state.ts'
import { EntraError } from '../errors.ts'
import { isDefault, isOpenId, openIdScopes } from '../scopes.ts'

/** The scopes that the user has still to consent to: neither granted nor pre-authorized by their API. */
export function missingConsent(
  tenant: TenantState,
  userId: string,
  clientId: string,
  scopes: readonly string[],
): string[] {
  return tenant.consents
    .missing(userId, clientId, scopes)
    .filter((scope) => !isPreAuthorized(tenant, clientId, scope))
}

/** Scopes that the API gives to this client without consent: `api.preAuthorizedApplications`. */
function isPreAuthorized(tenant: TenantState, clientId: string, scope: string): boolean {
  if (prefixOf(scope) === '') return false
  const api = entryNamed(tenant.registry, prefixOf(scope))?.application.api
  const ids = preAuthorizedIds(api?.preAuthorizedApplications ?? [], clientId)
  if (ids.length === 0) return false
  const found = api?.oauth2PermissionScopes.find(({ value }) => value === valueOf(scope))
  return found !== undefined && ids.includes(found.id)
}

function preAuthorizedIds(
  all: readonly { appId: string; delegatedPermissionIds: string[] }[],
  clientId: string,
): string[] {
  return all
    .filter(({ appId }) => appId.toLowerCase() === clientId.toLowerCase())
    .flatMap(({ delegatedPermissionIds }) => delegatedPermissionIds)
}

interface Sought {
  clientId: string
  userId: string
  scopes: readonly string[]
  /** Consent is asked for in any case: `prompt=consent`. */
  anew?: boolean
}

/**
 * The scopes of an authorization request for this user. `.default` is what the user has granted for the API, or, before
 * that, everything that the registration lists, for all APIs, the one that was asked for first.
 *
 * @throws EntraError 650057 for an API that the registration does not list
 */
export function scopesToAuthorize(
  tenant: TenantState,
  { clientId, userId, scopes, anew = false }: Sought,
): readonly string[] {
  const asked = scopes.find(isDefault)
  if (asked === undefined) return scopes
  const openId = scopes.filter(isOpenId)
  const granted = grantedScopes(tenant, clientId, userId, asked)
  if (granted.length > 0 && !anew) return [...granted, ...openId]
  const listed = [...listedScopes(tenant, clientId), ...ownScopes(tenant, clientId, asked)]
  const isOfAsked = (scope: string) => prefixOf(scope) === prefixOf(asked)
  const ofAsked = listed.filter(isOfAsked)
  if (ofAsked.length === 0 && granted.length === 0) throw notListed(tenant, clientId, asked)
  const others = listed.filter((scope) => !isOfAsked(scope))
  return [...new Set([...ofAsked, ...granted, ...others, ...openId])]
}

/** The scopes of a token request: `.default` is what the user has granted for the API. @throws EntraError 65001 for nothing */
export function scopesToIssue(
  tenant: TenantState,
  { clientId, userId, scopes }: Sought,
): readonly string[] {
  const asked = scopes.find(isDefault)
  if (asked === undefined) return scopes
  const granted = grantedScopes(tenant, clientId, userId, asked)
  if (granted.length === 0) throw notConsented(tenant, clientId)
  return [...granted, ...scopes.filter(isOpenId)]
}

/** @throws EntraError 65001 for scopes that are not granted; those of OpenID need no consent of their own */
export function requireConsent(tenant: TenantState, { clientId, userId, scopes }: Sought): void {
  const missing = missingConsent(tenant, userId, clientId, scopes).filter(
    (scope) => !isOpenId(scope),
  )
  if (missing.length > 0) throw notConsented(tenant, clientId)
}

function notConsented({ registry }: TenantState, clientId: string): EntraError {
  const name = registry.client(clientId)?.name ?? ''
  // Names the application, as Entra's does; the clients show it.
  return new EntraError(65001, {
    message: `The user or administrator has not consented to use the application with ID '${clientId}' named '${name}'. Send an interactive authorization request for this user and resource.`,
  })
}

function grantedScopes(
  tenant: TenantState,
  clientId: string,
  userId: string,
  asked: string,
): string[] {
  const prefix = prefixOf(asked)
  const consented = tenant.consents
    .list()
    .filter((one) => one.clientId === clientId && (one.userId ?? userId) === userId)
    .flatMap(({ scopes }) => scopes)
    .filter((scope) => prefixOf(scope) === prefix && !isOpenId(scope))
  const api = entryNamed(tenant.registry, prefix || graphAppId)?.application.api
  const ids = preAuthorizedIds(api?.preAuthorizedApplications ?? [], clientId)
  const preAuthorized = (api?.oauth2PermissionScopes ?? [])
    .filter(({ id, isEnabled }) => isEnabled && ids.includes(id))
    .map(({ value }) => `${prefix}/${value}`)
  return [...new Set([...consented, ...preAuthorized])]
}

/** The delegated permissions that a registration lists, as scopes. Microsoft's own applications have User.Read. */
export function listedScopes({ registry }: TenantState, clientId: string): string[] {
  const entry = registry.entry(clientId)
  if (!entry?.isRegistered && !entry?.home) return ['User.Read']
  return listedPermissions(registry, entry.application, 'Scope').map(scopeOf)
}

/**
 * What an application exposes, if `.default` is of itself: one registration can be the page and its API, and lists itself nowhere.
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes: 90009 ("requesting a token for itself") says that it
 * is supported. Which scopes the token has is on no page of Microsoft's.
 */
function ownScopes({ registry }: TenantState, clientId: string, asked: string): string[] {
  const application = entryNamed(registry, prefixOf(asked))?.application
  if (application?.appId !== clientId) return []
  return application.api.oauth2PermissionScopes
    .filter(({ isEnabled, type }) => isEnabled && type === 'User')
    .map(({ value }) => `${prefixOf(asked)}/${value}`)
}

export function scopeOf({ resource, value }: ListedPermission): string {
  const { appId, identifierUris } = resource.application
  if (appId === graphAppId) return value
  return `${identifierUris[0] ?? appId}/${value}`
}

function notListed({ registry }: TenantState, clientId: string, asked: string): EntraError {
  const name = prefixOf(asked) || 'https://graph.microsoft.com'
  const entry = registry.entry(clientId)
  const valid = entry?.application.requiredResourceAccess.map(({ resourceAppId }) => resourceAppId)
  return new EntraError(650057, {
    message: `Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in the client's application registration. Client app ID: ${clientId}. Resource value from request: ${name}. List of valid resources from app registration: ${valid?.join(', ') ?? ''}.`,
  })
}

/**
 * The APIs whose own permissions are part of this consent: with `.default`, those that know the client
 * (`knownClientApplications`), so that one page is for the client and for the API behind it.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */
export function combinedConsents(
  tenant: TenantState,
  clientId: string,
  scopes: readonly string[],
): { clientId: string; scopes: string[] }[] {
  const asked = scopes.filter(isDefault).map((scope) => prefixOf(scope))
  return asked
    .map((name) => entryNamed(tenant.registry, name))
    .filter((entry) => entry !== undefined && knows(entry, clientId))
    .flatMap((entry) => {
      const appId = entry?.application.appId ?? ''
      return { clientId: appId, scopes: [...listedScopes(tenant, appId), ...openIdScopes] }
    })
}

/**
 * With `appRoleAssignmentRequired`, only users who are assigned may use an application, as a client or as an API.
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes: 50105
 *
 * @throws EntraError 50105
 */
export function requireAssignment(tenant: TenantState, appId: string, user: TenantUser): void {
  const entry = tenant.registry.entry(appId)
  if (!entry?.servicePrincipal?.appRoleAssignmentRequired || isAssigned(tenant, entry, user)) return
  throw new EntraError(50105, {
    message: `The application '${entry.application.displayName}' is configured to block users unless they are specifically granted ('assigned') access to it. The signed-in user '${user.userPrincipalName}' is blocked because they are not assigned.`,
  })
}

function knows({ application }: Entry, clientId: string): boolean {
  const { knownClientApplications: known } = application.api
  return known.some((id) => id.toLowerCase() === clientId.toLowerCase())
}
