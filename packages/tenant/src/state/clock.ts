/** The tenant's clock, which tests can move: tokens, codes, secrets and headers all go by it. */

export interface Clock {
  /** Ms since the epoch. */
  now(): number
  /** The time is `at` now, and runs on; ms since the epoch. */
  set(at: number): void
  /** Moves the time by `ms`; a negative number moves it back. */
  advance(ms: number): void
  /** Stops the time, or lets it run on from where it is. */
  freeze(on: boolean): void
  /** The time of the machine, or of the option `now`. */
  reset(): void
  isFrozen(): boolean
  /** Ms by which the clock differs from the time that it would have. */
  offset(): number
  snapshot(): ClockSnapshot
  restore(snapshot: ClockSnapshot): void
}

/** How the clock differs from the time that it would have. */
interface ClockSnapshot {
  /** Ms. */
  offset: number
  /** Ms since the epoch; null: it runs. */
  frozenAt: number | null
}

/** The latest time that a date can have (ECMA-262, time values), less a year for what lasts. */
export const latestTime = 8.64e15 - 366 * 24 * 3_600_000

/** @param base the time that the clock starts from, ms since the epoch */
export function createClock(base: () => number): Clock {
  let offset = 0
  let frozenAt: number | undefined
  const now = () => frozenAt ?? base() + offset
  const set = (at: number) => {
    if (frozenAt === undefined) offset = at - base()
    else frozenAt = at
  }
  return {
    now,
    set,
    advance: (ms) => set(now() + ms),
    freeze(on) {
      if (on) frozenAt = now()
      else if (frozenAt !== undefined) {
        offset = frozenAt - base()
        frozenAt = undefined
      }
    },
    reset() {
      offset = 0
      frozenAt = undefined
    },
    isFrozen: () => frozenAt !== undefined,
    offset: () => now() - base(),
    snapshot: () => ({ offset, frozenAt: frozenAt ?? null }),
    restore(snapshot) {
      offset = snapshot.offset
      frozenAt = snapshot.frozenAt ?? undefined
    },
  }
}
