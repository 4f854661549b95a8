/** The domain names of the tenant: those of its users' names. */

import type { TenantUser } from './user.ts'

/** By the list of users, of which each change makes a new one: looking through 100 000 at each request is slow. */
const known = new WeakMap<readonly TenantUser[], ReadonlySet<string>>()

/** In lower case. The first is that of the first user. */
export function verifiedDomains(users: readonly TenantUser[]): ReadonlySet<string> {
  const cached = known.get(users)
  if (cached) return cached
  const domains = new Set(users.map(({ userPrincipalName }) => domainOf(userPrincipalName)))
  known.set(users, domains)
  return domains
}

/** What follows the last `@` of a user name, in lower case; of a domain name, itself. */
export function domainOf(userName: string): string {
  return userName.slice(userName.lastIndexOf('@') + 1).toLowerCase()
}
