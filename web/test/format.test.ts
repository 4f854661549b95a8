import { describe, expect, test } from 'vitest'
import {
  formatClock,
  formatRelative,
  formatShortTime,
  formatTimeOfDay,
  language,
} from '../src/ui/format.ts'

const minute = 60_000

describe('formatted times', () => {
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

  test('are English in every browser, and in its own order if it is English too', () => {
    expect(language('en-US')).toBe('en-US')
    expect(language('de-DE')).toBe('en-GB')
  })
})

describe('the time of day', () => {
  const at = new Date(2026, 10, 26, 19, 45).getTime()

  test('stands alone today, and has its day on any other', () => {
    expect(formatTimeOfDay(at, new Date(2026, 10, 26, 8).getTime())).toMatch(/^(?:19:45|7:45\sPM)$/)
    expect(formatTimeOfDay(at, new Date(2026, 10, 25, 20).getTime())).toBe(formatShortTime(at))
  })
})
