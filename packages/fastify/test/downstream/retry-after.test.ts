import { describe, expect, it } from 'vitest'
import { parseRetryAfter, retryAfterOrDefault } from '../../src/outgoing/retry-after.ts'

const now = Date.UTC(1994, 10, 6, 8, 48, 37)

describe('a Retry-After header', () => {
  it.each([
    ['seconds', '10', 10],
    ['seconds with space around them', ' 10\t', 10],
    ['zeros in front', '0010', 10],
    ['none', '0', 1],
    ['more than five minutes', '301', 300],
    ['more than a number holds', '9'.repeat(400), 300],
    ['a date', 'Sun, 06 Nov 1994 08:49:37 GMT', 60],
    ['a date of RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', 60],
    ['a date of asctime', 'Sun Nov  6 08:49:37 1994', 60],
    ['a date of asctime, with two digits', 'Wed Nov 16 08:49:37 1994', 300],
    ['a date that is over', 'Sat, 05 Nov 1994 08:49:37 GMT', 1],
    ['a date that is over, of RFC 850', 'Saturday, 05-Nov-94 08:49:37 GMT', 1],
    ['a date that is over, of asctime', 'Sat Nov  5 08:49:37 1994', 1],
    ['a date far away', 'Fri, 31 Dec 9999 23:59:59 GMT', 300],
  ])('of %s is understood', (_what, header, seconds) => {
    expect(retryAfterOrDefault(header, now)).toBe(seconds)
  })

  it.each([
    undefined,
    '',
    ' ',
    '-1',
    '+5',
    '1.5',
    '1e3',
    '0x10',
    '5s',
    '5, 10',
    'abc',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37 +0100',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 36 Nov 1994 08:49:37 GMT',
    'Sun, 06 Abc 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 25:49:37 GMT',
    'Sun Nov 6 08:49:37 1994',
    ['5'],
    ['5', '10'],
  ])('of any other form counts as ten seconds: %s', (header) => {
    expect(retryAfterOrDefault(header, now)).toBe(10)
    expect(parseRetryAfter(header, now)).toBeUndefined()
  })

  it('of ten seconds is told apart from a missing one', () => {
    expect(parseRetryAfter('10', now)).toBe(10)
    expect(parseRetryAfter(undefined, now)).toBeUndefined()
  })
})
