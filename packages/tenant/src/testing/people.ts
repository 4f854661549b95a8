/** Finds the special users of a tenant. */

import type { TenantUser } from '../directory/directory.ts'

export interface People {
  /** The first user, whom the tenant offers first. Has the app role `Directory.Reader`. */
  first: TenantUser
  /** May consent for the whole organisation. */
  administrator: TenantUser
  /** The only user of another organisation. */
  guest: TenantUser
  /** Cannot sign in (AADSTS50057). At place 199, so only a directory of 200 users has one. */
  disabled: TenantUser
  /** In 200 groups, the most that a token lists. */
  inManyGroups: TenantUser
  /** In more than 200 groups: the token only says where to ask for them. */
  inTooManyGroups: TenantUser
  /**
   * A user by place in the directory, from 0. The users from place 13 to 198 are not special: tests that must
   * not disturb each other take different ones.
   *
   * @throws Error if the directory is shorter
   */
  at(place: number): TenantUser
  /** The first user with this app role. @throws Error if nobody has it: give it by `patchUsers` or in `tenant.json` */
  withRole(role: string): TenantUser
  /** The first user in this group. @param id its object id. @throws Error if it is empty */
  inGroup(id: string): TenantUser
  /** The first user without any app role. */
  withoutRole: TenantUser
}

/**
 * Users to sign in: `browser.signIn({ user: people(tenant).guest.userPrincipalName })`. A directory of
 * 13 users has all of them but the disabled one. To disable another, call `tenant.disableUser(person.id)`; other names, roles and
 * groups are given by the option `patchUsers` of `createTenant`.
 *
 * @param directory a tenant, or another object with a list of users
 * @throws Error on access to a user that the directory does not have
 */
export function people(directory: { readonly users: readonly TenantUser[] }): People {
  function find(what: string, is: (user: TenantUser) => boolean): TenantUser {
    const found = directory.users.find(is)
    if (!found) throw new Error(`Of ${directory.users.length} users, there is no ${what}.`)
    return found
  }
  function at(place: number): TenantUser {
    const user = directory.users[place]
    if (!user) throw new Error(`Of ${directory.users.length} users, there is none at ${place}.`)
    return user
  }
  return {
    at,
    withRole: (role) => find(`user with the role ${role}`, ({ roles }) => roles.includes(role)),
    inGroup: (id) => find(`user in the group ${id}`, ({ groups }) => groups.includes(id)),
    get withoutRole() {
      return find('user without a role', ({ roles }) => roles.length === 0)
    },
    get first() {
      return at(0)
    },
    get administrator() {
      return find('administrator', ({ isAdmin }) => isAdmin)
    },
    get guest() {
      return find('guest', ({ userType }) => userType === 'Guest')
    },
    get disabled() {
      return find('disabled user', ({ accountEnabled }) => !accountEnabled)
    },
    get inManyGroups() {
      return find('user in 200 groups', ({ groups }) => groups.length === 200)
    },
    get inTooManyGroups() {
      return find('user in more than 200 groups', ({ groups }) => groups.length > 200)
    },
  }
}
