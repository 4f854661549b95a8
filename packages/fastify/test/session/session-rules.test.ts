/** The pure rules of a session, at their edges. */
import { deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deviceName } from '../../src/auth/callback/session-label.ts'
import { newRateWindow, retryAfterSeconds } from '../../src/rate-window.ts'
import {
  hasEnded,
  isTouchDue,
  parseRecord,
  serialiseRecord,
  sessionEnd,
} from '../../src/session/record.ts'
import {
  findToken,
  grantedToken,
  heldBack,
  withRequest,
  withToken,
} from '../../src/session/token-set.ts'
import { propertyRuns } from '@gatehouse/test-support/properties'
import { sessionRecord } from '../support/session-parts.ts'

const lifetimes = { idleMs: 1_000, absoluteMs: 5_000 }

describe('a session', () => {
  it.each([
    ['idle time', { startedAt: 0, seenAt: 100 }, 1_100],
    ['absolute limit', { startedAt: 0, seenAt: 4_900 }, 5_000],
  ])('ends at the exact millisecond of its %s, and not before', (_limit, times, end) => {
    expect(sessionEnd(times, lifetimes)).toBe(end)
    expect(hasEnded(times, lifetimes, end - 1)).toBe(false)
    expect(hasEnded(times, lifetimes, end)).toBe(true)
    expect(hasEnded(times, lifetimes, end + 1)).toBe(true)
  })

  it('has its activity saved after a minute, or if the saved time is in the future', () => {
    const hour = { idleMs: 3_600_000, absoluteMs: 43_200_000 }
    expect(isTouchDue(1_000_000, hour, 1_059_999)).toBe(false)
    expect(isTouchDue(1_000_000, hour, 1_060_000)).toBe(true)
    expect(isTouchDue(1_000_000, hour, 940_001)).toBe(false)
    expect(isTouchDue(1_000_000, hour, 940_000)).toBe(true)
  })
})

describe('a record in the store', () => {
  /** @param bytes that its JSON has */
  function recordOf(bytes: number) {
    const record = { ...sessionRecord(), refreshToken: '' }
    return { ...record, refreshToken: 'r'.repeat(bytes - JSON.stringify(record).length) }
  }

  it.each([4_000, 400_000])('of %d bytes comes back as it was', (bytes) => {
    const record = recordOf(bytes)
    expect(parseRecord(serialiseRecord(record))).toEqual(record)
  })

  it('is no session if it is longer than any record', () => {
    const longest = 512 * 1024
    expect(parseRecord(serialiseRecord(recordOf(longest)))).toBeDefined()
    expect(parseRecord(serialiseRecord(recordOf(longest + 1)))).toBeUndefined()
  })

  it('is read as it was stored before, deflated, and no more than the longest is inflated', () => {
    const deflated = (bytes: number) => deflateRawSync(JSON.stringify(recordOf(bytes)))
    expect(parseRecord(deflated(4_000))).toMatchObject({ device: 'Firefox on Linux' })
    expect(parseRecord(deflated(512 * 1024 + 1))).toBeUndefined()
    expect(parseRecord(deflated(4_000).subarray(0, -1))).toBeUndefined()
  })

  it('is no session if it is cut off, or if more follows', () => {
    const bytes = serialiseRecord(recordOf(4_000))
    expect(bytes.length).toBeLessThan(3_200)
    const cuts = [0, 1, 4, 5, 100, bytes.length - 1]
    const others = [...cuts.map((end) => bytes.subarray(0, end)), Buffer.concat([bytes, bytes])]
    expect(others.map(parseRecord)).toEqual(others.map(() => undefined))
  })

  it('comes back whatever is in it', () => {
    const run = fc.string({
      unit: fc.constantFrom(...'Az09_-'.split('')),
      minLength: 28,
      maxLength: 40,
    })
    const piece = fc.oneof(
      run,
      fc.constantFrom(
        '\u0001',
        '\u000132\u0001',
        '\\',
        '"',
        '.',
        '=',
        '\ud800',
        '\u2028',
        'é',
        '\0',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    )
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''))
    const property = fc.property(text, text, fc.dictionary(text, text), (one, other, claims) => {
      const tokens = [{ scopes: [one], accessToken: other, expiresAt: 1 }]
      const plain = sessionRecord()
      const record = { ...plain, tokens, claims: { ...plain.claims, ...claims, tid: one } }
      expect(parseRecord(serialiseRecord(record))).toEqual(record)
    })
    fc.assert(property, propertyRuns(200))
    expect.hasAssertions()
  })
})

describe('the limit of requests per minute', () => {
  it('lets the allowed number pass, says how long to wait, and starts again after a minute', () => {
    const window = newRateWindow()
    const ask = (now: number) => retryAfterSeconds(window, 2, now)
    expect([ask(100_000), ask(100_000), ask(110_000)]).toEqual([0, 0, 50])
    expect(ask(159_999)).toBe(1)
    expect(ask(160_000)).toBe(0)
  })

  it('starts again if the clock was set back, so that no user waits an hour', () => {
    const window = newRateWindow()
    const ask = (now: number) => retryAfterSeconds(window, 1, now)
    expect([ask(3_600_000), ask(3_600_000)]).toEqual([0, 60])
    expect([ask(1_000), ask(1_000)]).toEqual([0, 60])
  })
})

