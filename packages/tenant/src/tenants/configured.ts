/** The options of each tenant on the port, from those of `createTenant`. */

import { clientIdOf } from '../config/applications.ts'
import type { FurtherTenant, TenantOptions } from '../options.ts'
import { stableGuid } from '../registry/application.ts'

/** Generated users of a further tenant: enough to search and to page, and quickly made. */
const usualUsers = 50

/**
 * The first is the options themselves. What a further tenant leaves out is made from its domain, the same at every
 * start: so are its ids, and no two tenants have the same ones.
 */
export function optionsOfTenants(options: TenantOptions): TenantOptions[] {
  const further = (options.tenants ?? []).map((tenant) => completed(tenant, options.seed))
  return [options, ...further]
}

function completed(tenant: FurtherTenant, seed: string | number | undefined): TenantOptions {
  const { tenantName, clients = [], groups, ...rest } = tenant
  const domain = tenant.domain.toLowerCase()
  return {
    ...rest,
    domain,
    tenantId: tenant.tenantId ?? stableGuid(`tenant ${domain}`),
    tenantName: tenantName ?? domain,
    users: tenant.users ?? usualUsers,
    seed: `${tenant.seed ?? seed ?? ''} ${domain}`.trim(),
    clients: clients.map((client) => ({ ...client, clientId: clientIdOf(client, domain) })),
    ...(groups && {
      groups: groups.map((group) => ({
        ...group,
        id: group.id ?? stableGuid(`configured group ${domain} ${group.displayName}`),
      })),
    }),
  }
}
