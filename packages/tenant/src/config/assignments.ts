/** App role assignments and consents of `tenant.json`, and the users whom the configuration names. */

import type { TenantState } from '../tenant-state.ts'
import { assignAppRole } from '../registry/app-role-assignments.ts'
import { clientsOf, type StartClient } from './clients.ts'
import { closeNames } from './close-names.ts'
import { configuredGroups, groupId } from './people.ts'
import { keyOf, type ConfigProblem } from './schema-problems.ts'
import type { ConfigFile } from './schema.ts'

type Assignments = Pick<ConfigFile, 'appRoleAssignments' | 'clients' | 'consents' | 'groups'>

/** Names are compared with so many users: each comparison costs. */
const compared = 1_000

/** The users whom the configuration names and who do not exist. */
export function userProblems({ directory }: TenantState, config: Assignments): ConfigProblem[] {
  const { groups = [], appRoleAssignments = [], consents = [] } = config
  const named = [
    ...groups.flatMap(({ members = [] }, index) =>
      members.map((name, place) => ({ name, path: ['groups', index, 'members', place] })),
    ),
    ...appRoleAssignments.map(({ user: name }, index) => ({
      name,
      path: ['appRoleAssignments', index, 'user'],
    })),
    ...consents.map(({ user: name }, index) => ({ name, path: ['consents', index, 'user'] })),
  ]
  return named.flatMap(({ name, path }) => {
    if (name === undefined || directory.byIdOrName(name)) return []
    const known = directory.users.slice(0, compared).map((user) => user.userPrincipalName)
    const [close] = closeNames(name, known)
    const hint = close === undefined ? '' : `; did you mean ${close}?`
    return [{ key: keyOf(path.map(String)), message: `names no user of this tenant${hint}` }]
  })
}

/** Grants the app roles of the configuration, at every client that defines them. */
export function assignRoles(tenant: TenantState, config: Assignments): void {
  const { registry, directory } = tenant
  const groups = configuredGroups(config)
  for (const { role, user: name, group } of config.appRoleAssignments ?? []) {
    const user = name === undefined ? undefined : directory.byIdOrName(name)
    const principal = user
      ? { principalId: user.id, principalType: 'User' as const }
      : { principalId: groupId(groups, group ?? ''), principalType: 'Group' as const }
    for (const entry of registry.entries()) {
      const found = entry.application.appRoles.find(({ value }) => value === role)
      if (found && entry.isRegistered) {
        assignAppRole(entry, { appRoleId: found.id, ...principal }, tenant.now())
      }
    }
  }
}

/**
 * Grants the permissions that users, or all of them, have consented to from the start.
 *
 * @param all the clients of all tenants, which their own come before
 */
export function grantConsents(
  tenant: TenantState,
  config: Assignments,
  all: readonly StartClient[],
): void {
  const clients = [...clientsOf(config), ...all]
  for (const { client: wanted, scopes, user: userName } of config.consents ?? []) {
    const lower = wanted.toLowerCase()
    const byId = clients.find((one) => one.clientId === lower)
    const found = byId ?? clients.find(({ name }) => name.toLowerCase() === lower)
    const clientId = found?.clientId ?? lower
    tenant.registry.admit(clientId)
    const user = userName === undefined ? undefined : tenant.directory.byIdOrName(userName)
    if (user) tenant.consents.grant(user.id, clientId, scopes)
    else tenant.consents.grantForAll(clientId, scopes)
  }
}
