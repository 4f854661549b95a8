/** Sets and clears scenarios, and lists them with their state. */

import { closeNames } from '../../config/close-names.ts'
import type { TenantState } from '../../tenant-state.ts'
import { ControlError } from '../errors.ts'
import { answerScenarios } from './graph-answers.ts'
import { accessScenarios, failureScenarios, throttlingScenarios } from './graph.ts'
import { idTokenScenarios } from './id-token.ts'
import { keyScenarios } from './keys-and-discovery.ts'
import type { Area, FaultsEffect, Scenario } from './scenario.ts'
import { signInScenarios } from './sign-in.ts'
import { tokenScenarios } from './tokens.ts'

export interface ScenarioState {
  id: string
  area: Area
  title: string
  description: string
  /** `requests`: for a number of requests, or until cleared. `until cleared`: a state. `once`: is done when the call returns. */
  duration: 'requests' | 'until cleared' | 'once'
  /** Whether it can be for one user; without a user it is for all users. */
  takesUser: boolean
  /** User names of the users that it is for; empty if it is for all users, or not active. */
  users: string[]
  active: boolean
  /** The number of requests that are left; null if it lasts until it is cleared, or is not active. */
  left: number | null
}

export interface ScenarioOptions {
  /** The number of requests; default: until cleared. */
  times?: number
  /** Object id or user name; default: all users. */
  user?: string
}

export interface Scenarios {
  list(): ScenarioState[]
  /** @throws Error with a sentence, for an unknown id or user, and for options that do not fit */
  start(id: string, options?: ScenarioOptions): void
  /** Without an id: every scenario, and every fault. @throws Error with a sentence */
  clear(id?: string): void
}

export function createScenarios(tenant: TenantState): Scenarios {
  return {
    list: () => scenarios.map((scenario) => stateOf(tenant, scenario)),
    start: (id, options = {}) => start(tenant, findScenario(id), options),
    clear(id) {
      const ended = id === undefined ? scenarios : [findScenario(id)]
      for (const scenario of ended) end(tenant, scenario)
      if (id === undefined) tenant.faults.clear()
    },
  }
}

/** @throws Error with a sentence */
export function findScenario(id: string): Scenario {
  const scenario = scenarios.find((candidate) => candidate.id === id)
  if (scenario) return scenario
  const neighbours = closeNames(
    id,
    scenarios.map((one) => one.id),
  )
  const near = neighbours.length === 0 ? '' : ` Near it: ${neighbours.join(', ')}.`
  const message = `There is no scenario "${id}": GET /_tenant/scenarios lists them.${near}`
  throw new ControlError('unknown_scenario', message, { neighbours })
}

/** The options that a scenario takes. */
export function optionsOf({ effect }: Scenario): { times: boolean; user: boolean } {
  if (effect.kind === 'faults') return { times: true, user: false }
  return { times: false, user: effect.takesUser ?? false }
}

function start(tenant: TenantState, scenario: Scenario, { times, user }: ScenarioOptions): void {
  const takes = optionsOf(scenario)
  if (times !== undefined && !takes.times) {
    throw new Error(`"times" does not fit "${scenario.id}", which is not counted in requests.`)
  }
  if (times !== undefined && !(Number.isInteger(times) && times > 0)) {
    throw new Error('"times" must be a whole number above 0.')
  }
  if (user !== undefined && !takes.user) throw new Error(`"user" does not fit "${scenario.id}".`)
  const found = user === undefined ? undefined : tenant.directory.byIdOrName(user)
  if (user !== undefined && !found)
    throw new ControlError('unknown_user', `There is no user "${user}".`)
  const { effect } = scenario
  if (effect.kind === 'faults') setFaults(tenant, scenario.id, effect, times)
  else if (effect.kind === 'policy') effect.start(tenant, found?.id)
  else effect.trigger(tenant, found?.id)
}

/** Sets the requests of a scenario to fail as before a restart; what it does once at its start is not done again. */
export function restoreScenario(tenant: TenantState, id: string, times: number | undefined): void {
  const { effect } = findScenario(id)
  if (effect.kind === 'faults') addFaults(tenant, id, effect, times)
}

function setFaults(tenant: TenantState, id: string, effect: FaultsEffect, times?: number): void {
  addFaults(tenant, id, effect, times)
  effect.begin?.(tenant)
}

function addFaults(tenant: TenantState, id: string, effect: FaultsEffect, times?: number): void {
  tenant.faults.clearScenario(id)
  for (const fault of effect.faults(tenant)) {
    tenant.faults.set({ ...fault, scenario: id, ...(times === undefined ? {} : { times }) })
  }
}

function end(tenant: TenantState, { id, effect }: Scenario): void {
  if (effect.kind === 'faults') tenant.faults.clearScenario(id)
  else if (effect.kind === 'policy' && effect.isOn(tenant)) effect.end(tenant)
}

const lasting = { faults: 'requests', policy: 'until cleared', event: 'once' } as const

function stateOf(tenant: TenantState, scenario: Scenario): ScenarioState {
  const { id, area, title, description, effect } = scenario
  const faults = tenant.faults.list().filter((fault) => fault.scenario === id)
  const counts = faults.flatMap(({ times }) => times ?? [])
  const isOn = effect.kind === 'policy' && effect.isOn(tenant)
  const userIds = (effect.kind === 'policy' && effect.userIds?.(tenant)) || []
  return {
    id,
    area,
    title,
    description,
    duration: lasting[effect.kind],
    takesUser: optionsOf(scenario).user,
    users: userIds.map((userId) => tenant.directory.byId(userId)?.userPrincipalName ?? userId),
    active: isOn || faults.length > 0,
    left: counts.length > 0 ? Math.max(...counts) : null,
  }
}

/** Every scenario, in the order of the control page. */
export const scenarios: readonly Scenario[] = [
  ...signInScenarios,
  ...tokenScenarios,
  ...idTokenScenarios,
  ...accessScenarios,
  ...throttlingScenarios,
  ...failureScenarios,
  ...answerScenarios,
  ...keyScenarios,
]
