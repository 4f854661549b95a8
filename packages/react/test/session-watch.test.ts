import type { SignedIn } from '@gatehouse/contract/session'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { serverNow, setServerClock } from '../src/server-clock.ts'
import { canBeExtended, timeLeft } from '../src/session-watch.ts'

const minute = 60_000

describe('the time left in a session', () => {
  const session = {
    startedAt: '2026-11-23T12:00:00Z',
    expiresAt: '2026-11-23T13:00:00Z',
    absoluteExpiresAt: '2026-11-24T00:00:00Z',
  } as SignedIn

  test('runs to the idle end', () => {
    const now = Date.parse('2026-11-23T12:45:00Z')
    expect(timeLeft(session, now)).toEqual({ left: 15 * minute, whole: 60 * minute })
  })

  test('runs to the absolute end if that comes first', () => {
    const short = { ...session, absoluteExpiresAt: '2026-11-23T12:50:00Z' }
    expect(timeLeft(short, Date.parse('2026-11-23T12:45:00Z')).left).toBe(5 * minute)
  })

  test('is never below zero', () => {
    expect(timeLeft(session, Date.parse('2026-11-25T00:00:00Z')).left).toBe(0)
  })

  test('can be extended if that adds at least a minute', () => {
    expect(canBeExtended(session)).toBe(true)
    const last = { ...session, absoluteExpiresAt: '2026-11-23T13:01:00Z' }
    expect(canBeExtended(last)).toBe(true)
    expect(canBeExtended({ ...last, expiresAt: '2026-11-23T13:00:01Z' })).toBe(false)
    expect(canBeExtended({ ...last, expiresAt: last.absoluteExpiresAt })).toBe(false)
  })
})

describe('the server’s clock', () => {
  afterEach(() => vi.useRealTimers())

  test('is independent of the browser’s own clock', () => {
    vi.useFakeTimers({ now: Date.parse('2019-01-01T00:00:00Z') })
    setServerClock('2026-11-23T12:00:00Z')
    vi.advanceTimersByTime(5000)
    vi.setSystemTime(Date.parse('2031-01-01T00:00:00Z'))
    expect(serverNow()).toBe(Date.parse('2026-11-23T12:00:05Z'))
  })
})
