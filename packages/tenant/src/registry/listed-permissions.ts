/** The permissions that a registration lists (`requiredResourceAccess`), by name and by id. */

import type { Application, RequiredResourceAccess } from './application.ts'
import { assignAppRole } from './app-role-assignments.ts'
import { graphAppId } from './built-in.ts'
import type { Entry, Registry } from './entry.ts'
import { entryNamed, prefixOf, valueOf } from './resources.ts'

type Kind = 'Scope' | 'Role'

interface Named {
  resource: Entry
  id: string
}

/** What a client of the configuration needs, by name. */
export interface NamedPermissions {
  clientId: string
  delegatedPermissions?: readonly string[]
  applicationPermissions?: readonly string[]
}

/**
 * Lists what a client of the configuration names, as far as an API has it, and grants it its application permissions.
 *
 * @param now ms since the epoch
 */
export function grantNamed(registry: Registry, client: NamedPermissions, now: number): void {
  const entry = registry.entry(client.clientId)
  if (!entry?.servicePrincipal) return
  const found = (names: readonly string[], kind: Kind) =>
    names.flatMap((name) => permissionNamed(registry, name, kind) ?? [])
  // Every new registration begins with User.Read.
  const delegated = found(client.delegatedPermissions ?? ['User.Read'], 'Scope')
  const application = found(client.applicationPermissions ?? [], 'Role')
  for (const { resource, id } of application) {
    const { id: principalId } = entry.servicePrincipal
    assignAppRole(resource, { appRoleId: id, principalId, principalType: 'ServicePrincipal' }, now)
  }
  entry.application = {
    ...entry.application,
    requiredResourceAccess: byResource([
      ...delegated.map((one) => ({ ...one, type: 'Scope' as const })),
      ...application.map((one) => ({ ...one, type: 'Role' as const })),
    ]),
  }
}

function byResource(listed: readonly (Named & { type: Kind })[]): RequiredResourceAccess[] {
  return [...Map.groupBy(listed, ({ resource }) => resource.application.appId)].map(
    ([resourceAppId, permissions]) => ({
      resourceAppId,
      resourceAccess: permissions.map(({ id, type }) => ({ id, type })),
    }),
  )
}

/**
 * A permission by its name: `User.Read` is Graph's; others have the API's name before them.
 *
 * @returns undefined if no API of the tenant has it
 */
export function permissionNamed(registry: Registry, name: string, kind: Kind): Named | undefined {
  const resource = entryNamed(registry, prefixOf(name) || graphAppId)
  const value = valueOf(name).toLowerCase()
  const found = permissionsOf(resource, kind).find((one) => one.value?.toLowerCase() === value)
  return resource && found && { resource, id: found.id }
}

/** The names of the permissions that the API of such a name has: for messages about one that it has not. */
export function permissionsBeside(registry: Registry, name: string, kind: Kind): string[] {
  const prefix = prefixOf(name)
  const resource = entryNamed(registry, prefix || graphAppId)
  return permissionsOf(resource, kind).flatMap(({ value }) =>
    value === null ? [] : [prefix === '' ? value : `${prefix}/${value}`],
  )
}

function permissionsOf(
  resource: Entry | undefined,
  kind: Kind,
): readonly { id: string; value: string | null }[] {
  const { api, appRoles } = resource?.application ?? {}
  return (kind === 'Scope' ? api?.oauth2PermissionScopes : appRoles) ?? []
}

export interface ListedPermission {
  resource: Entry
  /** The name within the API. */
  value: string
  id: string
}

/** What an application lists of one kind, as far as the APIs are present and have it. */
export function listedPermissions(
  registry: Registry,
  { requiredResourceAccess }: Application,
  kind: Kind,
): ListedPermission[] {
  return requiredResourceAccess.flatMap(({ resourceAppId, resourceAccess }) => {
    const resource = registry.entry(resourceAppId)
    if (!resource?.servicePrincipal?.accountEnabled) return []
    const { api, appRoles } = resource.application
    const all = kind === 'Scope' ? api.oauth2PermissionScopes : appRoles
    return resourceAccess
      .filter(({ type }) => type === kind)
      .flatMap(({ id }) => {
        const found = all.find((one) => one.id === id && one.isEnabled !== false)
        return found?.value ? [{ resource, value: found.value, id }] : []
      })
  })
}
