/** Minutes that nobody waits for: the page's clock is moved, and the server's times on the way to the page with it. */
import type { Page, Route } from '@playwright/test'
import type { Session } from '@gatehouse/contract/session'

export interface PassingTime {
  /** Lets time go by, for the page and for what it is told. @param ms how much */
  pass(ms: number): Promise<void>
  /** Lets time go by until so much is left of the session. @param left in ms */
  passUntil(left: number): Promise<void>
  /** Lets time go by for the server alone, as in a page that sleeps. @param ms how much */
  passUnseen(ms: number): void
  /** How often the page asked who is signed in, and how often to stay so. */
  asked(): { session: number; extend: number }
}

/** To be called before the page is opened. */
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
    return expiresAt <= now ? { signedIn: false, now } : { ...session, expiresAt, now }
  }
  const answer = async (route: Route) => {
    const response = await route.fetch()
    if (!response.ok()) return route.fulfill({ response })
    return route.fulfill({ response, json: shifted((await response.json()) as Session) })
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
