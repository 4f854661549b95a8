/** The tenant's directory: users and groups as generated, with what was created, changed and deleted since. */

import { isDeepStrictEqual } from 'node:util'
import { createAccountStates, type AccountStates } from './account-states.ts'
import { createChangeLog, type ChangeLog } from './changes/change-log.ts'
import { generateGroups, unnamedGroup, type TenantGroup } from './groups.ts'
import { createLayer, type Layer, type LayerSnapshot } from './changes/layer.ts'
import { createManagers, type Managers } from './managers.ts'
import { createMembership, type Membership, type MembershipSnapshot } from './membership.ts'
import { normalise, type TenantUser } from './user.ts'

export { localPassword, signInName, type TenantUser } from './user.ts'

export interface Directory extends AccountStates {
  /** A new list after each change. */
  readonly users: readonly TenantUser[]
  byId(id: string): TenantUser | undefined
  byUserName(userName: string): TenantUser | undefined
  /** By what users type to sign in: their user name, or for guests the address at home, as in Entra. */
  bySignInName(name: string): TenantUser | undefined
  /** By object id or user name. */
  byIdOrName(text: string): TenantUser | undefined
  /** The first `limit` users whose name or user name has a word that begins with each word of `text`. */
  find(text: string, limit: number): TenantUser[]
  /** Who may consent for the whole organisation. */
  admins(): TenantUser[]
  /** Creates or changes a user. */
  putUser(user: TenantUser): void
  /** The user can no longer sign in, and is kept among the deleted ones. @returns false if there is none */
  deleteUser(id: string): boolean
  deletedUsers: Deleted<TenantUser>
  readonly groups: readonly TenantGroup[]
  group(id: string): TenantGroup | undefined
  putGroup(group: TenantGroup): void
  /** Only Microsoft 365 groups are kept among the deleted ones. @returns false if there is none */
  deleteGroup(id: string): boolean
  deletedGroups: Deleted<TenantGroup>
  membership: Omit<Membership, 'set' | 'snapshot' | 'load'>
  /** Adds a user or group to a group or role, or removes it. */
  setMember(container: string, member: string, isMember: boolean): void
  managers: Pick<Managers, 'managerOf' | 'reportsOf'>
  /** @param managerId undefined for nobody */
  setManager(userId: string, managerId: string | undefined): void
  changes: Omit<ChangeLog, 'add' | 'restart'>
  /** Changes the number of generated users; without a count, to that of the start. Users who remain keep id, name and state. */
  resize(count?: number): void
  /** What differs from the generated directory, as plain JSON. The number of generated users is not in it. */
  snapshot(): DirectorySnapshot
  /** Takes the place of all changes; without a snapshot, everything is as generated again. */
  restore(snapshot?: DirectorySnapshot): void
}

/** Objects that can be restored until they are deleted for good. */
type Deleted<T> = {
  list: Layer<T>['deleted']
  restore: Layer<T>['restore']
  purge: Layer<T>['purge']
}

export interface DirectorySnapshot {
  users: LayerSnapshot<TenantUser>
  groups: LayerSnapshot<TenantGroup>
  members: MembershipSnapshot
  managers: Readonly<Record<string, string | null>>
}

/**
 * @param make the first `count` users
 * @param now ms since the epoch
 * @param salt makes the ids of groups those of a further tenant
 */
export function createDirectory(
  make: (count: number) => readonly TenantUser[],
  count: number,
  now: () => number,
  salt = '',
): Directory {
  const states = createAccountStates(now)
  const changes = createChangeLog()
  let generated = make(count)
  const users = createLayer(generated)
  const groups = createLayer(groupsFor(generated, salt))
  const names = createUserNames(users.list())
  const byId = (id: string) => users.get(id.toLowerCase())
  const byUserName = (name: string) => byId(names.idOf(name) ?? '')
  const group = (id: string) => groups.get(id.toLowerCase())
  const membership = createMembership({ users: users.list, groups: groups.list, user: byId, group })
  const managers = createManagers(() => generated, byId)

  function reload(next = generated): void {
    generated = next
    changes.restart()
    users.rebase(generated)
    groups.rebase(groupsFor(generated, salt))
    names.read(users.list())
  }
  return {
    ...states,
    ...userOperations({ users, names, changes, now }),
    ...groupOperations({ groups, changes, now }),
    get users() {
      return users.list()
    },
    get groups() {
      return groups.list()
    },
    byId,
    byUserName,
    group,
    bySignInName: (name) => byUserName(name) ?? guestByMail(users.list(), name),
    byIdOrName: (text) => byId(text) ?? byUserName(text),
    find: (text, limit) => findUsers(users.list(), text, limit),
    admins: () => users.list().filter((user) => user.isAdmin),
    isDisabled: (id) => states.isDisabled(id) || byId(id)?.accountEnabled === false,
    membership,
    setMember(container, member, isMember) {
      membership.set(container, member, isMember)
      if (group(container))
        changes.add('group', container, { member: { id: member, isRemoved: !isMember } })
    },
    managers,
    setManager(userId, managerId) {
      managers.set(userId, managerId)
      changes.add('user', userId)
    },
    changes,
    resize: (size = count) => reload(make(size)),
    ...storage({ users, groups, membership, managers, reload }),
  }
}

