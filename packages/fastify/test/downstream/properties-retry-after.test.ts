import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retryAfterOrDefault } from '../../src/outgoing/retry-after.ts'
import { mutateText, propertyRuns } from '@gatehouse/test-support/properties'

const now = Date.UTC(2026, 0, 15, 12)

describe('any Retry-After header', () => {
  it('gives a whole number of seconds from 1 to 300', () => {
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer().map(String),
      fc.bigInt().map(String),
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      mutateText(new Date(now).toUTCString(), '0179 :,-+GMTJan'),
      fc.array(fc.string()),
      fc.constant(undefined),
    )
    fc.assert(
      fc.property(header, (value) => {
        const seconds = retryAfterOrDefault(value, now)
        expect(Number.isInteger(seconds)).toBe(true)
        expect(seconds).toBeGreaterThanOrEqual(1)
        expect(seconds).toBeLessThanOrEqual(300)
      }),
      propertyRuns(5000),
    )
  })

  it('in that range is passed on unchanged, in both forms', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (seconds) => {
        expect(retryAfterOrDefault(String(seconds), now)).toBe(seconds)
        expect(retryAfterOrDefault(new Date(now + seconds * 1000).toUTCString(), now)).toBe(seconds)
      }),
      propertyRuns(1000),
    )
  })
})
