/** A tenant as it is for a request of an application that another tenant on the port has registered. */

import { clientOfEntry } from '../registry/registry.ts'
import type { Entry, Registry } from '../registry/entry.ts'
import type { TenantState } from '../tenant-state.ts'

/**
 * An application for several tenants is present in another tenant once somebody there has consented. The consent page
 * comes before that, so a request is read as if the application, and what belongs to it, were present already.
 *
 * @returns the tenant itself if the application is present, or no other tenant has it for several
 */
export function visitedBy(tenant: TenantState, clientId: string | undefined): TenantState {
  if (clientId === undefined || tenant.tenants.length === 1) return tenant
  if (tenant.registry.entry(clientId)?.servicePrincipal) return tenant
  const visitors = tenant.registry.arriving(clientId)
  return visitors.length === 0
    ? tenant
    : { ...tenant, registry: withVisitors(tenant.registry, visitors) }
}

function withVisitors(registry: Registry, visitors: readonly Entry[]): Registry {
  const find = (appId: string) =>
    visitors.find(({ application }) => application.appId.toLowerCase() === appId.toLowerCase()) ??
    registry.entry(appId)
  return {
    ...registry,
    entries: () => [...registry.entries(), ...visitors],
    entry: find,
    client: (clientId) => clientOfEntry(find(clientId)),
  }
}

/** The tenant that has registered an application, or else the one that asks. */
export function homeOf(tenant: TenantState, clientId: string | undefined): TenantState {
  const isAt = ({ registry }: TenantState) => registry.entry(clientId ?? '')?.isRegistered === true
  return tenant.tenants.find(isAt) ?? tenant
}