describe('a request for a token that failed a moment ago', () => {
  const failure = {}
  const kept = (at: number) =>
    withRequest(sessionRecord(), { key: 'k', forced: false, failure }, at).tokenRequests

  it.each([
    ['at once', 0, 5],
    ['a little later', 4_001, 1],
    ['by an instance whose clock is six seconds behind', -6_000, 11],
  ])('is not repeated %s', (_when, later, retryAfterS) => {
    const held = heldBack(kept(1_000_000), 'k', false, 1_000_000 + later)
    expect(held).toEqual({ failure, claims: undefined, retryAfterS })
  })

  it.each([
    ['five seconds later', 'k', 5_000],
    ['for other scopes', 'other', 0],
    ['by a clock that was set back by more than a minute', 'k', -60_001],
  ])('is repeated %s', (_when, key, later) => {
    expect(heldBack(kept(1_000_000), key, false, 1_000_000 + later)).toBeUndefined()
  })

  it('waits as long as Microsoft said, for all scopes, and also if an API rejects the token', () => {
    const limited = { key: 'k', forced: false, failure, retryAfterS: 120 }
    const requests = withRequest(sessionRecord(), limited, 1_000_000).tokenRequests
    for (const key of ['k', 'other']) {
      for (const forced of [false, true]) {
        expect(heldBack(requests, key, forced, 1_000_001)?.retryAfterS).toBe(120)
        expect(heldBack(requests, key, forced, 1_119_999)?.retryAfterS).toBe(1)
        expect(heldBack(requests, key, forced, 1_120_000)).toBeUndefined()
      }
    }
  })

  it('is remembered as one of eight, the newest first', () => {
    let record = sessionRecord()
    for (let turn = 0; turn < 12; turn += 1) {
      record = withRequest(record, { key: `k${turn % 10}`, forced: false }, turn)
    }
    expect(record.tokenRequests?.map(({ key }) => key).join(' ')).toBe('k1 k0 k9 k8 k7 k6 k5 k4')
  })
})

describe('the name of a device', () => {
  const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)'
  const chrome = `${webkit} Chrome/140.0.0.0 Safari/537.36`
  it.each([
    ['Chrome on Windows', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome}`],
    ['Edge on Windows', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Edg/140.0.0.0`],
    ['Edge on Android', `Mozilla/5.0 (Linux; Android 10; K) ${chrome} EdgA/140.0.0.0`],
    ['Opera on macOS', `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${chrome} OPR/120.0.0.0`],
    [
      'Samsung Internet on Android',
      `Mozilla/5.0 (Linux; Android 10; K) ${webkit} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
    ],
    ['Firefox on Linux', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
    [
      'Firefox on iOS',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/140.0 Mobile/15E148 Safari/605.1.15',
    ],
    [
      'Chrome on iOS',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0.0.0 Mobile/15E148 Safari/604.1',
    ],
    [
      'Safari on macOS',
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
    ],
    ['Chrome on ChromeOS', `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${chrome}`],
    ['curl', 'curl/8.5.0'],
    ['Unknown device', ''],
    ['Unknown device', 'node'],
  ])('is "%s" by the user agent', (name, text) => {
    expect(deviceName({ 'user-agent': text })).toBe(name)
  })

  it.each([
    ['Brave on Windows', '"Brave";v="140", "Not=A?Brand";v="24", "Chromium";v="140"', chrome],
    ['Edge on Windows', '"Chromium";v="140", "Microsoft Edge";v="140"', chrome],
    ['Chrome on Windows', '"Chromium";v="140", "Google Chrome";v="140"', chrome],
    ['Chrome on Windows', '"Chromium";v="140"', 'a browser without a name'],
    ['Firefox on Windows', '"Chromium";v="140"', 'Gecko/20100101 Firefox/140.0'],
  ])('is "%s" by the browser’s client hints', (name, brands, rest) => {
    const agent = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${rest}`
    expect(deviceName({ 'sec-ch-ua': brands, 'user-agent': agent })).toBe(name)
  })

  it('takes the system from a client hint if the user agent names none', () => {
    const hints = { 'sec-ch-ua': '"Chromium";v="140"', 'sec-ch-ua-platform': '"Chrome OS"' }
    expect(deviceName({ ...hints, 'user-agent': '' })).toBe('Chrome on ChromeOS')
  })

  it('is "Unknown device" for an invalid or a long header', () => {
    for (const text of [
      `${'é'.repeat(508)}/1`,
      `"${'"'.repeat(500)}"/1 x`,
      'a'.repeat(9000),
      '漢/1',
    ]) {
      expect(deviceName({ 'user-agent': text, 'sec-ch-ua': text })).toBe('Unknown device')
    }
  })
})

describe('the access tokens that a session keeps', () => {
  const answer = (scopes: string[], accessToken: string, expiresInS = 3600) => ({
    accessToken,
    expiresInS,
    scopes,
    idToken: undefined,
    refreshToken: undefined,
  })

  it('are the valid ones: an expired one is removed when the next one is added', () => {
    const kept = ['Mail.Read', 'User.Read', 'Files.Read'].map((scope, at) =>
      grantedToken(answer([scope], scope, 60 * (at + 1)), [scope], 0),
    )
    const record = { ...sessionRecord(), tokens: kept }
    const token = grantedToken(answer(['Calendars.Read'], 'new'), ['Calendars.Read'], 0)
    const after = withToken(record, token, undefined, 120_000)
    expect(after.tokens.map(({ accessToken }) => accessToken)).toEqual(['Files.Read', 'new'])
  })

  it('are replaced by one that allows at least as much, and found by scope', () => {
    const old = grantedToken(answer(['User.Read'], 'old'), [], 0)
    const token = grantedToken(answer(['User.Read', 'Mail.Read'], 'new'), [], 0)
    const { tokens } = withToken({ ...sessionRecord(), tokens: [old] }, token, undefined, 0)
    expect(tokens).toEqual([token])
    expect(findToken(tokens, ['https://graph.microsoft.com/mail.read'])).toBe(token)
    expect(findToken(tokens, ['Files.Read'])).toBeUndefined()
  })
})
