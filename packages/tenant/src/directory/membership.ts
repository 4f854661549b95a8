/** Who is in which group and role: what is generated, what rules say, and what was added or removed since. */

import { isDynamic, ruleTest, type TenantGroup } from './groups.ts'
import { directoryRoles, globalAdministrator, type DirectoryRole } from './roles.ts'
import type { TenantUser } from './user.ts'

export interface Members {
  users: TenantUser[]
  groups: TenantGroup[]
}

/** For each group or role, its members that differ: true if added, false if removed. */
export type MembershipSnapshot = Readonly<Record<string, Readonly<Record<string, boolean>>>>

export interface Membership {
  /** The direct members of a group. */
  membersOf(group: TenantGroup): Members
  /** With the members of groups in it. */
  allMembersOf(group: TenantGroup): Members
  /** The groups that a user or group is in directly, those of the user's list first. */
  groupsOf(member: TenantUser | TenantGroup): TenantGroup[]
  /** With the groups that these are in. */
  allGroupsOf(member: TenantUser | TenantGroup): TenantGroup[]
  rolesOf(member: TenantUser | TenantGroup): DirectoryRole[]
  roleMembers(role: DirectoryRole): TenantUser[]
  /** @param container id of a group or of a role other than Global Administrator */
  set(container: string, member: string, isMember: boolean): void
  snapshot(): MembershipSnapshot
  load(snapshot: MembershipSnapshot): void
}

interface Source {
  users(): readonly TenantUser[]
  groups(): readonly TenantGroup[]
  user(id: string): TenantUser | undefined
  group(id: string): TenantGroup | undefined
}

const tests = new WeakMap<TenantGroup, (user: TenantUser) => boolean>()

function followsRule(group: TenantGroup, user: TenantUser): boolean {
  const test = tests.get(group) ?? ruleTest(group.membershipRule ?? '')
  tests.set(group, test)
  return test(user)
}

const isUser = (member: TenantUser | TenantGroup): member is TenantUser =>
  'userPrincipalName' in member

/** The groups of a member, and the groups that these are in. */
function withParents(
  member: TenantUser | TenantGroup,
  groupsOf: Membership['groupsOf'],
): TenantGroup[] {
  const found = new Map(groupsOf(member).map((group) => [group.id, group]))
  // A map that grows while it is walked: each group is looked at once, so circles end.
  for (const group of found.values()) {
    for (const parent of groupsOf(group)) if (parent.id !== member.id) found.set(parent.id, parent)
  }
  return [...found.values()]
}

/** The members of a group, and those of the groups in it. */
function withNested(group: TenantGroup, membersOf: Membership['membersOf']): Members {
  const groups = new Map([[group.id, group]])
  const users = new Map<string, TenantUser>()
  for (const each of groups.values()) {
    const members = membersOf(each)
    for (const user of members.users) users.set(user.id, user)
    for (const nested of members.groups) groups.set(nested.id, nested)
  }
  groups.delete(group.id)
  return { users: [...users.values()], groups: [...groups.values()] }
}

export function createMembership(source: Source): Membership {
  const differences = new Map<string, Map<string, boolean>>()
  const changed = (container: string, member: string) => differences.get(container)?.get(member)

  /** Whether a member belongs to a group by what is generated, or by its rule. */
  function belongs(group: TenantGroup, member: TenantUser | TenantGroup): boolean {
    if (isDynamic(group)) return isUser(member) && followsRule(group, member)
    const isListed = isUser(member) && member.groups.includes(group.id)
    return changed(group.id, member.id) ?? (isListed || group.firstMembers.includes(member.id))
  }

  function membersOf(group: TenantGroup): Members {
    return {
      users: source.users().filter((user) => belongs(group, user)),
      groups: isDynamic(group) ? [] : source.groups().filter((other) => belongs(group, other)),
    }
  }

  function groupsOf(member: TenantUser | TenantGroup): TenantGroup[] {
    const listed = new Set(isUser(member) ? member.groups : [])
    const first = [...listed].map((id) => source.group(id)).filter((group) => group !== undefined)
    const others = source.groups().filter(({ id }) => !listed.has(id))
    return [...first, ...others].filter((group) => belongs(group, member))
  }

  function hasRole({ id }: DirectoryRole, member: TenantUser | TenantGroup): boolean {
    if (id === globalAdministrator.id) return isUser(member) && member.isAdmin
    return changed(id, member.id) ?? false
  }

  return {
    membersOf,
    allMembersOf: (group) => withNested(group, membersOf),
    groupsOf,
    allGroupsOf: (member) => withParents(member, groupsOf),
    rolesOf: (member) => directoryRoles.filter((role) => hasRole(role, member)),
    roleMembers: (role) => source.users().filter((user) => hasRole(role, user)),
    set(container, member, isMember) {
      const members = differences.get(container) ?? new Map<string, boolean>()
      differences.set(container, members.set(member, isMember))
    },
    snapshot: () =>
      Object.fromEntries(
        [...differences].map(([id, members]) => [id, Object.fromEntries(members)]),
      ),
    load(snapshot) {
      differences.clear()
      for (const [id, members] of Object.entries(snapshot)) {
        differences.set(id, new Map(Object.entries(members)))
      }
    },
  }
}
