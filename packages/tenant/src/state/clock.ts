/** The tenant's clock, which tests can move: tokens, codes, secrets and headers all go by it. */

export interface Clock {
  /** Ms since the epoch. */
  now(): number
  /** The time is `at` now, and runs on; ms since the epoch. @throws RangeError for a time that no date can have, or before 1970 */
  set(at: number): void
  /** Moves the time by `ms`; a negative number moves it back. @throws RangeError as `set` */
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

/** Whether tokens and headers can have this time, ms since the epoch. */
export function isTime(at: number): boolean {
  return Number.isFinite(at) && at >= 0 && at <= latestTime
}

/** @param base the time that the clock starts from, ms since the epoch */
export function createClock(base: () => number): Clock {
  let offset = 0
  let frozenAt: number | undefined
  const now = () => frozenAt ?? base() + offset
  const set = (at: number) => {
    if (!isTime(at)) {
      throw new RangeError(
        'The time of the tenant must be a number of milliseconds since 1970 that a date can have.',
      )
    }
    if (frozenAt === undefined) offset = at - base()
    else frozenAt = at
  }
  return {
    now,
    set,
    // Without the conversion, a text would be appended to the time.
    advance: (ms) => set(now() + (typeof ms === 'number' ? ms : NaN)),
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
