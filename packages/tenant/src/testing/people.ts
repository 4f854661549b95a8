/** The users of a tenant, by what makes them different. */
import type { TenantUser } from '../directory/directory.ts'

export interface People {
  /** The first of the directory, whom the tenant offers first. Has the app role `Directory.Reader`. */
  first: TenantUser
  /** May consent for the whole organisation. */
  administrator: TenantUser
  /** Of another organisation; the only one among the generated users. */
  guest: TenantUser
  /** In 200 groups: as many as a token names one by one. */
  inManyGroups: TenantUser
  /** In more than 200 groups: the token says only where to ask for them. */
  inTooManyGroups: TenantUser
  /**
   * Somebody by place in the directory. The places from 13 on have no one special: tests that must not
   * disturb each other take different ones.
   *
   * @throws Error where the directory is shorter
   */
  at(place: number): TenantUser
}

/**
 * Whom a test signs in: `browser.signIn({ user: people(tenant).guest.userPrincipalName })`. A directory of
 * 13 users has all of them. To disable one, call `tenant.disableUser(person.id)`; other names, roles and
 * groups are given by the option `patchUsers` of `createTenant`.
 *
 * @param directory a tenant, or whatever else has its list of users
 * @throws Error on access to a person whom this directory does not have
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
    get first() {
      return at(0)
    },
    get administrator() {
      return find('administrator', ({ isAdmin }) => isAdmin)
    },
    get guest() {
      return find('guest', ({ userType }) => userType === 'Guest')
    },
    get inManyGroups() {
      return find('user in 200 groups', ({ groups }) => groups.length === 200)
    },
    get inTooManyGroups() {
      return find('user in more than 200 groups', ({ groups }) => groups.length > 200)
    },
  }
}
