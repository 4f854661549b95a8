/** What a tenant can do to an application, as something with a name that is set and cleared. */

import type { Fault } from '../../faults/fault.ts'
import type { World } from '../../world.ts'

export const areas = ['Sign-in', 'Tokens', 'ID token', 'Graph', 'Keys and discovery'] as const

export type Area = (typeof areas)[number]

export interface BadDay {
  /** Stays as it is: documents and tests name it. */
  id: string
  area: Area
  title: string
  /** One sentence. */
  does: string
  effect: Effect
}

export type Effect = FaultsEffect | PolicyEffect | EventEffect

/** Requests go wrong: the next few, or all until it is cleared. */
export interface FaultsEffect {
  kind: 'faults'
  faults: (world: World) => readonly Fault[]
  /** Happens once when it is set. */
  begin?: (world: World) => void
}

/** The tenant is in another state until it is cleared. */
export interface PolicyEffect {
  kind: 'policy'
  /** Whether it is for one user, or for everybody when none is named. */
  takesUser?: boolean
  start: (world: World, userId?: string) => void
  end: (world: World) => void
  isOn: (world: World) => boolean
  /** Object ids of those that it is for; none where it is for everybody. */
  userIds?: (world: World) => readonly string[]
}

/** Something happens, and cannot be taken back. */
export interface EventEffect {
  kind: 'event'
  takesUser?: boolean
  happen: (world: World, userId?: string) => void
}

export function faults(...all: readonly Fault[]): FaultsEffect {
  return { kind: 'faults', faults: () => all }
}

/** Makes applications that handle challenges ask for new tokens, so that what is wrong there shows at once. */
export function refreshNow(world: World, userId?: string): void {
  world.directory.revokeTokens(userId)
}
