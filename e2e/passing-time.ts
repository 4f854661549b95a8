/** Moves time forward in a test: the page's clock, and the times in the server's answers to the page. */
import type { Page, Route } from '@playwright/test'
import type { Session } from '@gatehouse/contract/session'

export interface PassingTime {
  /** Moves the page's clock and the server's times. */
  pass(ms: number): Promise<void>
  /** Moves both until `left` ms of the session are left. */
  passUntil(left: number): Promise<void>
  /** Moves the server's times only, as during the sleep of a computer. */
  passUnseen(ms: number): void
  /** How often the page asked for the session, and how often it extended the session. */
  asked(): { session: number; extend: number }
}

/** Call it before the page is opened. */
export async function passingTime(page: Page): Promise<PassingTime> {
  const count = { session: 0, extend: 0 }
  let ahead = 0
  let extendedAt = 0
  await page.clock.install()

  const shifted = (session: Session): Session => {
    const now = later(session.now, ahead)
    if (!session.signedIn) return { ...session, now }
    const ends = [later(session.expiresAt, extendedAt), session.absoluteExpiresAt].toSorted()
    const [expiresAt = now] = ends
    return expiresAt <= now
      ? { signedIn: false, development: session.development, now }
      : { ...session, expiresAt, now }
  }
  const answer = async (route: Route) => {
    try {
      const response = await route.fetch()
      if (!response.ok()) return await route.fulfill({ response })
      return await route.fulfill({ response, json: shifted((await response.json()) as Session) })
    } catch {
      // The page has cancelled the request, as it does before it asks again, or is closed.
      return await route.abort().catch(() => undefined)
    }
  }
  await page.route('**/api/session', (route) => {
    count.session += 1
    return answer(route)
  })
  await page.route('**/api/session/extend', (route) => {
    count.extend += 1
    extendedAt = ahead
    return answer(route)
  })
  const pass = async (ms: number) => {
    ahead += ms
    await page.clock.fastForward(ms)
  }
  return {
    pass,
    passUntil: async (left) => {
      const now = await page.request.get('/api/session')
      const session = shifted((await now.json()) as Session)
      if (!session.signedIn) throw new Error('The session is over')
      await pass(Date.parse(session.expiresAt) - Date.parse(session.now) - left)
    },
    passUnseen: (ms) => {
      ahead += ms
    },
    asked: () => ({ ...count }),
  }
}

function later(time: string, ms: number): string {
  return new Date(Date.parse(time) + ms).toISOString()
}
