import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGatehouse, type Gatehouse } from './support/gatehouse.ts'

const other = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const tenant = '7f4c1a52-9d3e-4b86-a0c7-5e2b81d6f390'

describe('with tenant "organizations"', () => {
  let open: Gatehouse
  let closed: Gatehouse
  beforeAll(async () => {
    const organizations = (allowedTenants: unknown) =>
      startGatehouse({
        tenant: { tenantId: tenant },
        config: { tenant: 'organizations', allowedTenants },
      })
    open = await organizations([tenant])
    closed = await organizations([other])
  })
  afterAll(() => Promise.all([open.close(), closed.close()]))

  it('people of a listed organisation sign in, under their own issuer', async () => {
    const browser = open.browser()
    expect((await browser.signIn({ returnTo: '/users' })).location).toBe('/users')
    expect((await browser.get('/api/me')).json()).toMatchObject({ tenantId: tenant })
  })

  it('people of another organisation are told so, and get no session', async () => {
    const browser = closed.browser()
    const answer = await browser.signIn()
    expect(answer.location).toMatch(/^\/sign-in-problem\?code=other_organisation&id=/)
    expect(await browser.cookie('session')).toBeUndefined()
    expect(closed.logs.join('')).toContain('tenant_not_allowed')
  })

  it('a token whose issuer is another tenant’s is refused', async () => {
    const iss = `${open.tenant.origin}/${other}/v2.0`
    open.tenant.faults.set({ at: 'token', times: 1, kind: 'idToken', claims: { iss } })
    const answer = await open.browser().signIn()
    expect(answer.location).toMatch(/^\/sign-in-problem\?code=failed/)
  })
})
