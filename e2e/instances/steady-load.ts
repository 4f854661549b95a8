/** Requests of many users at a steady rate, however long the answers take. */
import type { Asked, Person } from './people.ts'

/** A result, and when it came, milliseconds of `performance.now()`. */
export type Timed = Asked & { at: number }

export interface SteadyLoad {
  /** Every result so far, in the order in which they came. */
  asked(): readonly Timed[]
  /** Whether each user has had a result after the first `since` ones, and the newest of all are no 5xx. */
  servesAll(since: number): boolean
  /** Ends the load, waits for the last results, and returns all. Also after a failure of the test. */
  stop(): Promise<readonly Timed[]>
}

/** @param ask sends one request of a user; `turn` grows by one with each of this user's requests */
export function startSteadyLoad(
  people: readonly Person[],
  perSecond: number,
  ask: (person: Person, turn: number) => Promise<Asked>,
): SteadyLoad {
  const asked: Timed[] = []
  const pending = new Set<Promise<void>>()
  let sent = 0

  async function send(person: Person, turn: number): Promise<void> {
    asked.push({ ...(await ask(person, turn)), at: performance.now() })
  }

  const timer = setInterval(() => {
    const person = people[sent % people.length]
    if (!person) throw new Error('There are no people')
    // Each user sends another kind of request, so that all kinds are under way at any moment.
    const one = send(person, Math.floor(sent / people.length) + (sent % people.length))
    sent += 1
    pending.add(one)
    void one.finally(() => pending.delete(one))
  }, 1000 / perSecond)

  return {
    asked: () => asked,
    servesAll: (since) => {
      const newest = asked.slice(since).slice(-people.length)
      return newest.length === people.length && newest.every(({ status }) => status < 500)
    },
    stop: async () => {
      clearInterval(timer)
      await Promise.all(pending)
      return asked
    },
  }
}
