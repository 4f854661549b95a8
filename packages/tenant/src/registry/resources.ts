/** The APIs that tokens are for: Microsoft Graph, and applications that expose an API. */

import type { Application, AppRole, PermissionScope } from './application.ts'
import { graphAppId } from './built-in.ts'
import type { Entry, Registry } from './entry.ts'

/** An application that exposes an API. Its scopes are written `${identifier}/${value}`. */
export interface Resource {
  appId: string
  name: string
  /** The first of its identifier URIs, such as `api://…`, or else its application id. */
  identifier: string
  /** Its application id and identifier URIs. */
  names: readonly string[]
  /** The form of its access tokens: `requestedAccessTokenVersion`. */
  version: 1 | 2
  scopes: readonly PermissionScope[]
  /** The values of its enabled app roles for users. */
  appRoles: readonly string[]
}

/**
 * The API of a name: an identifier URI, or an application id.
 *
 * @returns undefined if no application that is present in the tenant has that name
 */
export function findResource(registry: Registry, name: string): Resource | undefined {
  const entry = entryNamed(registry, name)
  const isOther = entry && entry.application.appId !== graphAppId
  return isOther ? resourceOf(entry.application) : undefined
}

/** As `findResource`, and Graph too. */
export function entryNamed(registry: Registry, name: string): Entry | undefined {
  const wanted = name.toLowerCase()
  return registry.entries().find(({ application, servicePrincipal }) => {
    const { appId, identifierUris } = application
    const names = appId === graphAppId ? graphNames(registry) : [appId, ...identifierUris]
    return servicePrincipal?.accountEnabled && names.some((one) => one.toLowerCase() === wanted)
  })
}

/**
 * The names that a scope or a token has for Graph: its application id, its identifier URIs, and the address at which this
 * tenant serves it, as each cloud of Microsoft has its own.
 */
export function graphNames(registry: Registry): readonly string[] {
  const { graphOrigin } = registry
  const identifierUris = registry.entry(graphAppId)?.application.identifierUris ?? []
  return [graphAppId, ...identifierUris, ...(graphOrigin ? [graphOrigin, `${graphOrigin}/`] : [])]
}

export function resourceOf(application: Application): Resource {
  const { appId, displayName, identifierUris, api, appRoles } = application
  return {
    appId,
    name: displayName,
    identifier: identifierUris[0] ?? appId,
    names: [appId, ...identifierUris],
    version: api.requestedAccessTokenVersion === 2 ? 2 : 1,
    scopes: api.oauth2PermissionScopes.filter(({ isEnabled }) => isEnabled),
    appRoles: userRoles(appRoles),
  }
}

/** The values of the enabled roles that users and groups can have. */
export function userRoles(appRoles: readonly AppRole[]): string[] {
  return appRoles
    .filter(
      ({ isEnabled = true, allowedMemberTypes: members }) => isEnabled && members.includes('User'),
    )
    .flatMap(({ value }) => (value === null ? [] : [value]))
}

/** The part of a scope before its last slash; empty for Graph's and OpenID's, which are short here. */
export function prefixOf(scope: string): string {
  return scope.slice(0, Math.max(scope.lastIndexOf('/'), 0))
}

/** The name of a scope within its API. */
export function valueOf(scope: string): string {
  return scope.slice(scope.lastIndexOf('/') + 1)
}
