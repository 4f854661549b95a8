/** The domain names of the tenant: those of its users' names. */

import type { TenantUser } from './directory.ts'

interface Known {
  count: number
  domains: ReadonlySet<string>
}

/** By the list of users, because looking through 100 000 of them at each request is slow. */
const known = new WeakMap<readonly TenantUser[], Known>()

/** In lower case. The first is that of the first user. */
export function verifiedDomains(users: readonly TenantUser[]): ReadonlySet<string> {
  const cached = known.get(users)
  if (cached?.count === users.length) return cached.domains
  const domains = new Set(users.map(({ userPrincipalName }) => domainOf(userPrincipalName)))
  known.set(users, { count: users.length, domains })
  return domains
}

/** What follows the last `@` of a user name, in lower case; of a domain name, itself. */
export function domainOf(userName: string): string {
  return userName.slice(userName.lastIndexOf('@') + 1).toLowerCase()
}
