import { setImmediate as nextTurn } from 'node:timers/promises'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { propertyRuns } from '@gatehouse/test-support/properties'
import type { Session } from '../../src/session/cache.ts'
import type { Lifetimes } from '../../src/session/record.ts'
import type { Sessions } from '../../src/session/sessions.ts'
import { sessionParts, sessionRecord } from '../support/session-parts.ts'

const minute = 60_000
const idleMinutes = fc.integer({ min: 1, max: 1440 })

/** The pauses between requests, as parts of the idle time, its last millisecond included. */
const pauses = fc.array(
  fc.record({
    part: fc.oneof(
      fc.constantFrom(0, 0.001, 0.01, 0.033, 0.5, 1),
      fc.double({ min: 0, max: 1, noNaN: true }),
    ),
    tokenRefreshed: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
)

/** One request of a signed-in user, as the hook of a protected route handles it. */
async function request(sessions: Sessions, cookie: string): Promise<Session | undefined> {
  const session = sessions.peek(sessions.cookieOf(cookie)) ?? (await sessions.resolve(cookie))
  if (session) sessions.touch(session)
  // The activity is written behind the request.
  await nextTurn()
  return session
}

async function withSession(
  lifetimes: Lifetimes,
  test: (sessions: Sessions, cookie: string) => Promise<void>,
): Promise<void> {
  const parts = await sessionParts('sqlite', { lifetimes })
  try {
    await test(parts.sessions, await parts.sessions.start(sessionRecord()))
  } finally {
    await parts.dispose()
  }
}

describe('the idle time, for any number of minutes that can be configured,', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  it('never ends the session of a user whose pauses are shorter', async () => {
    await fc.assert(
      fc.asyncProperty(idleMinutes, pauses, async (minutes, steps) => {
        const lifetimes = { idleMs: minutes * minute, absoluteMs: 43_200 * minute }
        await withSession(lifetimes, async (sessions, cookie) => {
          for (const { part, tokenRefreshed } of steps) {
            vi.setSystemTime(Date.now() + Math.floor(part * (lifetimes.idleMs - 1)))
            const session = await request(sessions, cookie)
            expect(session).toBeDefined()
            if (session && tokenRefreshed) await sessions.update(session, (record) => record)
          }
        })
      }),
      propertyRuns(60),
    )
  })

  it('ends the session at its last millisecond, whatever came before', async () => {
    await fc.assert(
      fc.asyncProperty(idleMinutes, pauses, async (minutes, steps) => {
        const lifetimes = { idleMs: minutes * minute, absoluteMs: 43_200 * minute }
        await withSession(lifetimes, async (sessions, cookie) => {
          for (const { part } of steps) {
            vi.setSystemTime(Date.now() + Math.floor(part * (lifetimes.idleMs - 1)))
            await request(sessions, cookie)
          }
          vi.setSystemTime(Date.now() + lifetimes.idleMs)
          expect(await request(sessions, cookie)).toBeUndefined()
        })
      }),
      propertyRuns(30),
    )
  })

  it('starts again at each extension, however often', async () => {
    await fc.assert(
      fc.asyncProperty(idleMinutes, pauses, async (minutes, steps) => {
        const lifetimes = { idleMs: minutes * minute, absoluteMs: 43_200 * minute }
        await withSession(lifetimes, async (sessions, cookie) => {
          for (const { part } of steps) {
            vi.setSystemTime(Date.now() + Math.floor(part * (lifetimes.idleMs - 1)))
            const session = await sessions.resolve(cookie)
            expect(session && (await sessions.extend(session))).toBe(true)
            expect(session?.seenAt).toBe(Date.now())
          }
        })
      }),
      propertyRuns(30),
    )
  })
})
