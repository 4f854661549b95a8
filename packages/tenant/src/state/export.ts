/** The state of all tenants on the port as one document: that of the first, with the others in its `tenants`. */

import type { TenantState } from '../tenant-state.ts'
import { restoreConditions, takeConditions } from './conditions.ts'
import { restoreSnapshot, snapshotProblem, takeSnapshot, type Snapshot } from './snapshot.ts'

/** @param configured of each tenant, in their order: fingerprints of its configured applications */
export function exportTenants(
  tenants: readonly TenantState[],
  configured: readonly Readonly<Record<string, string>>[],
  withKeys = true,
): Snapshot {
  const [first, ...others] = tenants.map((tenant, place) =>
    // The keys are the same for all.
    takeSnapshot(tenant, configured[place] ?? {}, withKeys && place === 0),
  )
  const [shared] = tenants
  if (!first || !shared) throw new Error('There is no tenant.')
  const whole = { ...first, ...takeConditions(shared) }
  return others.length === 0 ? whole : { ...whole, tenants: others }
}

/**
 * Why a document cannot take the place of everything here; undefined: it can.
 *
 * The first tenant takes what the first of the export had, whatever its id; a further one what the one with its id had.
 */
export function exportProblem(value: unknown, tenants: readonly TenantState[]): string | undefined {
  const problem = snapshotProblem(value)
  if (problem !== undefined) return problem
  const further = (value as Snapshot).tenants ?? []
  for (const [place, one] of further.entries()) {
    const { tenantId } = one as Snapshot
    if (!tenants.slice(1).some((tenant) => tenant.tenantId === tenantId)) {
      return `"tenants[${place}]" is of the tenant ${tenantId}, which is not configured here`
    }
  }
  return undefined
}

/**
 * @param value that `exportProblem` has found no problem in
 * @param initial the state of the start, for tenants that the export does not have
 * @throws Error if the keys cannot be read; nothing is changed then
 */
export function restoreTenants(
  value: Snapshot,
  tenants: readonly TenantState[],
  initial: Snapshot,
): void {
  const steps = tenants.map((tenant, place) =>
    restoreSnapshot(
      tenant,
      place === 0 ? value : (partOf(value, tenant) ?? partOf(initial, tenant)),
    ),
  )
  for (const apply of steps) apply()
  const [shared] = tenants
  if (shared) restoreConditions(shared, value)
}

function partOf({ tenants = [] }: Snapshot, { tenantId }: TenantState): Snapshot | undefined {
  return (tenants as Snapshot[]).find((one) => one.tenantId === tenantId)
}
