/** Sign-ins at several servers: their CPU time, and many of them. */
import type { BenchEnvironment } from '../environment.ts'
import { median } from '../load.ts'
import { measured } from '../machine.ts'
import {
  ask,
  type Contestant,
  type GatehouseStore,
  peerNames,
  startGatehouse,
  startPeer,
} from './contestants.ts'
import { type Series, withManySessions } from './verdicts.ts'

/** Two processes of the same program differ for as long as they run, by up to a quarter. */
const starts = 2
/** At each, before the first round: until V8 has compiled what a sign-in runs, it takes a third more at every server. */
const warmUp = 1500
const rounds = 8
/** A collection of the whole heap takes as long as thirty sign-ins. */
const perRound = 200

/**
 * Measures sign-ins in new processes, in turn: Gatehouse on stores that were empty, the peers and, if there are many sessions,
 * Gatehouse on the stores that have them, with each of them opened.
 *
 * @param many Cookie headers of the sessions in `stores`, by the name of the server
 * @returns the CPU time of a sign-in, ms, round by round
 */
export async function measureSignIns(
  bench: BenchEnvironment,
  stores: readonly GatehouseStore[],
  many: ReadonlyMap<string, readonly string[]> | undefined,
): Promise<Series[]> {
  const runs: Series[][] = []
  for (let start = 1; start <= starts; start += 1) {
    const contestants: Contestant[] = []
    for (const { name, env, emptyAt } of stores) {
      contestants.push(await startGatehouse(bench, name, emptyAt(start)))
      if (!many) continue
      const full = await startGatehouse(bench, withManySessions(name), env)
      for (const cookie of many.get(name) ?? []) await ask(full, '/api/me', cookie)
      contestants.push(full)
    }
    for (const name of peerNames) contestants.push(await startPeer(bench, name))
    for (const contestant of contestants) await signInMany(contestant, warmUp, 1)
    runs.push(await measureRounds(contestants))
    await Promise.all(contestants.map(({ server }) => server.end()))
  }
  const [first = []] = runs
  return first.map(({ name }, index) => ({
    name,
    values: runs.flatMap((run) => run[index]?.values ?? []),
    others: median(runs.map((run) => run[index]?.others ?? 0)),
  }))
}

async function measureRounds(contestants: readonly Contestant[]): Promise<Series[]> {
  const found = contestants.map(({ name }) => ({
    name,
    values: [] as number[],
    shares: [] as number[],
  }))
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      const { cpuUs, others } = await measured(contestant.server, () =>
        signInMany(contestant, perRound, 1),
      )
      found[index]?.values.push(cpuUs / perRound / 1000)
      found[index]?.shares.push(others)
    }
  }
  return found.map(({ name, values, shares }) => ({ name, values, others: median(shares) }))
}

/** @returns the Cookie headers */
export async function signInMany(
  { signIn }: Contestant,
  count: number,
  atOnce = 4,
): Promise<string[]> {
  const cookies: string[] = []
  let left = count
  async function loop(): Promise<void> {
    while (left-- > 0) cookies.push(await signIn())
  }
  await Promise.all(Array.from({ length: atOnce }, loop))
  return cookies
}
