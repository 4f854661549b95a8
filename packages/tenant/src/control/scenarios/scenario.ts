/** A scenario: a named failure that can be set and cleared. */

import type { Fault } from '../../faults/fault.ts'
import type { TenantState } from '../../tenant-state.ts'

export const areas = ['Sign-in', 'Tokens', 'ID token', 'Graph', 'Keys and discovery'] as const

export type Area = (typeof areas)[number]

export interface Scenario {
  /** Does not change: documents and tests use it. */
  id: string
  area: Area
  title: string
  /** One sentence. */
  description: string
  effect: Effect
}

export type Effect = FaultsEffect | PolicyEffect | EventEffect

/** Requests fail: the next few, or all until it is cleared. */
export interface FaultsEffect {
  kind: 'faults'
  faults: (tenant: TenantState) => readonly Fault[]
  /** Is called once, when the scenario is set. */
  begin?: (tenant: TenantState) => void
}

/** The tenant is in another state until the scenario is cleared. */
export interface PolicyEffect {
  kind: 'policy'
  /** Whether it can be for one user; without a user it is for all users. */
  takesUser?: boolean
  start: (tenant: TenantState, userId?: string) => void
  end: (tenant: TenantState) => void
  isOn: (tenant: TenantState) => boolean
  /** Object ids of the users that it is for; empty if it is for all users. */
  userIds?: (tenant: TenantState) => readonly string[]
}

/** Happens once, and cannot be undone. */
export interface EventEffect {
  kind: 'event'
  takesUser?: boolean
  trigger: (tenant: TenantState, userId?: string) => void
}

export function faults(...all: readonly Fault[]): FaultsEffect {
  return { kind: 'faults', faults: () => all }
}

/** Makes applications that handle challenges ask for new tokens, so that a failure there shows at once. */
export function refreshNow(tenant: TenantState, userId?: string): void {
  tenant.directory.revokeTokens(userId)
}
