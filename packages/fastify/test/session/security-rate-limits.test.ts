import { afterEach, describe, expect, it, vi } from 'vitest'
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
    const statuses = await times(perAddress - 1, () => stranger.get('/auth/sign-in'))
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

describe('a clock that is set back by an hour', () => {
  const gatehouse = useTestApp({ config: { rateLimits: { perAddress } } })
  afterEach(() => void vi.useRealTimers())

  it('begins the minute of an address anew, which is not refused until the hour is over', async () => {
    const browser = gatehouse().browser()
    const start = () => browser.get('/auth/sign-in')
    vi.useFakeTimers({ toFake: ['Date'] })
    const before = await times(perAddress - 1, start)
    vi.setSystemTime(Date.now() - 60 * 60_000)
    const after = await times(perAddress, start)
    expect(new Set([...before, ...after])).toEqual(new Set([303]))
    expectLimited(await start(), 'address', gatehouse().logs)
    vi.setSystemTime(Date.now() + 60_000)
    expect((await start()).status).toBe(303)
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

  it('keeps nobody at that address from signing in: any website can have its visitors send such calls', async () => {
    expect((await gatehouse().browser().get('/auth/sign-in')).status).toBe(303)
  })

  it('gets 429 at the callback as well, before the request is checked', async () => {
    const browser = gatehouse().browser()
    const ask = () => browser.get('/auth/redirect?code=a&state=b')
    expect(await times(perAddress, ask)).not.toContain(429)
    const answer = await browser.get('/auth/redirect?code=a&state=b')
    expectLimited(answer, 'address', gatehouse().logs)
    expect(gatehouse().tenant.journal.count('token')).toBe(0)
  })
})

describe('an address that signs in', () => {
  const gatehouse = useTestApp({ config: { rateLimits: { perAddress } } })

  it('counts once for each sign-in, and not again for what comes back from Entra', async () => {
    for (let turn = 0; turn < perAddress; turn += 1) {
      expect((await gatehouse().browser().signIn()).location).toBe('/')
    }
    expect((await gatehouse().browser().get('/auth/sign-in')).status).toBe(429)
  })
})

describe('addresses behind a listed proxy', () => {
  const gatehouse = useTestApp({
    config: { rateLimits: { perAddress } },
    env: { TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8, fd00::/8' },
  })
  const from = (forwardedFor: string) =>
    gatehouse().browser().get('/auth/sign-in', { 'x-forwarded-for': forwardedFor })
  const knock = (count: number, header: (turn: number) => string) =>
    times(count, (turn) => from(header(turn)))

  it('are counted one by one', async () => {
    const header = (address: string) => `198.51.100.7, ${address}`
    const statuses = await knock(perAddress, () => header('203.0.113.1'))
    expect(new Set(statuses)).toEqual(new Set([303]))
    expect((await from(header('203.0.113.1'))).status).toBe(429)
    expect((await from(header('203.0.113.2'))).status).toBe(303)
  })

  it.each([
    ['a port', (turn: number) => `203.0.113.10:${50_000 + turn}`],
    ['an IPv6 address with a port', (turn: number) => `[2001:db8:1::1]:${50_000 + turn}`],
    [
      'an IPv6 address in brackets, or not',
      (n: number) => (n % 2 ? '[2001:db8:2::1]' : '2001:DB8:2:0::1'),
    ],
    ['the interface of a link-local address', (turn: number) => `fe80::7%eth${turn}`],
    ['an address of one IPv6 network', (turn: number) => `2001:db8:3::${turn + 1}`],
    [
      'an IPv4 address in IPv6 form, or not',
      (n: number) => (n % 2 ? '::ffff:203.0.113.11' : '203.0.113.11'),
    ],
    [
      'hops of listed proxies',
      (n: number) => `203.0.113.12:${n + 1}, [fd00::7]:${n + 1}, 10.0.0.${n}:443`,
    ],
    ['its own claims in front', (turn: number) => `198.51.100.${turn}, 203.0.113.13`],
  ])('count as one with %s', async (_what, header) => {
    const statuses = await knock(perAddress + 1, header)
    expect(statuses.slice(0, -1)).not.toContain(429)
    expect(statuses.at(-1)).toBe(429)
  })

  it('are told apart behind a listed proxy that names its interface', async () => {
    const statuses = await knock(perAddress + 1, (turn) => `192.0.2.${turn}, fd00::9%eth${turn}`)
    expect(new Set(statuses)).toEqual(new Set([303]))
  })

  it('count for the proxy if it names none, whatever stands left of that', async () => {
    const garbage = [
      'unknown',
      '_hidden',
      '203.0.113.300',
      'a b',
      '1.2.3.4:port',
      '1.2.3.4%eth0',
      '<script>',
      '',
    ]
    const statuses = await knock(
      perAddress + 1,
      (turn) => `198.51.100.${turn + 100}, ${garbage[turn % garbage.length]}, 10.0.0.9`,
    )
    expect(statuses.slice(0, -1)).not.toContain(429)
    expect(statuses.at(-1)).toBe(429)
    expect((await from('203.0.113.14, 10.0.0.9')).status).toBe(303)
  })
})

describe.each(['x-forwarded-for', 'x-forwarded-proto', 'forwarded'])(
  'a request with %s',
  (name) => {
    const warnings = (logs: string[]) =>
      logs.filter((line) => line.includes('"event":"proxy_not_trusted"'))
    const ask = (browser: Browser) => browser.get('/api/session', { [name]: 'for=203.0.113.77' })

    describe('without TRUSTED_PROXIES', () => {
      const gatehouse = useTestApp()

      it('is warned of once, without its value', async () => {
        const browser = gatehouse().browser()
        await browser.get('/api/session')
        expect(warnings(gatehouse().logs)).toEqual([])
        expect(new Set(await times(3, () => ask(browser)))).toEqual(new Set([200]))
        const [line = '', ...more] = warnings(gatehouse().logs)
        expect(more).toEqual([])
        expect(JSON.parse(line)).toMatchObject({ level: 40, header: name })
        expect(line).not.toContain('203.0.113.77')
      })
    })

    describe('with TRUSTED_PROXIES', () => {
      const gatehouse = useTestApp({ env: { TRUSTED_PROXIES: '127.0.0.1' } })

      it('is not warned of', async () => {
        expect((await ask(gatehouse().browser())).status).toBe(200)
        expect(warnings(gatehouse().logs)).toEqual([])
      })
    })
  },
)

describe('a session that sends too many requests', () => {
  const gatehouse = useTestApp({ config: { rateLimits: { perSession } } })

  it('gets 429 until the minute is over, and no other session is affected', async () => {
    const [busy, other] = [await gatehouse().signedIn(), await gatehouse().signedIn()]
    expect(new Set(await times(perSession, () => busy.get('/api/me')))).toEqual(new Set([200]))
    expectLimited(await busy.get('/api/me'), 'session', gatehouse().logs)
    expectLimited(await busy.get('/api/users'), 'session', gatehouse().logs)
    expect(gatehouse().tenant.journal.count('users')).toBe(0)
    expect((await other.get('/api/me')).status).toBe(200)
    expect((await busy.post('/auth/sign-out')).status).toBe(200)
  })

  it('is served again when the minute is over', async () => {
    const busy = await gatehouse().signedIn()
    await times(perSession + 1, () => busy.get('/api/me'))
    gatehouse().advance(61_000)
    expect((await busy.get('/api/me')).status).toBe(200)
  })
})
