/** Sets and clears bad days, and tells which the tenant is having. */
import type { World } from '../../world.ts'
import type { Area, BadDay, FaultsEffect } from './scenario.ts'
import { accessDays, failureDays, throttlingDays } from './graph.ts'
import { answerDays } from '../bad-days/graph-answers.ts'
import { idTokenDays } from '../bad-days/id-token.ts'
import { keyDays } from '../bad-days/keys-and-discovery.ts'
import { signInDays } from '../bad-days/sign-in.ts'
import { tokenDays } from '../bad-days/tokens.ts'

export interface BadDayState {
  id: string
  area: Area
  title: string
  does: string
  /** `requests`: for the next so many, or until cleared. `until cleared`: a state. `once`: it has happened when the call returns. */
  lasts: 'requests' | 'until cleared' | 'once'
  /** Whether it can be for one user; for everybody when none is named. */
  takesUser: boolean
  /** User names of those that it is for now; none where it is for everybody, or is not active. */
  users: string[]
  active: boolean
  /** Requests that it is still for; null where it lasts until it is cleared, or is not active. */
  left: number | null
}

export interface BadDayOptions {
  /** For how many requests; default: until cleared. */
  times?: number
  /** Object id or user name; default: everybody. */
  user?: string
}

export interface BadDays {
  list(): BadDayState[]
  /** @throws Error with a sentence, for an id or a user that is not there, and for options that do not fit */
  start(id: string, options?: BadDayOptions): void
  /** Without an id: every bad day, and every fault. @throws Error with a sentence */
  clear(id?: string): void
}

export function createBadDayBoard(world: World): BadDays {
  return {
    list: () => badDays.map((day) => stateOf(world, day)),
    start: (id, options = {}) => start(world, findBadDay(id), options),
    clear(id) {
      const ended = id === undefined ? badDays : [findBadDay(id)]
      for (const day of ended) end(world, day)
      if (id === undefined) world.faults.clear()
    },
  }
}

/** @throws Error with a sentence */
export function findBadDay(id: string): BadDay {
  const day = badDays.find((candidate) => candidate.id === id)
  if (day) return day
  throw new Error(`There is no bad day "${id}": GET /_tenant/bad-days lists them.`)
}

/** Which options a bad day takes. */
export function optionsOf({ effect }: BadDay): { times: boolean; user: boolean } {
  if (effect.kind === 'faults') return { times: true, user: false }
  return { times: false, user: effect.takesUser ?? false }
}

function start(world: World, day: BadDay, { times, user }: BadDayOptions): void {
  const takes = optionsOf(day)
  if (times !== undefined && !takes.times) {
    throw new Error(`"times" does not fit "${day.id}", which is not counted in requests.`)
  }
  if (times !== undefined && !(Number.isInteger(times) && times > 0)) {
    throw new Error('"times" must be a whole number above 0.')
  }
  if (user !== undefined && !takes.user) throw new Error(`"user" does not fit "${day.id}".`)
  const found = user === undefined ? undefined : world.directory.byIdOrName(user)
  if (user !== undefined && !found) throw new Error(`There is no user "${user}".`)
  const { effect } = day
  if (effect.kind === 'faults') setFaults(world, day.id, effect, times)
  else if (effect.kind === 'policy') effect.start(world, found?.id)
  else effect.happen(world, found?.id)
}

function setFaults(world: World, badDay: string, effect: FaultsEffect, times?: number): void {
  world.faults.clearBadDay(badDay)
  for (const fault of effect.faults(world)) {
    world.faults.set({ ...fault, badDay, ...(times === undefined ? {} : { times }) })
  }
  effect.begin?.(world)
}

function end(world: World, { id, effect }: BadDay): void {
  if (effect.kind === 'faults') world.faults.clearBadDay(id)
  else if (effect.kind === 'policy' && effect.isOn(world)) effect.end(world)
}

const lasting = { faults: 'requests', policy: 'until cleared', event: 'once' } as const

function stateOf(world: World, day: BadDay): BadDayState {
  const { id, area, title, does, effect } = day
  const faults = world.faults.list().filter(({ badDay }) => badDay === id)
  const counts = faults.flatMap(({ times }) => times ?? [])
  const isOn = effect.kind === 'policy' && effect.isOn(world)
  const userIds = (effect.kind === 'policy' && effect.userIds?.(world)) || []
  return {
    id,
    area,
    title,
    does,
    lasts: lasting[effect.kind],
    takesUser: optionsOf(day).user,
    users: userIds.map((userId) => world.directory.byId(userId)?.userPrincipalName ?? userId),
    active: isOn || faults.length > 0,
    left: counts.length > 0 ? Math.max(...counts) : null,
  }
}

// Every bad day that the tenant can have, in the order of the control page.

export const badDays: readonly BadDay[] = [
  ...signInDays,
  ...tokenDays,
  ...idTokenDays,
  ...accessDays,
  ...throttlingDays,
  ...failureDays,
  ...answerDays,
  ...keyDays,
]
