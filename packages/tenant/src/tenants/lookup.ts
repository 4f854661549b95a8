/** Finds one of the tenants on the port: by its id, by a domain name, or by a user. */

import { domainOf, verifiedDomains } from '../directory/domains.ts'
import type { TenantUser } from '../directory/directory.ts'
import type { TenantState } from '../tenant-state.ts'

/** By the tenant's id or any of its domain names, in any case. */
export function tenantNamed(
  tenants: readonly TenantState[],
  name: string,
): TenantState | undefined {
  const wanted = name.toLowerCase()
  return (
    tenants.find(({ tenantId, domain }) => tenantId === wanted || domain === wanted) ??
    tenants.find(({ directory }) => verifiedDomains(directory.users).has(wanted))
  )
}

/** The tenant whose domain a user name, an address or a domain name has. */
export function tenantOfDomain(
  tenants: readonly TenantState[],
  text: string,
): TenantState | undefined {
  return tenantNamed(tenants, domainOf(text))
}

/** The first segments of Entra's addresses that are of no tenant alone. */
const segmentsOfSeveral = ['common', 'organizations', 'consumers', 'devicelogin']

export function isOfSeveral(segment: string): boolean {
  return segmentsOfSeveral.includes(segment.toLowerCase())
}

/** A user of one of the tenants. */
export interface Located {
  tenant: TenantState
  user: TenantUser
}

/** By object id: no two tenants have the same one. */
export function locateUser(tenants: readonly TenantState[], id: string): Located | undefined {
  for (const tenant of tenants) {
    const user = tenant.directory.byId(id)
    if (user) return { tenant, user }
  }
  return undefined
}
