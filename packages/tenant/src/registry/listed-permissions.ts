/** The permissions that a registration lists (`requiredResourceAccess`), by name and by id. */

import type { Application, RequiredResourceAccess } from './application.ts'
import { assignAppRole } from './app-role-assignments.ts'
import { graphAppId } from './built-in.ts'
import type { ClientRegistration } from './client.ts'
import type { Entry, Registry } from './entry.ts'
import { entryNamed, prefixOf, valueOf } from './resources.ts'

type Kind = 'Scope' | 'Role'

interface Named {
  resource: Entry
  id: string
}

/**
 * Lists what a client of the tenant's options names, and grants it its application permissions.
 *
 * @param now ms since the epoch
 * @throws Error with a sentence for a permission that no API of the tenant has
 */
export function grantRegistered(
  registry: Registry,
  registration: ClientRegistration,
  now: number,
): void {
  const entry = registry.entry(registration.clientId)
  if (!entry?.servicePrincipal) return
  // Every new registration begins with User.Read.
  const delegated = (registration.delegatedPermissions ?? ['User.Read']).map((name) =>
    named(registry, registration, name, 'Scope'),
  )
  const application = (registration.applicationPermissions ?? []).map((name) =>
    named(registry, registration, name, 'Role'),
  )
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

/** `User.Read` is Graph's; others have the API's name before them. */
function named(
  registry: Registry,
  { clientId }: ClientRegistration,
  name: string,
  kind: Kind,
): Named {
  const resource = entryNamed(registry, prefixOf(name) || graphAppId)
  const { api, appRoles } = resource?.application ?? {}
  const value = valueOf(name).toLowerCase()
  const all = kind === 'Scope' ? api?.oauth2PermissionScopes : appRoles
  const found = all?.find((one) => one.value?.toLowerCase() === value)
  if (resource && found) return { resource, id: found.id }
  const what = kind === 'Scope' ? 'delegated' : 'application'
  throw new Error(
    `The client ${clientId} lists the ${what} permission "${name}", which no API of the tenant has.`,
  )
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
