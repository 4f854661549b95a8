import { MutationObserver } from '@tanstack/react-query'
import type { SignedIn } from '@gatehouse/contract/session'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createQueryClient } from '../src/api/query.ts'
import { serverNow, setServerClock } from '../src/session/server-clock.ts'
import {
  canBeExtended,
  extendOnActivity,
  timeLeft,
  warnBefore,
  withoutMarkers,
} from '../src/session/session-watch.ts'

const minute = 60_000

describe('an address with a marker of the server', () => {
  test.each([
    ['/users?q=a&host-redirect=done#x', '/users?q=a#x'],
    ['/?automatic-sign-in=off', '/'],
    ['//other.example/x?host-redirect=done', '//other.example/x'],
  ])('is shown without it, and stays on this site: %s', (address, shown) => {
    const here = new URL(`https://app.example${address}`)
    const expected = `https://app.example${shown}`
    expect(new URL(withoutMarkers(here) ?? '', here).href).toBe(expected)
  })

  test('is left alone without one', () => {
    expect(withoutMarkers(new URL('https://app.example/users?q=a#x'))).toBeUndefined()
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

describe('a user who is active on the page without requests', () => {
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  const start = Date.parse('2026-11-23T12:00:00Z')
  const iso = (ms: number) => new Date(ms).toISOString()
  const sessionAt = (now: number, idleMinutes: number) =>
    ({
      signedIn: true,
      idleSeconds: idleMinutes * 60,
      startedAt: iso(start),
      expiresAt: iso(now + idleMinutes * minute),
      absoluteExpiresAt: iso(start + 30 * 24 * 60 * minute),
      now: iso(now),
    }) as SignedIn

  test('is never signed out by the idle time, and extends it ten times in it at most', () => {
    for (const idleMinutes of [1, 2, 5, 30, 60, 1440]) {
      vi.useFakeTimers({ now: start })
      vi.stubGlobal('window', new EventTarget())
      setServerClock(iso(start))
      const client = createQueryClient()
      let session = sessionAt(start, idleMinutes)
      let extensions = 0
      const follow = (): (() => void) =>
        extendOnActivity(client, session, async () => {
          extensions += 1
          stop()
          session = sessionAt(serverNow(), idleMinutes)
          stop = follow()
        })
      let stop = follow()
      const idleMs = idleMinutes * minute
      for (let step = 0; step < 300; step += 1) {
        vi.advanceTimersByTime(idleMs / 30)
        window.dispatchEvent(new Event(step % 2 ? 'click' : 'keyup'))
        expect(timeLeft(session, serverNow()).left).toBeGreaterThan(idleMs / 2)
      }
      expect(extensions).toBeGreaterThan(50)
      expect(extensions).toBeLessThanOrEqual(101)
      stop()
    }
  })

  test('sends no extension beside another command, and none past the absolute end', async () => {
    vi.useFakeTimers({ now: start })
    vi.stubGlobal('window', new EventTarget())
    setServerClock(iso(start))
    const client = createQueryClient()
    const extend = vi.fn<() => Promise<void>>(() => Promise.resolve())
    const session = sessionAt(start, 60)
    const stop = extendOnActivity(client, session, extend)
    vi.advanceTimersByTime(30 * minute)
    const command = new MutationObserver(client, { mutationFn: () => new Promise(() => undefined) })
    void command.mutate()
    window.dispatchEvent(new Event('click'))
    expect(extend).not.toHaveBeenCalled()
    stop()
    const last = { ...session, absoluteExpiresAt: session.expiresAt }
    extendOnActivity(createQueryClient(), last, extend)
    window.dispatchEvent(new Event('click'))
    expect(extend).not.toHaveBeenCalled()
  })

  test('is warned five minutes before the end, or half of a shorter idle time', () => {
    expect(warnBefore(sessionAt(start, 60))).toBe(5 * minute)
    expect(warnBefore(sessionAt(start, 10))).toBe(5 * minute)
    expect(warnBefore(sessionAt(start, 1))).toBe(minute / 2)
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
