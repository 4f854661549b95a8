import { afterEach, describe, expect, it } from 'vitest'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'

/** Closes the app of the last test. */
let current: Gatehouse | undefined
afterEach(() => current?.close())

/** An app whose tenant has an issuer on another host, as Entra External ID does. */
async function externalTenant(config: Record<string, unknown> = {}, named?: string) {
  const gatehouse = await startGatehouse({ config })
  current = gatehouse
  const { tenant } = gatehouse
  const iss = named ?? `https://${tenant.tenantId}.ciamlogin.com/${tenant.tenantId}/v2.0`
  const address = `${tenant.authority}/${tenant.tenantId}/v2.0/.well-known/openid-configuration`
  const document = (await (await fetch(address)).json()) as object
  const body = { ...document, issuer: iss }
  tenant.faults.set({ at: 'discovery', kind: 'respond', status: 200, body })
  tenant.faults.set({ at: 'token', kind: 'idToken', claims: { iss } })
  return { gatehouse, iss }
}

describe('an external tenant', () => {
  it('signs people in under the issuer that its document names', async () => {
    const { gatehouse } = await externalTenant()
    const browser = gatehouse.browser()
    expect((await browser.signIn()).location).toBe('/')
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it('signs people in under the issuer that is configured', async () => {
    const issuer = 'https://login.example.test/own/v2.0'
    const { gatehouse } = await externalTenant({ issuer }, issuer)
    expect((await gatehouse.browser().signIn()).location).toBe('/')
  })

  it('is refused if its document names another issuer than the configured one', async () => {
    const { gatehouse } = await externalTenant({ issuer: 'https://login.example.test/own/v2.0' })
    const { status, location } = await gatehouse.browser().get('/auth/sign-in')
    expect([status, location]).not.toEqual([303, expect.stringContaining('/authorize')])
    expect(gatehouse.logs.join('')).toContain('The discovery document names another issuer')
  })

  it('refuses a token of any other issuer', async () => {
    const { gatehouse, iss } = await externalTenant()
    const claims = { iss: `${iss}/other` }
    gatehouse.tenant.faults.clear('token')
    gatehouse.tenant.faults.set({ at: 'token', kind: 'idToken', claims })
    const { location } = await gatehouse.browser().signIn()
    expect(location).toContain('/sign-in-problem?code=not_verified')
    expect(gatehouse.logs.join('')).toContain('"check":"iss"')
  })

  it('refuses personal accounts, and logs that as the reason', async () => {
    const personal = '9188040d-6c67-4c5b-b112-36a304b66dad'
    const gatehouse = await startGatehouse({
      config: { tenant: 'organizations', allowedTenants: '*' },
    })
    current = gatehouse
    const iss = `${gatehouse.tenant.origin}/${personal}/v2.0`
    const keys = { at: 'token', kind: 'idToken', claims: { iss, tid: personal } } as const
    gatehouse.tenant.faults.set(keys)
    const { location } = await gatehouse.browser().signIn()
    expect(location).toContain('code=other_organisation')
    expect(gatehouse.logs.join('')).toContain('"check":"personal_account"')
  })
})
