import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, people, type Tenant } from '../src/testing/index.ts'
import { claimsOf, signIn } from './application.ts'

let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant({ users: 20 })))
afterAll(() => tenant.close())

async function userInfo(token: string | undefined, init: RequestInit = {}) {
  const answer = await fetch(`${tenant.origin}/oidc/userinfo`, {
    ...init,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  })
  return { headers: answer.headers, status: answer.status, body: (await answer.json()) as object }
}

describe('UserInfo', () => {
  it('has the claims of Microsoft’s page, and the subject of the ID token', async () => {
    const tokens = await signIn(tenant, { scope: 'openid profile email User.Read' })
    const { first } = people(tenant)
    const { status, body } = await userInfo(tokens.access_token)
    expect(status).toBe(200)
    expect(body).toEqual({
      sub: claimsOf(tokens.id_token)['sub'],
      name: first.displayName,
      family_name: first.surname,
      given_name: first.givenName,
      picture: `${tenant.origin}/v1.0/me/photo/$value`,
      email: first.mail,
    })
    const posted = await userInfo(tokens.access_token, {
      method: 'POST',
      body: new URLSearchParams({ access_token: 'not read' }),
    })
    expect(posted.body).toEqual(body)
  })

  it('has what the scopes allow', async () => {
    const tokens = await signIn(tenant, { scope: 'openid User.Read' })
    expect((await userInfo(tokens.access_token)).body).toEqual({
      sub: claimsOf(tokens.id_token)['sub'],
    })
  })

  it('leaves out what a user does not have', async () => {
    const user = people(tenant).at(12).id
    const tokens = await signIn(tenant, { scope: 'openid profile email' }, { user })
    const { body } = await userInfo(tokens.access_token)
    expect(Object.keys(body)).toEqual(['sub', 'name', 'picture'])
  })

  it('refuses a token without openid', async () => {
    const tokens = await signIn(tenant, { scope: 'User.Read' })
    const { status, body } = await userInfo(tokens.access_token)
    expect(status).toBe(401)
    expect(body).toMatchObject({ error: { code: 'InvalidAuthenticationToken' } })
  })

  it.each([
    ['no token', undefined],
    ['words', 'not-a-token'],
  ])('refuses %s as Graph does', async (_what, token) => {
    const { status, headers, body } = await userInfo(token)
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toContain('Bearer realm=""')
    expect(body).toMatchObject({ error: { code: 'InvalidAuthenticationToken' } })
  })

  it('refuses an ID token', async () => {
    const { id_token: token } = await signIn(tenant)
    expect((await userInfo(token)).status).toBe(401)
  })
})
