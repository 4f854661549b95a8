/** Sign-ins at several servers: their CPU time, and many of them. */
import { median } from '../load.ts'
import { measured } from '../machine.ts'
import type { Contestant } from './contestants.ts'
import type { Series } from './verdicts.ts'

/**
 * At each, before the first round: the first thousand takes a third more at every server, until V8 has compiled what a sign-in runs.
 * Requests of another kind came before, and it gives the code of sign-ins up meanwhile.
 */
const warmUp = 1500
/** A collection of the whole heap takes as long as thirty sign-ins. */
const perRound = 200

/** @returns the CPU time of a sign-in in each server, ms, round by round in turn */
export async function measureSignIns(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<Series[]> {
  const found = contestants.map(({ name }) => ({
    name,
    values: [] as number[],
    shares: [] as number[],
  }))
  for (const contestant of contestants) await signInMany(contestant, warmUp, 1)
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
