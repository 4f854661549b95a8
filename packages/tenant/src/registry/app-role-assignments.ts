/**
 * App roles as they are granted: to users and groups, whose tokens carry them, and to applications as application permissions.
 * https://learn.microsoft.com/graph/api/resources/approleassignment
 */

import { createHash } from 'node:crypto'
import type { Directory, TenantUser } from '../directory/directory.ts'
import { graphTime, type AppRole } from './application.ts'
import type { AppRoleAssignment, Entry, Registry } from './entry.ts'

/** What an assignment without a role has as its role: the principal is assigned, and that is all. */
export const defaultAccess = '00000000-0000-0000-0000-000000000000'

type Asked = Pick<AppRoleAssignment, 'appRoleId' | 'principalId' | 'principalType'>

/**
 * Grants a role of `resource`; the same one twice is one.
 *
 * @param now ms since the epoch
 */
export function assignAppRole(resource: Entry, asked: Asked, now: number): AppRoleAssignment {
  const known = findAssignment(resource, asked)
  if (known) return known
  const { appRoleId, principalId, principalType } = asked
  const name = `${appRoleId} ${principalId} ${resource.application.appId}`
  const id = createHash('sha256').update(name).digest('base64url')
  const created = { id, appRoleId, principalId, principalType, createdDateTime: graphTime(now) }
  resource.appRoleAssignments = [...resource.appRoleAssignments, created]
  return created
}

export function findAssignment(
  { appRoleAssignments }: Entry,
  { appRoleId, principalId }: Pick<Asked, 'appRoleId' | 'principalId'>,
): AppRoleAssignment | undefined {
  return appRoleAssignments.find(
    (one) => one.appRoleId === appRoleId && one.principalId === principalId,
  )
}

/** The application permissions that a service principal has been granted: the `roles` of its app-only tokens. */
export function rolesOfApplication(resource: Entry, servicePrincipalId: string): string[] {
  return assignedRoles(resource, [servicePrincipalId], 'Application')
}

/**
 * The roles of a user in an application, by itself or by a group: the `roles` of the user's tokens.
 *
 * @param defined the values of the roles that the application defines; undefined: all that the user has
 */
export function rolesOfUser(
  tenant: Known,
  appId: string,
  user: TenantUser,
  defined: readonly string[] | undefined,
): string[] {
  const entry = tenant.registry.entry(appId)
  const isGranted = entry !== undefined && entry.appRoleAssignments.length > 0
  const assigned = isGranted ? assignedRoles(entry, principalsOf(tenant, user), 'User') : []
  const own = user.roles.filter((role) => defined?.includes(role) ?? true)
  return [...new Set([...own, ...assigned])]
}

/** Whether the user may sign in to an application that requires an assignment, with or without a role. */
export function isAssigned(tenant: Known, entry: Entry, user: TenantUser): boolean {
  const principals = principalsOf(tenant, user)
  const roles = entry.application.appRoles.map(({ value }) => value)
  return (
    entry.appRoleAssignments.some(({ principalId }) => principals.includes(principalId)) ||
    user.roles.some((role) => roles.includes(role))
  )
}

/** Whether the application may get tokens of an API that requires an assignment. */
export function isAssignedApplication(resource: Entry, servicePrincipalId: string): boolean {
  return resource.appRoleAssignments.some(({ principalId }) => principalId === servicePrincipalId)
}

/** Ends what others have of an application that leaves the tenant, and what it has of others. */
export function removeAssignments(registry: Registry, leaving: Entry): void {
  leaving.appRoleAssignments = []
  for (const entry of registry.entries()) {
    entry.appRoleAssignments = entry.appRoleAssignments.filter(
      ({ principalId }) => principalId !== leaving.servicePrincipal?.id,
    )
  }
}

interface Known {
  registry: Registry
  directory: Directory
}

/** Groups in groups do not count: https://learn.microsoft.com/entra/identity/enterprise-apps/assign-user-or-group-access-portal */
function principalsOf({ directory }: Known, user: TenantUser): string[] {
  return [user.id, ...directory.membership.groupsOf(user).map(({ id }) => id)]
}

function assignedRoles(
  { application, appRoleAssignments }: Entry,
  principals: readonly string[],
  memberType: 'User' | 'Application',
): string[] {
  if (appRoleAssignments.length === 0) return []
  const isFor = ({ allowedMemberTypes, isEnabled = true }: AppRole) =>
    isEnabled && allowedMemberTypes.includes(memberType)
  const granted = new Set(
    appRoleAssignments
      .filter(({ principalId }) => principals.includes(principalId))
      .map(({ appRoleId }) => appRoleId),
  )
  return application.appRoles
    .filter((role) => granted.has(role.id) && isFor(role))
    .flatMap(({ value }) => value ?? [])
}
