/**
 * The rules for what an application exposes: its names, its scopes and its roles.
 * https://learn.microsoft.com/graph/api/resources/application
 */

import type { Application } from '../../registry/application.ts'
import { badBody, GraphError, invalidValue } from '../errors.ts'

/**
 * @param tenantId may be a part of a name
 * @param domains the tenant's verified domains
 * @throws GraphError 400
 */
export function checkExposed(
  before: Application,
  after: Application,
  { tenantId, domains }: { tenantId: string; domains: ReadonlySet<string> },
): void {
  const known = new Set(before.identifierUris)
  for (const uri of after.identifierUris) {
    if (!known.has(uri)) checkIdentifier(uri, [after.appId, tenantId], domains)
  }
  refuseDuplicates(after.api.oauth2PermissionScopes, after.appRoles)
  refuseRemoved(before.api.oauth2PermissionScopes, after.api.oauth2PermissionScopes)
  refuseRemoved(before.appRoles, after.appRoles)
  checkPreAuthorized(after)
}

/**
 * https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions: an id of the application or of the tenant,
 * or a verified domain, has to be a part of it.
 */
function checkIdentifier(uri: string, ids: readonly string[], domains: ReadonlySet<string>): void {
  const [, scheme = '', host = '', path = ''] =
    /^([a-z]+):\/\/([^/?#]+)(\/[^?#]*)?$/i.exec(uri) ?? []
  const parts = [host, ...path.split('/')].map((part) => part.toLowerCase())
  const isOnDomain = [...domains].some((domain) => `.${parts[0] ?? ''}`.endsWith(`.${domain}`))
  const hasId = scheme.toLowerCase() === 'api' && ids.some((id) => parts.includes(id.toLowerCase()))
  const isKnownScheme = /^(api|https)$/i.test(scheme)
  if (uri.length > 255 || uri.endsWith('/')) throw invalidValue('identifierUris', 'Application')
  if (isKnownScheme && (hasId || isOnDomain)) return
  throw new GraphError(
    400,
    'HostNameNotOnVerifiedDomain',
    `Values of identifierUris property must use a verified domain of the organization or its subdomain: '${uri}'`,
  )
}

interface Permission {
  id: string
  value: string | null
  isEnabled?: boolean
}

/**
 * Ids and values are unique among the scopes and among the roles. A scope and a role may share a value only if they share the id.
 *
 * @throws GraphError 400
 */
function refuseDuplicates(scopes: readonly Permission[], roles: readonly Permission[]): void {
  for (const one of [scopes, roles]) {
    const values = one.flatMap(({ value }) => value || [])
    const ids = one.map(({ id }) => id)
    if (new Set(values).size < values.length || new Set(ids).size < ids.length) throw duplicate()
  }
  const clash = roles.some(
    ({ id, value }) => value && scopes.some((scope) => scope.value === value && scope.id !== id),
  )
  if (clash) throw duplicate()
}

function duplicate(): GraphError {
  // Clients look for these words.
  return badBody('Request contains a property with duplicate values.')
}

/** A permission in use is not taken away by mistake: it is disabled first. @throws GraphError 400 */
function refuseRemoved(before: readonly Permission[], after: readonly Permission[]): void {
  const removed = before.filter(
    ({ id, isEnabled }) => isEnabled !== false && !after.some((one) => one.id === id),
  )
  if (removed.length === 0) return
  // Clients look for these words too.
  throw new GraphError(
    400,
    'CannotDeleteOrUpdateEnabledEntitlement',
    'Permission (scope or role) cannot be deleted or updated unless disabled first.',
  )
}

function checkPreAuthorized({ api }: Application): void {
  const ids = api.oauth2PermissionScopes.map(({ id }) => id)
  for (const { delegatedPermissionIds } of api.preAuthorizedApplications) {
    const unknown = delegatedPermissionIds.find((id) => !ids.includes(id))
    if (unknown === undefined) continue
    throw badBody(
      `Property api.preAuthorizedApplications.delegatedPermissionIds has the value '${unknown}', which is no scope of the application.`,
    )
  }
}
