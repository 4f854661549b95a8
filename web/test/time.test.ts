import { afterEach, describe, expect, test, vi } from 'vitest'
import type { SignedIn } from '@gatehouse/contract/session'
import { canBeExtended, serverNow, setServerClock, timeLeft } from '@gatehouse/react'
import { formatClock, formatRelative, language } from '../src/ui/format.ts'

const minute = 60_000

describe('times in words', () => {
  test.each([
    [0, 'now'],
    [-25 * minute, '25 minutes ago'],
    [40 * minute, 'in 40 minutes'],
    [59.6 * minute, 'in 1 hour'],
    [-24 * 60 * minute, 'yesterday'],
    [400 * 24 * 60 * minute, 'in 13 months'],
  ])('%d ms away is "%s"', (distance, words) => {
    const now = Date.UTC(2026, 10, 23, 12)
    expect(formatRelative(now + distance, now)).toBe(words)
  })

  test.each([
    [272_000, '4:32'],
    [59_999, '0:59'],
    [3_872_000, '1:04:32'],
    [-5, '0:00'],
  ])('%d ms are %s on a clock', (ms, clock) => {
    expect(formatClock(ms)).toBe(clock)
  })

  test('are English in every browser, and in its own order where that is English too', () => {
    expect(language('en-US')).toBe('en-US')
    expect(language('de-DE')).toBe('en-GB')
  })
})

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

  test('runs to the absolute end where that comes first', () => {
    const short = { ...session, absoluteExpiresAt: '2026-11-23T12:50:00Z' }
    expect(timeLeft(short, Date.parse('2026-11-23T12:45:00Z')).left).toBe(5 * minute)
  })

  test('is never below zero', () => {
    expect(timeLeft(session, Date.parse('2026-11-25T00:00:00Z')).left).toBe(0)
  })

  test('can be made longer as long as that brings a minute', () => {
    expect(canBeExtended(session)).toBe(true)
    const last = { ...session, absoluteExpiresAt: '2026-11-23T13:01:00Z' }
    expect(canBeExtended(last)).toBe(true)
    expect(canBeExtended({ ...last, expiresAt: '2026-11-23T13:00:01Z' })).toBe(false)
    expect(canBeExtended({ ...last, expiresAt: last.absoluteExpiresAt })).toBe(false)
  })
})

describe('the server’s clock', () => {
  afterEach(() => vi.useRealTimers())

  test('goes on whatever the browser’s own clock says', () => {
    vi.useFakeTimers({ now: Date.parse('2019-01-01T00:00:00Z') })
    setServerClock('2026-11-23T12:00:00Z')
    vi.advanceTimersByTime(5000)
    vi.setSystemTime(Date.parse('2031-01-01T00:00:00Z'))
    expect(serverNow()).toBe(Date.parse('2026-11-23T12:00:05Z'))
  })
})
