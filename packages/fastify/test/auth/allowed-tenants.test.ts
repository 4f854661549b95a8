import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from '@gatehouse/tenant/testing'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'

const other = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const tenant = '7f4c1a52-9d3e-4b86-a0c7-5e2b81d6f390'

describe('with tenant "organizations"', () => {
  let open: Gatehouse
  let closed: Gatehouse
  let anyone: Gatehouse
  beforeAll(async () => {
    const organizations = (allowedTenants: unknown) =>
      startGatehouse({
        oneClock: true,
        tenant: { tenantId: tenant },
        config: {
          tenant: 'organizations',
          allowedTenants,
          session: { idleMinutes: 1440, absoluteMinutes: 43_200 },
        },
      })
    open = await organizations([tenant])
    closed = await organizations([other])
    anyone = await organizations('*')
  })
  afterAll(() => Promise.all([open.close(), closed.close(), anyone.close()]))

  it('people of a listed organisation sign in, under their own issuer', async () => {
    const browser = open.browser()
    expect((await browser.signIn({ returnTo: '/users' })).location).toBe('/users')
    expect((await browser.get('/api/me')).json()).toMatchObject({ tenantId: tenant })
  })

  it('people of another organisation get a page that says so, and no session', async () => {
    const browser = closed.browser()
    const answer = await browser.signIn()
    expect(answer.location).toMatch(/^\/sign-in-problem\?code=other_organisation&id=/)
    expect(await browser.cookie('session-5173')).toBeUndefined()
    expect(closed.logs.join('')).toContain('tenant_not_allowed')
  })

  it('the application itself gets no token, and Entra is not asked: nothing says whose data it wants', async () => {
    anyone.tenant.journal.clear()
    await expect(anyone.app.callApi('graph', '/users')).rejects.toMatchObject({
      code: 'misconfigured',
    })
    expect(anyone.tenant.journal.count('token')).toBe(0)
    expect(anyone.logs.join('')).toContain('app.callApi needs the id of one tenant')
  })

  /** A refresh that is answered with a token of another tenant and the same object id. */
  async function refreshedElsewhere(): Promise<Browser> {
    const browser = anyone.browser()
    await browser.signIn()
    anyone.advance(100 * 60_000)
    const iss = `${anyone.tenant.origin}/${other}/v2.0`
    anyone.tenant.faults.set({ at: 'token', kind: 'idToken', claims: { iss, tid: other } })
    return browser
  }

  it('a token of another tenant is refused, even if this tenant’s key signed it', async () => {
    // The tenant's own address names it as the issuer of the same keys.
    const own = await fetch(`${anyone.tenant.origin}/${tenant}/discovery/v2.0/keys`)
    anyone.tenant.faults.set({ at: 'keys', kind: 'respond', status: 200, body: await own.json() })
    await anyone.restart()
    const browser = await refreshedElsewhere()
    expect((await browser.get('/api/users')).status).toBe(503)
    expect(anyone.logs.join('')).toContain('"check":"key_issuer"')
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('a refresh that answers about the same object id in another tenant ends the session', async () => {
    // Keys that all tenants share, as Entra publishes them for organizations.
    anyone.tenant.faults.clear()
    await anyone.restart()
    const browser = await refreshedElsewhere()
    expect((await browser.get('/api/users')).status).toBe(401)
    expect((await browser.get('/api/me')).status).toBe(401)
    expect(anyone.logs.join('')).toContain('"event":"refresh_of_another_user"')
  })

  it('a token whose issuer is another tenant’s is refused', async () => {
    const iss = `${open.tenant.origin}/${other}/v2.0`
    open.tenant.faults.set({ at: 'token', times: 1, kind: 'idToken', claims: { iss } })
    const answer = await open.browser().signIn()
    expect(answer.location).toMatch(/^\/sign-in-problem\?code=not_verified/)
  })
})
