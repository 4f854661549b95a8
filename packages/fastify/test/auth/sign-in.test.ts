import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Claims } from '@gatehouse/contract/claims'
import type { Users } from '@gatehouse/shared/users'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse()
})
afterAll(() => gatehouse.close())

describe('signing in', () => {
  it('goes through the tenant and returns to the requested page', async () => {
    const browser = gatehouse.browser()
    const answer = await browser.signIn({ returnTo: '/users?q=ada#row' })
    expect(answer.status).toBe(303)
    expect(answer.location).toBe('/users?q=ada#row')

    const [user] = gatehouse.tenant.users
    const me = await browser.get('/api/me')
    expect(me.status).toBe(200)
    expect(me.json()).toMatchObject({ objectId: user?.id, tenantId: gatehouse.tenant.tenantId })
  })

  it('shows the claims of the ID token and the checks that were made', async () => {
    const browser = gatehouse.browser()
    await browser.signIn()
    const answer = await browser.get('/api/claims')
    const { claims, checks } = answer.json() as Claims
    expect(claims).toMatchObject({ tid: gatehouse.tenant.tenantId, ver: '2.0' })
    expect(checks).toEqual({
      signature: 'passed',
      issuer: 'passed',
      audience: 'passed',
      nonce: 'passed',
      expiry: 'passed',
    })
  })

  it('calls Graph as the user, five users at a time, with the tenant’s total', async () => {
    const browser = gatehouse.browser()
    await browser.signIn()
    const first = (await browser.get('/api/users')).json() as Users
    expect(first.users).toHaveLength(5)
    expect(first.total).toBe(250)
    const second = await browser.get(`/api/users?cursor=${encodeURIComponent(first.next ?? '')}`)
    const page = second.json() as Users
    expect(page.users).toHaveLength(5)
    expect(page.users.map(({ id }) => id)).not.toContain(first.users[0]?.id)
  })

  it('answers 401 as a problem to the signed-out, without a redirect', async () => {
    for (const path of ['/api/me', '/api/claims', '/api/users']) {
      const answer = await gatehouse.browser().get(path)
      expect(answer.status).toBe(401)
      expect(answer.headers['content-type']).toBe('application/problem+json')
      expect(answer.location).toBe('')
      expect(answer.json()).toMatchObject({ code: 'sign_in_required', status: 401 })
    }
  })

  it('ends the session on the server at sign-out', async () => {
    const browser = gatehouse.browser()
    await browser.signIn()
    const kept = await browser.cookieHeader()
    expect((await browser.send('/api/me', { cookie: kept })).status).toBe(200)
    const answer = await browser.post('/auth/sign-out')
    expect(answer.status).toBe(200)
    const location = new URL((answer.json() as { location: string }).location)
    expect(location.origin).toBe(gatehouse.tenant.origin)
    expect(location.searchParams.get('post_logout_redirect_uri')).toBe(
      `${gatehouse.publicUrl}/signed-out`,
    )
    expect((await browser.send('/api/me', { cookie: kept })).status).toBe(401)
  })
})
