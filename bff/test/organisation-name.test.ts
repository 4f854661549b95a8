import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { Me } from '@gatehouse/shared/me'
import type { Fault } from '@gatehouse/tenant/tenant'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Browser } from './support/browser.ts'
import { freePort } from './support/free-port.ts'
import { startGatehouse, type Gatehouse } from './support/gatehouse.ts'

const scopes = ['User.Read', 'User.ReadBasic.All']

/** An app of its own for each test: what one finds out, all people of the organisation know. */
async function started(ofGraph = scopes): Promise<Gatehouse> {
  const port = await freePort()
  const graph = { baseUrl: `http://127.0.0.1:${port}/v1.0`, scopes: ofGraph }
  const gatehouse = await startGatehouse({
    oneClock: true,
    tenant: { port },
    config: { scopes, downstreamApis: { graph } },
  })
  onTestFinished(() => gatehouse.close())
  return gatehouse
}

async function signedIn(gatehouse: Gatehouse, place = 0): Promise<Browser> {
  const browser = gatehouse.browser()
  await browser.signIn({ user: gatehouse.tenant.users[place]?.userPrincipalName ?? '' })
  return browser
}

async function nameIn(browser: Browser): Promise<string | null> {
  const answer = await browser.get('/api/me')
  expect(answer.status).toBe(200)
  return (answer.json() as Me).organisationName
}

async function nameInSession(browser: Browser): Promise<unknown> {
  const answer = await browser.get('/api/session')
  expect(answer.status).toBe(200)
  return (answer.json() as { organisation: unknown }).organisation
}

const asked = ({ tenant }: Gatehouse) => tenant.journal.count('organization')
const failing = ({ tenant }: Gatehouse, fault: Fault) => tenant.faults.set(fault)

