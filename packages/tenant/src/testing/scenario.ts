/** Sets and clears scenarios of a running tenant, in this process or in another. */

import { askControl, type TenantAddress } from './control.ts'
import type { ScenarioOptions } from '../control/scenarios/scenarios.ts'

export type { ScenarioOptions }

/**
 * Sets a scenario, such as `graph-throttled`. The control page, `ORIGIN/_tenant`, lists all of them.
 *
 * @param tenant a tenant, or the origin of one in another process
 * @returns a function that clears this scenario only
 * @throws Error with the tenant's sentence, for an unknown scenario or user, and for options that do not fit
 */
export async function setScenario(
  tenant: TenantAddress,
  id: string,
  options: ScenarioOptions = {},
): Promise<() => Promise<void>> {
  const path = `/${encodeURIComponent(id)}`
  await control(tenant, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(options),
  })
  return () => control(tenant, path, { method: 'DELETE' })
}

/** Clears every scenario, and every fault. */
export function clearScenarios(tenant: TenantAddress): Promise<void> {
  return control(tenant, '', { method: 'DELETE' })
}

async function control(tenant: TenantAddress, path: string, init: RequestInit) {
  await askControl(tenant, `/scenarios${path}`, init)
}
