/**
 * Smart lockout: an account with too many wrong passwords is locked for a while, by the tenant's clock. On from the start,
 * with the defaults that Entra has in its public cloud.
 * https://learn.microsoft.com/entra/identity/authentication/howto-password-smart-lockout
 */

import { createHash } from 'node:crypto'

/** The page: ten failed attempts; afterwards each failed one locks again. */
const threshold = 10

/** The page: a password that is one of the last three wrong ones again counts no more. */
const rememberedPasswords = 3

const minute = 60_000
/** The page: one minute at first, then longer, and it is not disclosed how much. Decided: twice as long each time. */
const longest = 32 * minute

export interface Lockouts {
  /**
   * Ms since the epoch; undefined: the account is not locked.
   *
   * @param expected the right password: the page says that a reset of the password unlocks
   */
  lockedUntil(userId: string, expected?: string): number | undefined
  /**
   * Counts a wrong password.
   *
   * @param expected the right one: the count begins anew when it is changed
   */
  fail(userId: string, password: string, expected: string): void
  /** After a sign-in with the right password, the count begins anew. */
  succeed(userId: string): void
  /** Unlocks an account; without an id, all. */
  unlock(userId?: string): void
  list(): { userId: string; until: number }[]
}

interface Attempts {
  count: number
  /** Digests of the last wrong passwords that differ. */
  recent: string[]
  lockouts: number
  until: number
  expected: string
}

/** @param now ms since the epoch */
export function createLockouts(now: () => number): Lockouts {
  const attempts = new Map<string, Attempts>()
  return {
    lockedUntil(userId, expected) {
      const known = attempts.get(userId)
      if (!known || known.until <= now()) return undefined
      const isChanged = expected !== undefined && digest(expected) !== known.expected
      return isChanged ? undefined : known.until
    },
    fail(userId, password, expected) {
      const right = digest(expected)
      const known = attempts.get(userId)
      const before = known?.expected === right ? known : none(right)
      const wrong = digest(password)
      if (before.recent.includes(wrong)) return
      const count = before.count + 1
      const isLocked = count >= threshold
      attempts.set(userId, {
        ...before,
        count,
        recent: [...before.recent, wrong].slice(-rememberedPasswords),
        lockouts: before.lockouts + (isLocked ? 1 : 0),
        until: isLocked ? now() + Math.min(minute * 2 ** before.lockouts, longest) : 0,
      })
    },
    succeed: (userId) => void attempts.delete(userId),
    unlock: (userId) => (userId === undefined ? attempts.clear() : void attempts.delete(userId)),
    list: () =>
      [...attempts].flatMap(([userId, { until }]) => (until > now() ? [{ userId, until }] : [])),
  }
}

function none(expected: string): Attempts {
  return { count: 0, recent: [], lockouts: 0, until: 0, expected }
}

function digest(password: string): string {
  return createHash('sha256').update(password).digest('base64url')
}
