import { describe, expect, it } from 'vitest'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const minute = 60_000
const hour = 60 * minute

const ready = { status: 'ready' }
const warned = { status: 'ready', warnings: ['clock'] }

async function readiness(gatehouse: Gatehouse): Promise<unknown> {
  const answer = await gatehouse.browser().get('/readyz')
  expect(answer.status).toBe(200)
  return answer.json()
}

/** The log lines about the clock, without refused sign-ins. */
function warnings(gatehouse: Gatehouse): Record<string, unknown>[] {
  const lines = gatehouse.logs.map((line) => JSON.parse(line) as Record<string, unknown>)
  return lines.filter(({ event, aheadS }) => event === 'clock' && aheadS !== undefined)
}

/** A back end whose clock is wrong, before its first request to Microsoft. */
async function withClockOff(ms: number, test: (gatehouse: Gatehouse) => Promise<void>) {
  const gatehouse = await startGatehouse()
  try {
    gatehouse.advance(ms)
    await test(gatehouse)
  } finally {
    await gatehouse.close()
  }
}

describe('a clock that differs from Microsoft’s', () => {
  it.each([
    ['an hour ahead', hour],
    ['an hour behind', -hour],
    ['three minutes ahead', 3 * minute],
    ['three minutes behind', -3 * minute],
  ])('causes a warning in the health check and in the log if it is %s', async (_what, ms) => {
    await withClockOff(ms, async (gatehouse) => {
      expect(await readiness(gatehouse)).toEqual(warned)
      const [line] = warnings(gatehouse)
      expect(line).toMatchObject({ level: 40, msg: expect.stringContaining('NTP') as unknown })
      expect(Math.abs(Number(line?.['aheadS']) - ms / 1000)).toBeLessThan(60)
    })
  })

  it.each([
    ['a minute ahead', minute],
    ['a minute behind', -minute],
  ])('causes no warning if it is %s', async (_what, ms) => {
    await withClockOff(ms, async (gatehouse) => {
      await gatehouse.browser().signIn()
      expect(await readiness(gatehouse)).toEqual(ready)
      expect(warnings(gatehouse)).toEqual([])
    })
  })

  it.each([
    ['ahead', 4 * minute],
    ['behind', -4 * minute],
  ])('causes a warning, and people still sign in, if it is four minutes %s', async (_what, ms) => {
    await withClockOff(ms, async (gatehouse) => {
      const browser = gatehouse.browser()
      expect((await browser.signIn()).location).toBe('/')
      expect((await browser.get('/api/claims')).status).toBe(200)
      // Seen in the answers that the sign-in needed, without a health check.
      expect(warnings(gatehouse)).toHaveLength(1)
    })
  })
})

describe('a clock that agrees with Microsoft’s', () => {
  const gatehouse = useTestApp({ oneClock: true })

  it('causes no warning at any time', async () => {
    gatehouse().advance(100 * hour)
    await gatehouse().browser().signIn()
    expect(await readiness(gatehouse())).toEqual(ready)
    expect(warnings(gatehouse())).toEqual([])
  })
})

describe('a warning about the clock', () => {
  it('is logged once an hour, with any number of answers', async () => {
    await withClockOff(6 * hour, async (gatehouse) => {
      for (let time = 0; time < 5; time += 1) {
        await gatehouse.browser().signIn()
        await readiness(gatehouse)
        gatehouse.advance(2 * minute)
      }
      expect(warnings(gatehouse)).toHaveLength(1)
      gatehouse.advance(hour)
      expect(await readiness(gatehouse)).toEqual(warned)
      expect(warnings(gatehouse)).toHaveLength(2)
    })
  })

  it('ends with the next answer after the clock was corrected', async () => {
    await withClockOff(hour, async (gatehouse) => {
      expect(await readiness(gatehouse)).toEqual(warned)
      gatehouse.advance(-hour)
      expect(await readiness(gatehouse)).toEqual(ready)
    })
  })

  it('begins with the next answer if the clock goes wrong later', async () => {
    await withClockOff(0, async (gatehouse) => {
      expect(await readiness(gatehouse)).toEqual(ready)
      gatehouse.advance(hour)
      await gatehouse.browser().signIn()
      expect(await readiness(gatehouse)).toEqual(warned)
    })
  })
})

describe('an answer without a usable time', () => {
  const gatehouse = useTestApp()

  it.each([
    ['a time that cannot be parsed', { date: 'yesterday' }],
    ['an empty time', { date: '' }],
    ['the time of a copy that a cache kept', { date: new Date(0).toUTCString(), age: '86000' }],
  ])('causes no warning: %s', async (_what, headers) => {
    const { tenant } = gatehouse()
    const path = `/${tenant.tenantId}/v2.0/.well-known/openid-configuration`
    const body: unknown = await (await fetch(`${tenant.authority}${path}`)).json()
    await withClockOff(0, async (other) => {
      const document = JSON.stringify(body).replaceAll(tenant.authority, other.tenant.authority)
      const fault = { kind: 'respond', status: 200, body: document, headers } as const
      other.tenant.faults.set({ at: 'discovery', contentType: 'application/json', ...fault })
      expect(await readiness(other)).toEqual(ready)
      expect(warnings(other)).toEqual([])
    })
  })
})
