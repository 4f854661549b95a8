/**
 * What the tenant is set to besides its data: the time of its clock, and the failures that are on. Kept and exported, so
 * that a restart in the middle of a test does not end them.
 */

import { Type, type Static } from 'typebox'
import { restoreScenario, scenarios } from '../control/scenarios/scenarios.ts'
import type { Fault } from '../faults/fault.ts'
import { parseFault } from '../faults/parse.ts'
import type { TenantState } from '../tenant-state.ts'
import { latestTime } from './clock.ts'

const farthest = latestTime / 2

export const Conditions = {
  clock: Type.Object(
    {
      /** Ms by which it differs from that of the machine. */
      offset: Type.Number({ minimum: -farthest, maximum: farthest }),
      /** Ms since the epoch; null: it runs. */
      frozenAt: Type.Union([Type.Number({ minimum: 0, maximum: latestTime }), Type.Null()]),
    },
    { description: 'the offset of the clock, and the time at which it stands' },
  ),
  /** In the order in which they were set. */
  failures: Type.Array(
    Type.Union([
      Type.Object({
        scenario: Type.String(),
        /** The number of requests that are left; null: until it is cleared. */
        left: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
      }),
      Type.Object({ fault: Type.Unknown() }),
    ]),
    { maxItems: 10_000, description: 'a list of scenarios and faults' },
  ),
}

type Failures = Static<typeof Conditions.failures>

export interface Conditions {
  clock: Static<typeof Conditions.clock>
  failures: Failures
}

export function takeConditions({ clock, faults }: TenantState): Conditions {
  return { clock: clock.snapshot(), failures: failuresOf(faults.list()) }
}

/** Faults that a program has set with functions cannot be kept. */
function failuresOf(faults: readonly Fault[]): Failures {
  const byScenario = new Map<string, readonly Fault[]>()
  for (const fault of faults) {
    if (fault.scenario === undefined) continue
    byScenario.set(fault.scenario, [...(byScenario.get(fault.scenario) ?? []), fault])
  }
  const seen = new Set<string>()
  return faults.flatMap((fault): Failures => {
    const { scenario } = fault
    if (scenario === undefined) {
      return fault.when || fault.kind === 'respondWith' ? [] : [{ fault: structuredClone(fault) }]
    }
    if (seen.has(scenario)) return []
    seen.add(scenario)
    const counts = (byScenario.get(scenario) ?? []).flatMap(({ times }) => times ?? [])
    return [{ scenario, left: counts.length === 0 ? null : Math.max(...counts) }]
  })
}

/** What the schema cannot say. Undefined: they can be restored. */
export function conditionsProblem({ failures = [] }: Partial<Conditions>): string | undefined {
  for (const [index, failure] of failures.entries()) {
    if ('scenario' in failure) {
      const known = scenarios.find(({ id }) => id === failure.scenario)
      if (known?.effect.kind !== 'faults') {
        return `"failures[${index}].scenario" names no scenario that lasts for requests`
      }
      continue
    }
    try {
      parseFault(failure.fault)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return `"failures[${index}].fault" is no fault: ${message.replace(/\.$/, '')}`
    }
  }
  return undefined
}

/** Those that a snapshot has take the place of the present ones. */
export function restoreConditions(
  tenant: TenantState,
  { clock, failures }: Partial<Conditions>,
): void {
  if (clock) tenant.clock.restore(clock)
  if (!failures) return
  tenant.faults.clear()
  for (const failure of failures) {
    if ('scenario' in failure) restoreScenario(tenant, failure.scenario, failure.left ?? undefined)
    else tenant.faults.set(parseFault(failure.fault))
  }
}
