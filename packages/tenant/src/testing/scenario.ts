/** Sets what goes wrong at a running tenant: one of this process, or one that runs by itself. */

import type { BadDayOptions } from '../control/scenarios/scenarios.ts'

/** `times`: for how many requests, default: until cleared. `user`: object id or user name, default: everybody. */
export type ScenarioOptions = BadDayOptions

/**
 * Lets a tenant do what a scenario says, such as `graph-throttled`. Its control page, `ORIGIN/_tenant`,
 * lists all of them.
 *
 * @param tenant a tenant, or the origin of one that runs in a process of its own
 * @returns what clears this scenario again and leaves others as they are
 * @throws Error with the tenant's sentence, for a scenario or a user that does not exist, and for options that do not fit
 */
export async function setScenario(
  tenant: { origin: string },
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
export function clearScenarios(tenant: { origin: string }): Promise<void> {
  return control(tenant, '', { method: 'DELETE' })
}

async function control({ origin }: { origin: string }, path: string, init: RequestInit) {
  const answer = await fetch(`${origin}/_tenant/bad-days${path}`, init)
  if (answer.ok) return
  throw new Error(((await answer.json()) as { error: string }).error)
}
