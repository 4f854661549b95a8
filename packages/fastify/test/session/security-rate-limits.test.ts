import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import type { Answer, Browser } from '@gatehouse/tenant/testing'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

/** Expects 429 with Retry-After, and one audit line. */
function expectLimited(answer: Answer, by: 'address' | 'session', logs: string[]): void {
  expectProblem(answer, 429, 'too_many_requests')
  const seconds = Number(answer.headers['retry-after'])
  expect(seconds).toBeGreaterThanOrEqual(1)
  expect(seconds).toBeLessThanOrEqual(60)
  expect(Object.keys(answer.headers).join()).not.toContain('ratelimit')
  expect(logs.some((line) => line.includes(`"event":"rate_limited","by":"${by}"`))).toBe(true)
}

async function times(count: number, ask: (turn: number) => Promise<Answer>): Promise<number[]> {
  const statuses: number[] = []
  for (let turn = 0; turn < count; turn += 1) statuses.push((await ask(turn)).status)
  return statuses
}

const perAddress = 12
const perSession = 20

describe('an address that starts too many sign-ins', () => {
  const gatehouse = useTestApp({ config: { rateLimits: { perAddress } } })

  it('gets 429 beyond the limit, and users who are signed in go on', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    const stranger = gatehouse().browser()
    const statuses = await times(perAddress - 2, () => stranger.get('/auth/sign-in'))
    expect(new Set(statuses)).toEqual(new Set([303]))
    const refused = await stranger.get('/auth/sign-in')
    expectLimited(refused, 'address', gatehouse().logs)
    expect(refused.setCookies).toEqual([])
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it.each([
    ['x-forwarded-for', (turn: number) => `203.0.113.${turn}`],
    ['forwarded', (turn: number) => `for=203.0.113.${turn}`],
    ['x-real-ip', (turn: number) => `203.0.113.${turn}`],
    ['cf-connecting-ip', (turn: number) => `203.0.113.${turn}`],
  ])('stays the same address for the limit with any value of %s', async (name, value) => {
    const browser = gatehouse().browser()
    const statuses = await times(perAddress + 2, (turn) =>
      browser.get('/auth/sign-in', { [name]: value(turn) }),
    )
    expect(statuses.at(-1)).toBe(429)
  })
})

describe('an address that guesses session ids', () => {
  const gatehouse = useTestApp({ config: { rateLimits: { perAddress } } })

  it('gets 429 from front-channel logout beyond the limit, for known and unknown sessions', async () => {
    const browser = gatehouse().browser()
    const sid = (turn: number) => `1b4e28ba-2fa1-4d3e-883f-${String(turn).padStart(12, '0')}`
    const statuses = await times(perAddress + 2, (turn) =>
      browser.get(`/auth/front-channel-logout?sid=${sid(turn)}`),
    )
    expect(statuses).toEqual([...Array(perAddress).fill(200), 429, 429])
    const answer = await browser.get(`/auth/front-channel-logout?sid=${sid(0)}`)
    expectLimited(answer, 'address', gatehouse().logs)
  })

  it('gets 429 at the callback as well, before the request is checked', async () => {
    const browser = gatehouse().browser()
    const answer = await browser.get('/auth/redirect?code=a&state=b')
    expectLimited(answer, 'address', gatehouse().logs)
    expect(gatehouse().tenant.journal.count('token')).toBe(0)
  })
})

describe('addresses behind a listed proxy', () => {
  const gatehouse = useTestApp({
    config: { rateLimits: { perAddress } },
    env: { TRUSTED_PROXIES: '127.0.0.1' },
  })

  it('are counted one by one', async () => {
    const browser = gatehouse().browser()
    const from = (address: string) =>
      browser.get('/auth/sign-in', { 'x-forwarded-for': `198.51.100.7, ${address}` })
    expect(new Set(await times(perAddress, () => from('203.0.113.1')))).toEqual(new Set([303]))
    expect((await from('203.0.113.1')).status).toBe(429)
    expect((await from('203.0.113.2')).status).toBe(303)
  })
})

describe('a session that sends too many requests', () => {
  const gatehouse = useTestApp({ config: { rateLimits: { perSession } } })

  async function signedIn(): Promise<Browser> {
    const browser = gatehouse().browser()
    await browser.signIn()
    return browser
  }

  it('gets 429 until the minute is over, and no other session is affected', async () => {
    const [busy, other] = [await signedIn(), await signedIn()]
    expect(new Set(await times(perSession, () => busy.get('/api/me')))).toEqual(new Set([200]))
    expectLimited(await busy.get('/api/me'), 'session', gatehouse().logs)
    expectLimited(await busy.get('/api/users'), 'session', gatehouse().logs)
    expect(gatehouse().tenant.journal.count('users')).toBe(0)
    expect((await other.get('/api/me')).status).toBe(200)
    expect((await busy.post('/auth/sign-out')).status).toBe(200)
  })

  it('is served again when the minute is over', async () => {
    const busy = await signedIn()
    await times(perSession + 1, () => busy.get('/api/me'))
    gatehouse().advance(61_000)
    expect((await busy.get('/api/me')).status).toBe(200)
  })
})
