import { describe, expect, test } from 'vitest'
import {
  formatClock,
  formatDuration,
  formatRelative,
  formatShortTime,
  formatTimeOfDay,
  locale,
} from '../src/ui/format.ts'

const minute = 60_000

describe('formatted times', () => {
  test.each([
    [0, 'now'],
    [-12_000, 'now'],
    [29_000, 'now'],
    [31_000, 'in 1 min'],
    [-25 * minute, '25 min ago'],
    [40 * minute, 'in 40 min'],
    [59.6 * minute, 'in 1 h'],
    [70 * minute, 'in 1 h 10 min'],
    [86 * minute, 'in 1 h 26 min'],
    [-1439 * minute, '23 h 59 min ago'],
    [-24 * 60 * minute, 'yesterday'],
    [400 * 24 * 60 * minute, 'in 400 days'],
  ])('%d ms away is "%s"', (distance, words) => {
    const now = Date.UTC(2026, 10, 23, 12)
    expect(formatRelative(now + distance, now)).toBe(words)
  })

  test.each([
    ['2026-11-25T08:00', '2026-11-23T23:00', '2 days ago'],
    ['2026-11-25T23:00', '2026-11-24T22:00', 'yesterday'],
    ['2026-11-25T00:30', '2026-11-23T23:59', '2 days ago'],
    ['2026-11-25T23:00', '2026-11-27T00:30', 'in 2 days'],
    ['2026-03-30T09:00', '2026-03-28T23:30', '2 days ago'],
    ['2026-10-26T09:00', '2026-10-24T10:00', '2 days ago'],
  ])('at %s, %s is "%s", by the calendar of the reader', (now, at, words) => {
    expect(formatRelative(Date.parse(at), Date.parse(now))).toBe(words)
  })

  test.each([
    [272_000, '4:32'],
    [59_999, '0:59'],
    [3_872_000, '1:04:32'],
    [-5, '0:00'],
  ])('%d ms are %s on a clock', (ms, clock) => {
    expect(formatClock(ms)).toBe(clock)
  })

  test.each([
    [0, 'under 1 min'],
    [29_000, 'under 1 min'],
    [31_000, '1 min'],
    [70 * minute, '1 h 10 min'],
    [120 * minute, '2 h'],
  ])('%d ms last %s', (duration, words) => {
    expect(formatDuration(duration)).toBe(words)
  })

  test.each([
    ['en-US', 'en', 'en-US'],
    ['de-DE', 'en', 'en-GB'],
    ['de-AT', 'de', 'de-AT'],
    ['de', 'de', 'de'],
    ['en-US', 'de', 'de'],
    // Filipino is not Finnish.
    ['fil', 'fi', 'fi'],
    ['pt-PT', 'pt-BR', 'pt-PT'],
  ])('in a %s browser on %s pages are as in %s', (preferred, shown, expected) => {
    expect(locale(preferred, shown)).toBe(expected)
  })
})

describe('the time of day', () => {
  const at = new Date(2026, 10, 26, 19, 45).getTime()

  test('stands alone today, and has its day on any other', () => {
    expect(formatTimeOfDay(at, new Date(2026, 10, 26, 8).getTime())).toMatch(/^(?:19:45|7:45\sPM)$/)
    expect(formatTimeOfDay(at, new Date(2026, 10, 25, 20).getTime())).toBe(formatShortTime(at))
  })
})
