import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { claimsOf, codeOf, redeem } from './application.ts'

const landing = 'http://localhost:6173/signed-out'
let tenant: Tenant

beforeAll(async () => {
  const { localClient } = await import('../src/registry/built-in.ts')
  const second = {
    clientId: '4f8a1c7e-52d9-4b0e-a6f3-7c1d9e8b2a50',
    secrets: ['second'],
    name: 'Second',
    web: {
      redirectUris: ['http://localhost:6174/auth/redirect'],
      logoutUrl: 'http://localhost:6174/front-channel-logout',
    },
  }
  tenant = await createTenant({ clients: [localClient, second] })
})
afterAll(() => tenant.close())

/** A browser in which these users (by their index) are signed in to the first application. */
async function browser(...users: number[]) {
  const cookies = new Map<string, string>()
  const hints: string[] = []
  const tokens: string[] = []
  for (const index of users) {
    const user = people(tenant).at(index).id
    const code = await codeOf(tenant, { prompt: 'login' }, { cookies, user })
    const { body } = await redeem(tenant, code)
    hints.push(String(claimsOf(body.id_token).login_hint))
    tokens.push(body.id_token)
  }
  const header = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const logout = (
    parameters: Record<string, string>,
    form?: Record<string, string>,
    headers: Record<string, string> = {},
    path = 'oauth2/v2.0/logout',
  ) =>
    fetch(
      `${tenant.authority}/${tenant.tenantId}/${path}?${new URLSearchParams(parameters).toString()}`,
      {
        redirect: 'manual',
        headers: { cookie: header(), ...headers },
        ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
      },
    )
  return { cookies, hints, tokens, logout }
}

describe('logout', () => {
  it('ends the session and leads back to a registered address, with state', async () => {
    const { cookies, logout } = await browser(0)
    const answer = await logout({ post_logout_redirect_uri: landing, state: 'x' })
    expect(answer.headers.get('location')).toBe(`${landing}?state=x`)
    await expect(codeOf(tenant, { prompt: 'none' }, { cookies })).resolves.toBe('')
  })

  it('stays on its own page if the address is not registered', async () => {
    const { logout } = await browser(0)
    const answer = await logout({ post_logout_redirect_uri: 'http://evil.example/' })
    expect(answer.status).toBe(200)
    const page = await answer.text()
    expect(page).toContain('You are signed out')
    expect(page).not.toContain('evil.example')
  })

  it('signs out exactly the account of the hint', async () => {
    const { cookies, hints, logout } = await browser(0, 1)
    await logout({ post_logout_redirect_uri: landing, logout_hint: hints[1] ?? '' })
    const left = await codeOf(tenant, { prompt: 'none' }, { cookies })
    const { body } = await redeem(tenant, left)
    expect(claimsOf(body.id_token).oid).toBe(people(tenant).first.id)
  })

  it('asks which of several accounts', async () => {
    const { logout } = await browser(0, 1)
    const page = await (await logout({ post_logout_redirect_uri: landing })).text()
    expect(page).toContain('Pick an account to sign out')
    const user = people(tenant).at(1).id
    const answer = await logout({ post_logout_redirect_uri: landing }, { user })
    expect(answer.headers.get('location')).toBe(landing)
  })

  it('notifies the applications in frames before it redirects', async () => {
    const { cookies, logout } = await browser(0)
    const second = { client_id: '4f8a1c7e-52d9-4b0e-a6f3-7c1d9e8b2a50' }
    const redirect = { redirect_uri: 'http://localhost:6174/auth/redirect' }
    await codeOf(tenant, { ...second, ...redirect }, { cookies })
    const answer = await logout({ post_logout_redirect_uri: landing })
    const page = (await answer.text()).replaceAll('&#61;', '=').replaceAll('&#38;', '&')
    expect(page).toMatch(
      /<iframe src="http:\/\/localhost:6174\/front-channel-logout\?iss=[^"&]+&sid=[0-9a-f-]{36}"/,
    )
    expect(page).toContain(`content="1; url=${landing}"`)
    expect(answer.headers.get('content-security-policy')).toContain(
      'frame-src http://localhost:6174',
    )
  })

  it('reads its parameters from the body of a POST too, from any site', async () => {
    const { cookies, hints, logout } = await browser(0, 1)
    const form = { post_logout_redirect_uri: landing, state: 'x', logout_hint: hints[1] ?? '' }
    const answer = await logout({}, form, { 'sec-fetch-site': 'cross-site' })
    expect(answer.headers.get('location')).toBe(`${landing}?state=x`)
    const { body } = await redeem(tenant, await codeOf(tenant, { prompt: 'none' }, { cookies }))
    expect(claimsOf(body.id_token).oid).toBe(people(tenant).first.id)
  })

  it('asks which of several accounts after a POST too, and does not forget the address', async () => {
    const { logout } = await browser(0, 1)
    const page = await (await logout({}, { post_logout_redirect_uri: landing })).text()
    expect(page).toContain('Pick an account to sign out')
    expect(page.replaceAll('&#61;', '=')).toContain('post_logout_redirect_uri=http')
  })

  it('does not let another site choose the account', async () => {
    const { cookies, logout } = await browser(0)
    const form = { user: people(tenant).first.id }
    const answer = await logout({}, form, { 'sec-fetch-site': 'cross-site' })
    expect(answer.status).toBe(403)
    await expect(codeOf(tenant, { prompt: 'none' }, { cookies })).resolves.not.toBe('')
  })

  it('signs out the user of an ID token', async () => {
    const { cookies, tokens, logout } = await browser(0, 1)
    await logout({ post_logout_redirect_uri: landing, id_token_hint: tokens[1] ?? '' })
    const { body } = await redeem(tenant, await codeOf(tenant, { prompt: 'none' }, { cookies }))
    expect(claimsOf(body.id_token).oid).toBe(people(tenant).first.id)
  })

  it('is at the address of version 1.0 too', async () => {
    const { cookies, logout } = await browser(0)
    const answer = await logout({}, undefined, {}, 'oauth2/logout')
    expect(await answer.text()).toContain('You are signed out')
    await expect(codeOf(tenant, { prompt: 'none' }, { cookies })).resolves.toBe('')
  })

  it('is harmless if no user is signed in', async () => {
    const { logout } = await browser()
    expect((await logout({})).status).toBe(200)
  })
})
