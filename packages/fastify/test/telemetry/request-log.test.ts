import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Gatehouse, startGatehouse } from '@gatehouse/test-support/gatehouse'
import { goodKey, load, ownTenant, refusalOf } from '../support/config-folder.ts'
import { people } from '@gatehouse/tenant/testing'

type Line = Record<string, unknown>

const env = { SESSION_KEYS: goodKey }

async function withLog(requestLog: string | undefined, work: (app: Gatehouse) => Promise<void>) {
  const config = requestLog === undefined ? {} : { requestLog }
  const gatehouse = await startGatehouse({ config, env })
  try {
    await work(gatehouse)
  } finally {
    await gatehouse.close()
  }
}

const requests = ({ logs }: Gatehouse): Line[] =>
  logs.map((line) => JSON.parse(line) as Line).filter(({ event }) => event === 'request')

async function visit(gatehouse: Gatehouse) {
  const browser = gatehouse.browser()
  await browser.signIn()
  await browser.get('/api/me?private=yes')
  await browser.get('/nowhere/private')
}

describe('the line of a request', () => {
  it('is not written unless it is asked for', async () => {
    await withLog(undefined, async (gatehouse) => {
      await visit(gatehouse)
      expect(requests(gatehouse)).toEqual([])
    })
  })

  it('is written for every request, with its route and without its query', async () => {
    await withLog('all', async (gatehouse) => {
      await visit(gatehouse)
      const lines = requests(gatehouse)
      const me = lines.find(({ route }) => route === '/api/me')
      expect(me).toMatchObject({
        level: 30,
        method: 'GET',
        status: 200,
        durationMs: expect.any(Number) as number,
        userHash: expect.stringMatching(/^[\w-]{16}$/) as string,
        trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        reqId: expect.any(String) as string,
      })
      const missing = lines.find(({ status }) => status === 404)
      expect(missing).toBeDefined()
      expect(missing).not.toHaveProperty('route')
      expect(JSON.stringify(lines)).not.toContain('private')
      const { id, userPrincipalName } = people(gatehouse.tenant).first
      expect(JSON.stringify(lines)).not.toContain(id)
      expect(JSON.stringify(lines)).not.toContain(userPrincipalName)
    })
  })

  it('is written for errors alone if that is asked for', async () => {
    await withLog('errors', async (gatehouse) => {
      await visit(gatehouse)
      expect(requests(gatehouse).map(({ status }) => status)).toEqual([404])
    })
  })

  it('says so if the client left before its answer', async () => {
    await withLog('errors', async (gatehouse) => {
      const browser = gatehouse.browser()
      await browser.signIn()
      gatehouse.tenant.faults.set({ at: 'users', kind: 'delay', ms: 400, times: 1 })
      const cookie = await browser.cookieHeader()
      const aborted = fetch(`${gatehouse.origin}/api/users`, {
        headers: { cookie, host: new URL(gatehouse.publicUrl).host },
        signal: AbortSignal.timeout(150),
      })
      await expect(aborted).rejects.toThrow(/timeout|abort/i)
      await expect.poll(() => requests(gatehouse)).toHaveLength(1)
      expect(requests(gatehouse)[0]).toMatchObject({ route: '/api/users', clientGone: true })
    })
  })

  it('names a user by the same hash after a restart, and by another one with another key', async () => {
    const hashes: unknown[] = []
    const visitOnce = async (gatehouse: Gatehouse) => {
      const browser = gatehouse.browser()
      await browser.signIn()
      await browser.get('/api/me')
      hashes.push(requests(gatehouse).findLast(({ route }) => route === '/api/me')?.['userHash'])
    }
    await withLog('all', async (gatehouse) => {
      await visitOnce(gatehouse)
      await gatehouse.restart()
      await visitOnce(gatehouse)
      await gatehouse.restart({ SESSION_KEYS: randomBytes(32).toString('base64') })
      await visitOnce(gatehouse)
    })
    const [first, second, third] = hashes
    expect(first).toMatch(/^[\w-]{16}$/)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })
})

describe('the setting requestLog', () => {
  it('is off by default, and makes the level in development low enough for its lines', () => {
    expect(load(ownTenant)).toMatchObject({ requestLog: 'off', logLevel: 'warn' })
    expect(load({ ...ownTenant, requestLog: 'errors' })).toMatchObject({ logLevel: 'info' })
  })

  it.each(['ALL', true, 'some'])('is refused as %s', (requestLog) => {
    const { problems } = refusalOf({ ...ownTenant, requestLog })
    expect(problems.map(({ key }) => key)).toEqual(['requestLog'])
  })
})