describe('the name of the organisation', () => {
  it('is shown to its people, and asked once for all of them', async () => {
    const gatehouse = await started()
    const { tenantId } = gatehouse.tenant
    const people = await Promise.all([0, 1, 2].map((place) => signedIn(gatehouse, place)))
    for (const browser of people) {
      await expect.poll(() => nameIn(browser)).toBe('Local tenant')
      expect(await nameInSession(browser)).toEqual({ tenantId, name: 'Local tenant' })
    }
    expect(asked(gatehouse)).toBe(1)
    const [call] = gatehouse.tenant.journal
      .entries()
      .filter(({ endpoint }) => endpoint === 'organization')
    expect(call?.query).toEqual({ $select: 'id,displayName' })
  })

  it('is asked again after a day', async () => {
    const gatehouse = await started()
    await expect.poll(async () => nameIn(await signedIn(gatehouse))).toBe('Local tenant')
    gatehouse.advance(25 * 3600_000)
    await expect.poll(async () => nameIn(await signedIn(gatehouse))).toBe('Local tenant')
    expect(asked(gatehouse)).toBe(2)
  })

  it('is asked with whatever token Graph’s calls have, an hour later as well', async () => {
    const gatehouse = await started()
    failing(gatehouse, { at: 'organization', kind: 'graphError', status: 500, code: 'Error' })
    const browser = await signedIn(gatehouse)
    gatehouse.tenant.faults.clear()
    gatehouse.advance(50 * 60_000)
    expect((await browser.get('/api/me')).status).toBe(200)
    gatehouse.advance(50 * 60_000)
    await expect.poll(() => nameIn(browser)).toBe('Local tenant')
  })

  it('is not asked where the calls to Graph have no permission for it', async () => {
    const gatehouse = await started(['User.ReadBasic.All'])
    const browser = await signedIn(gatehouse)
    expect(await nameIn(browser)).toBeNull()
    expect(await nameInSession(browser)).toMatchObject({ name: null })
    expect(asked(gatehouse)).toBe(0)
  })

  it.each<[string, Fault]>([
    ['slow', { at: 'organization', kind: 'delay', ms: 4000 }],
    ['silent', { at: 'organization', kind: 'hang' }],
  ])('is not waited for where Graph is %s', async (_what, fault) => {
    const gatehouse = await started()
    failing(gatehouse, fault)
    const began = performance.now()
    const browser = await signedIn(gatehouse)
    for (let turn = 0; turn < 5; turn += 1) expect(await nameIn(browser)).toBeNull()
    expect(await nameInSession(browser)).toMatchObject({ name: null })
    expect(performance.now() - began).toBeLessThan(3000)
    expect(asked(gatehouse)).toBe(1)
  })

  it('is found out for all, though the client that asked first hung up', async () => {
    const gatehouse = await started()
    failing(gatehouse, { at: 'organization', kind: 'graphError', status: 500, code: 'Error' })
    const browser = await signedIn(gatehouse)
    await expect.poll(() => asked(gatehouse)).toBe(1)
    gatehouse.tenant.faults.clear()
    gatehouse.advance(61_000)
    failing(gatehouse, { at: 'organization', kind: 'delay', ms: 300 })
    const headers = { host: 'localhost:5173', cookie: await browser.cookieHeader() }
    const request = get(`${gatehouse.origin}/api/me`, { headers, agent: false })
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    answer.destroy()
    await expect.poll(() => nameIn(browser)).toBe('Local tenant')
    expect(asked(gatehouse)).toBe(2)
  })

  it('comes later where Graph took its time', async () => {
    const gatehouse = await started()
    failing(gatehouse, { at: 'organization', kind: 'delay', ms: 500 })
    const browser = await signedIn(gatehouse)
    expect(await nameIn(browser)).toBeNull()
    await expect.poll(() => nameIn(browser), { timeout: 5000 }).toBe('Local tenant')
    expect(asked(gatehouse)).toBe(1)
  })

  const other = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
  const answer = (value: unknown): Fault => ({
    at: 'organization',
    kind: 'graphResponse',
    patch: { value },
  })
  it.each<[string, Fault]>([
    ['says no', { at: 'organization', kind: 'graphError', status: 403, code: 'Denied' }],
    ['refuses the token', { at: 'organization', kind: 'graphError', status: 401, code: 'Token' }],
    ['throttles', { at: 'organization', kind: 'graphError', status: 429, code: 'TooMany' }],
    ['fails', { at: 'organization', kind: 'graphError', status: 500, code: 'Error' }],
    ['hangs up', { at: 'organization', kind: 'reset' }],
    ['answers HTML', { at: 'organization', kind: 'respond', status: 200, body: '<h1>' }],
    ['has no organisation', answer([])],
    ['has no list', answer(null)],
    ['names another organisation', answer([{ id: other, displayName: 'Another' }])],
    ['has no name', answer([{ id: other, displayName: null }])],
    ['has a name as long as a book', answer([{ id: other, displayName: 'x'.repeat(1e5) }])],
  ])('GP13 is unknown where Graph %s, and nothing else is', async (_what, fault) => {
    const gatehouse = await started()
    failing(gatehouse, fault)
    const browser = await signedIn(gatehouse)
    for (let turn = 0; turn < 3; turn += 1) expect(await nameIn(browser)).toBeNull()
    expect(await nameInSession(browser)).toMatchObject({ name: null })
    await expect.poll(() => asked(gatehouse)).toBeGreaterThan(0)
    // Failing reads are tried twice at most, and by one request alone.
    expect(asked(gatehouse)).toBeLessThanOrEqual(2)
    expect((await browser.get('/api/users')).status).toBe(200)

    gatehouse.tenant.faults.clear()
    gatehouse.advance(61_000)
    await expect.poll(() => nameIn(browser)).toBe('Local tenant')
  })

  it('is the one with the tenant’s id, where Graph names several', async () => {
    const gatehouse = await started()
    const id = gatehouse.tenant.tenantId.toUpperCase()
    const both = [
      { id: other, displayName: 'Another' },
      { id, displayName: 'This one' },
    ]
    failing(gatehouse, answer(both))
    const browser = await signedIn(gatehouse)
    await expect.poll(() => nameIn(browser)).toBe('This one')
  })
})
