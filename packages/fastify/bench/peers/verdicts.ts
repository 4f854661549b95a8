/** What the figures of one run say: each server over the base, Gatehouse over a peer, and many sessions over few. */
import type { Figure } from '../figures.ts'
import { median } from '../load.ts'

/** What one server took in each round. */
export interface Series {
  name: string
  values: readonly number[]
  /** The share of the machine's CPU that other processes took, 0 to 1. */
  others: number
}

/** The three kinds of requests have the server without sessions first. */
export interface Measured {
  me: readonly Series[]
  fewUsers: readonly Series[]
  manyUsers: readonly Series[]
  /** After a collection, bytes. */
  memory: readonly { name: string; inUse: number; resident: number }[]
}

const requests = {
  me: '/api/me',
  fewUsers: '/api/users, 5 users',
  manyUsers: '/api/users, 100 users',
} as const
const kinds = ['me', 'fewUsers', 'manyUsers'] as const

interface Count {
  few: number
  many: number
}

/** Gatehouse has to be below it. */
const rival = 'express-openid-connect'

/** ms of CPU */
const signInGoal = 3

/** Above it is growth: two figures that are minutes apart differ by a few percent. */
const growthGoal = 1.1

/** The name of a server of that name whose store has many sessions. */
export function withManySessions(name: string): string {
  return `${name}, many sessions`
}

/**
 * @param before with few sessions
 * @param after with many; undefined if that was not measured
 * @param signIns ms, of servers with few sessions and of those with many
 * @param count of each
 */
export function figuresOf(
  { before, after, signIns }: { before: Measured; after?: Measured; signIns: readonly Series[] },
  count: Count,
): Figure[] {
  const names = before.me.map(({ name }) => name)
  const gatehouses = names.filter(isGatehouse)
  return [
    ...kinds.flatMap((kind) => overBase(requests[kind], before[kind])),
    ...signIns.filter(({ name }) => names.includes(name)).map(signInOf),
    ...gatehouses.flatMap((name) => [
      overRival(requests.manyUsers, before.manyUsers, name),
      overRival('A sign-in', signIns, name),
    ]),
    ...(after ? growthOf({ before, after, signIns }, gatehouses, count) : []),
  ]
}

function growthOf(
  { before, after, signIns }: { before: Measured; after: Measured; signIns: readonly Series[] },
  gatehouses: readonly string[],
  { few, many }: Count,
): Figure[] {
  const counts = `${words(many)} over ${words(few)} sessions`
  return [
    ...gatehouses.flatMap((name) => [
      ...kinds.map((kind) => growth(requests[kind], name, [before[kind], after[kind]], counts)),
      signInGrowth(name, signIns, many),
    ]),
    ...after.memory.map(({ name, inUse }) => ({
      name: `Memory of the process for a session: ${name}`,
      value: Math.max(0, inUse - (find(before.memory, name)?.inUse ?? 0)) / (many - few) / 1000,
      unit: 'kB' as const,
      others: find(after.me, name)?.others ?? 0,
      table: 'peers' as const,
    })),
  ]
}

function words(count: number): string {
  return count.toLocaleString('en').replaceAll(',', ' ')
}

/** The median of the ratios of the rounds: a change of the machine's speed is in both values of a round. */
export function ratio(own: Series | undefined, base: Series | undefined): number {
  return median(
    own?.values.map((value, round) => value / (base?.values[round] ?? Number.NaN)) ?? [],
  )
}

function find<T extends { name: string }>(all: readonly T[], name: string): T | undefined {
  return all.find((each) => each.name === name)
}

function isGatehouse(name: string): boolean {
  return name.startsWith('Gatehouse')
}

/** Without a goal: Gatehouse has one in the table without peers. */
function overBase(title: string, [base, ...all]: readonly Series[]): Figure[] {
  return all.map((own) => figure(`${title}: ${own.name} over ${base?.name}`, own, ratio(own, base)))
}

function signInOf(own: Series): Figure {
  const value = median(own.values)
  const goal = isGatehouse(own.name) ? { goal: signInGoal } : {}
  return { ...figure(`A sign-in: ${own.name}`, own, value), unit: 'ms', ...goal }
}

function overRival(title: string, all: readonly Series[], name: string): Figure {
  const own = find(all, name)
  return {
    ...figure(`${title}: ${name} over ${rival}`, own, ratio(own, find(all, rival))),
    goal: 1,
  }
}

/** Each time, the ratio to the base, which has no sessions and cannot grow. */
function growth(
  title: string,
  name: string,
  times: [readonly Series[], readonly Series[]],
  counts: string,
): Figure {
  const [before = Number.NaN, after = Number.NaN] = times.map((all) =>
    ratio(find(all, name), all[0]),
  )
  return {
    ...figure(`${title}: ${name}, ${counts}`, find(times[1], name), after / before),
    goal: growthGoal,
  }
}

function signInGrowth(name: string, signIns: readonly Series[], many: number): Figure {
  const grown = find(signIns, withManySessions(name))
  const value = ratio(grown, find(signIns, name))
  const title = `A sign-in: ${name}, with ${words(many)} sessions over without`
  return { ...figure(title, grown, value), goal: growthGoal }
}

/** A ratio; `NaN`, which meets no goal, of what was not measured. */
function figure(name: string, own: Series | undefined, value: number): Figure {
  return { name, value, unit: '×', others: own?.others ?? 0, table: 'peers' }
}