interface StoredParts {
  users: Layer<TenantUser>
  groups: Layer<TenantGroup>
  membership: Membership
  managers: Managers
  reload: () => void
}

function storage({ users, groups, membership, managers, reload }: StoredParts) {
  const none: DirectorySnapshot = { users: [], groups: [], members: {}, managers: {} }
  return {
    snapshot: (): DirectorySnapshot => ({
      users: users.snapshot(),
      groups: groups.snapshot(),
      members: membership.snapshot(),
      managers: managers.snapshot(),
    }),
    restore(snapshot: DirectorySnapshot = none) {
      users.load(snapshot.users)
      groups.load(snapshot.groups)
      membership.load(snapshot.members)
      managers.load(snapshot.managers)
      reload()
    },
  }
}

interface UserParts {
  users: Layer<TenantUser>
  names: ReturnType<typeof createUserNames>
  changes: ChangeLog
  now: () => number
}

function userOperations({ users, names, changes, now }: UserParts) {
  const deletedUsers: Deleted<TenantUser> = {
    list: users.deleted,
    purge: users.purge,
    restore(id) {
      const user = users.restore(id)
      if (user) {
        names.set(undefined, user)
        changes.add('user', user.id)
      }
      return user
    },
  }
  return {
    deletedUsers,
    putUser(user: TenantUser) {
      const before = users.get(user.id)
      names.set(before, user)
      users.put(user)
      changes.add('user', user.id, before ? { properties: changedNames(before, user) } : {})
    },
    deleteUser(id: string) {
      const user = users.get(id)
      if (!user) return false
      names.set(user, undefined)
      users.remove(id, now())
      changes.add('user', id)
      return true
    },
  }
}

interface GroupParts {
  groups: Layer<TenantGroup>
  changes: ChangeLog
  now: () => number
}

function groupOperations({ groups, changes, now }: GroupParts) {
  const deletedGroups: Deleted<TenantGroup> = {
    list: groups.deleted,
    purge: groups.purge,
    restore(id) {
      const group = groups.restore(id)
      if (group) changes.add('group', group.id)
      return group
    },
  }
  return {
    deletedGroups,
    putGroup(group: TenantGroup) {
      const before = groups.get(group.id)
      groups.put(group)
      changes.add('group', group.id, before ? { properties: changedNames(before, group) } : {})
    },
    deleteGroup(id: string) {
      const isKept = groups.get(id)?.groupTypes.includes('Unified') ?? false
      changes.add('group', id)
      return groups.remove(id, now(), !isKept)
    },
  }
}

/** The names of Graph's properties whose values differ between two versions of an object. */
function changedNames<T extends { profile?: Readonly<Record<string, unknown>> }>(
  before: T,
  after: T,
): string[] {
  const flat = ({ profile, ...own }: T): Record<string, unknown> => ({ ...profile, ...own })
  const [old, now] = [flat(before), flat(after)]
  return Object.keys(now).filter((name) => !isDeepStrictEqual(old[name], now[name]))
}

/** The groups of a tenant with these users: also ids that are in users' lists only. */
function groupsFor(users: readonly TenantUser[], salt: string): readonly TenantGroup[] {
  const groups = generateGroups(users, salt)
  const known = new Set(groups.map(({ id }) => id))
  const others = new Set<string>()
  for (const user of users) for (const id of user.groups) if (!known.has(id)) others.add(id)
  return [...groups, ...[...others].map(unnamedGroup)]
}

function keyOf(name: string): string {
  return name.trim().toLowerCase()
}

/** Finds ids by user name, in any case. */
function createUserNames(list: readonly TenantUser[]) {
  const ids = new Map<string, string>()
  function read(users: readonly TenantUser[]): void {
    ids.clear()
    for (const { userPrincipalName, id } of users) ids.set(keyOf(userPrincipalName), id)
  }
  read(list)
  return {
    idOf: (name: string) => ids.get(keyOf(name)),
    read,
    set(before: TenantUser | undefined, after: TenantUser | undefined) {
      if (before) ids.delete(keyOf(before.userPrincipalName))
      if (after) ids.set(keyOf(after.userPrincipalName), after.id)
    },
  }
}

function guestByMail(users: readonly TenantUser[], name: string): TenantUser | undefined {
  const mail = name.trim().toLowerCase()
  return users.find((user) => user.userType === 'Guest' && user.mail?.toLowerCase() === mail)
}

function findUsers(users: readonly TenantUser[], text: string, limit: number): TenantUser[] {
  const words = normalise(text).split(/\s+/).filter(Boolean)
  if (words.length === 0) return users.slice(0, limit)
  const found: TenantUser[] = []
  for (const user of users) {
    if (found.length >= limit) break
    const whole = normalise(user.userPrincipalName)
    const name = ` ${normalise(user.displayName)} ${whole.replace('.', ' ')}`
    if (words.every((word) => name.includes(` ${word}`) || whole.startsWith(word))) found.push(user)
  }
  return found
}
