/** The people and groups of `tenant.json`, put over the generated users. */

import type { TenantUser } from '../directory/directory.ts'
import { userDomain } from '../directory/generate.ts'
import { newUser } from '../directory/user.ts'
import { stableGuid } from '../registry/application.ts'
import type { ConfigFile, ConfigGroup, ConfigPerson } from './schema.ts'

/** The parts of the configuration that are about people. */
export type PeopleConfig = {
  [K in 'people' | 'groups']?: ConfigFile[K] | undefined
}

/** A group of the configuration, with its id. */
export interface ConfiguredGroup extends ConfigGroup {
  id: string
}

/** The groups, each with an id: without one in the configuration, the same at every start. */
export function configuredGroups({ groups = [] }: PeopleConfig): ConfiguredGroup[] {
  return groups.map((group) => ({
    ...group,
    id: group.id?.toLowerCase() ?? stableGuid(`configured group ${group.displayName}`),
  }))
}

/** The generated users, changed by the configuration, and after them the people that it adds. */
export function withPeople(
  generated: readonly TenantUser[],
  config: PeopleConfig,
): readonly TenantUser[] {
  const { people = [], groups = [] } = config
  if (people.length + groups.length === 0) return generated
  const known = configuredGroups(config)
  const byName = new Map(generated.map((user) => [user.userPrincipalName.toLowerCase(), user]))
  for (const person of people) {
    const name = person.userPrincipalName.toLowerCase()
    const before = byName.get(name) ?? userNamed(person)
    byName.set(name, { ...before, ...changes(person, known, before) })
  }
  addMemberships(byName, known)
  return [...byName.values()]
}

/** A user with nothing but a name. */
export function userNamed({ userPrincipalName, id }: ConfigPerson): TenantUser {
  const isGuest = userPrincipalName.includes('#EXT#')
  return newUser({
    id: id?.toLowerCase() ?? stableGuid(`configured user ${userPrincipalName.toLowerCase()}`),
    displayName: userPrincipalName.split('@')[0] ?? userPrincipalName,
    mail: isGuest ? null : userPrincipalName,
    userPrincipalName,
    userType: isGuest ? 'Guest' : 'Member',
  })
}

/** What the configuration says about a person; the object id of a generated user stays. */
function changes(
  configured: ConfigPerson,
  known: readonly ConfiguredGroup[],
  before: TenantUser,
): Partial<TenantUser> {
  const { id: _, groups, ...person } = configured
  const named = groups?.map((name) => groupId(known, name))
  return { ...person, userPrincipalName: before.userPrincipalName, ...(named && { groups: named }) }
}

/** The id of a group by its name; another text is an id already. */
export function groupId(known: readonly ConfiguredGroup[], name: string): string {
  const wanted = name.toLowerCase()
  const group = known.find(
    ({ displayName, id }) => displayName.toLowerCase() === wanted || id === wanted,
  )
  return group?.id ?? wanted
}

function addMemberships(users: Map<string, TenantUser>, groups: readonly ConfiguredGroup[]): void {
  for (const { id, members = [] } of groups) {
    for (const member of members) {
      const user = users.get(member.toLowerCase())
      // At the start all of them exist. Fewer users may be generated later.
      if (!user || user.groups.includes(id)) continue
      users.set(member.toLowerCase(), { ...user, groups: [...user.groups, id] })
    }
  }
}

/** The generated users with user names, and addresses of this organisation, in another domain. */
export function withDomain(users: readonly TenantUser[], domain: string): readonly TenantUser[] {
  if (domain === userDomain) return users
  const moved = (name: string) => name.replace(`@${userDomain}`, `@${domain}`)
  return users.map((user) => ({
    ...user,
    mail: user.mail && moved(user.mail),
    userPrincipalName: moved(user.userPrincipalName),
  }))
}
