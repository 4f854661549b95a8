import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAllowedRedirectUri, type Platform } from '../src/registry/redirect-uri.ts'
import { createTenant, type Tenant } from '../src/testing/index.ts'
import {
  answerOf,
  codeForm,
  native,
  postAs,
  spa,
  startPlatforms,
  urlFor,
  web,
} from './platforms.ts'

let tenant: Tenant
beforeAll(async () => void (tenant = await startPlatforms()))
afterAll(() => tenant.close())

describe('a redirect URI', () => {
  it.each<[boolean, string, Platform]>([
    [true, 'https://app.example/callback', 'web'],
    [true, 'https://app.example/callback?tenant=a', 'web'],
    [true, 'http://localhost:3000/x', 'web'],
    [true, 'http://127.0.0.1/x', 'spa'],
    [true, 'myapp://auth', 'publicClient'],
    [true, 'urn:ietf:wg:oauth:2.0:oob', 'publicClient'],
    [true, 'http://localhost', 'publicClient'],
    [false, 'http://app.example/callback', 'web'],
    [false, 'http://app.example/callback', 'publicClient'],
    [false, 'http://[::1]/x', 'web'],
    [false, 'http://localhost.example/x', 'web'],
    [false, 'https://*.app.example/', 'web'],
    [false, 'https://app.example/#x', 'spa'],
    [false, 'https://app.example/a(b)', 'web'],
    [false, 'https://user@app.example/', 'web'],
    [false, `https://app.example/${'x'.repeat(240)}`, 'web'],
    [false, 'myapp://auth', 'web'],
    [false, 'myapp://auth', 'spa'],
    [false, 'javascript:alert', 'publicClient'],
    [false, '/callback', 'web'],
    [false, '', 'web'],
  ])('may be registered: %s, %s for %s', (expected, uri, platform) => {
    expect(isAllowedRedirectUri(uri, platform)).toBe(expected)
  })

  it('without a path comes back with one, but is redeemed as it was sent', async () => {
    const uri = 'http://localhost:7071'
    const { address, parameters } = await answerOf(urlFor(tenant, web, { redirect_uri: uri }))
    expect(address.split('?')[0]).toBe(`${uri}/`)
    const form = codeForm(parameters.get('code') ?? '', uri)
    const secret = { client_secret: 'a-secret-of-this-test' }
    expect((await postAs(tenant, web, { ...form, ...secret })).status).toBe(200)
  })

  it('comes back in ASCII, and is redeemed as it was sent', async () => {
    const uri = 'https://app.example/日本?ä=ö'
    const { address, parameters } = await answerOf(urlFor(tenant, web, { redirect_uri: uri }))
    expect(address.split('&')[0]).toBe('https://app.example/%E6%97%A5%E6%9C%AC?%C3%A4=%C3%B6')
    const form = codeForm(parameters.get('code') ?? '', uri)
    const secret = { client_secret: 'a-secret-of-this-test' }
    expect((await postAs(tenant, web, { ...form, ...secret })).status).toBe(200)
    const query = new URLSearchParams({ post_logout_redirect_uri: uri, state: 'é' })
    const logout = `${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/logout?${query.toString()}`
    const answer = await fetch(logout, { redirect: 'manual' })
    expect(answer.headers.get('location')).toBe(
      'https://app.example/%E6%97%A5%E6%9C%AC?%C3%A4=%C3%B6&state=%C3%A9',
    )
  })

  it('keeps its own query', async () => {
    const uri = 'https://app.example/callback?tenant=a'
    const { address } = await answerOf(urlFor(tenant, web, { redirect_uri: uri }))
    expect(address.startsWith(`${uri}&code=`)).toBe(true)
  })

  it.each([
    'http://localhost:7071/',
    'http://localhost:99999',
    'http://LOCALHOST:7071',
    'https://app.example/callback',
  ])('has to match exactly: %s', async (uri) => {
    const page = await fetch(urlFor(tenant, web, { redirect_uri: uri }), { redirect: 'manual' })
    expect(page.status).toBe(400)
    expect(await page.text()).toContain('AADSTS50011')
  })

  it('of another platform is none', async () => {
    const page = await fetch(urlFor(tenant, spa, { redirect_uri: 'myapp://auth' }))
    expect(await page.text()).toContain('AADSTS50011')
  })

  it('that the request does not name is the first that is registered', async () => {
    const { address, parameters } = await answerOf(urlFor(tenant, web, { redirect_uri: undefined }))
    expect(address.split('?')[0]).toBe('http://localhost:7071/')
    const { redirect_uri: _, ...form } = codeForm(parameters.get('code') ?? '', '')
    const secret = { client_secret: 'a-secret-of-this-test' }
    const other = await postAs(tenant, web, {
      ...form,
      ...secret,
      redirect_uri: 'http://localhost',
    })
    expect(other.body).toMatchObject({ error_codes: [500112] })
    expect((await postAs(tenant, web, { ...form, ...secret })).status).toBe(200)
  })

  it('has to be registered at all', async () => {
    const bare = {
      clientId: '0b7d3f5a-1c2e-4d6f-8a9b-0c1d2e3f4a50',
      name: 'Bare',
    }
    const other = await createTenant({ users: 1, clients: [bare] })
    const page = await fetch(urlFor(other, bare, { redirect_uri: undefined }))
    expect(await page.text()).toContain('AADSTS500113')
    await other.close()
  })

  it('is repeated by the redemption if the request named it', async () => {
    const uri = 'http://localhost:7071'
    const { parameters } = await answerOf(urlFor(tenant, web, { redirect_uri: uri }))
    const { redirect_uri: _, ...form } = codeForm(parameters.get('code') ?? '', uri)
    const { body } = await postAs(tenant, web, { ...form, client_secret: 'a-secret-of-this-test' })
    expect(body).toMatchObject({ error_codes: [900144] })
  })
})

describe('a program on a user’s machine', () => {
  it.each(['http://localhost:52311', 'myapp://auth'])(
    'redeems without a secret: %s',
    async (uri) => {
      const url = urlFor(tenant, native, { redirect_uri: uri })
      const { address, parameters } = await answerOf(url)
      expect(address.startsWith(`${uri}/?code=`)).toBe(true)
      const { status } = await postAs(tenant, native, codeForm(parameters.get('code') ?? '', uri))
      expect(status).toBe(200)
    },
  )

  it('has forms that may lead to its scheme', async () => {
    const page = await fetch(urlFor(tenant, native, { redirect_uri: 'myapp://auth' }))
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self' myapp:")
  })

  it('may end at the tenant’s own page for native clients, which shows nothing', async () => {
    const uri = `${tenant.origin}/common/oauth2/nativeclient`
    const { address, parameters } = await answerOf(urlFor(tenant, native, { redirect_uri: uri }))
    expect(address.startsWith(`${uri}?code=`)).toBe(true)
    expect((await fetch(address)).status).toBe(200)
    const { status } = await postAs(tenant, native, codeForm(parameters.get('code') ?? '', uri))
    expect(status).toBe(200)
    // It was registered under `common`, so it is good under no other name of a tenant.
    const other = `${tenant.origin}/organizations/oauth2/nativeclient`
    expect((await fetch(other)).status).toBe(200)
    const refused = await fetch(urlFor(tenant, native, { redirect_uri: other }))
    expect(await refused.text()).toContain('AADSTS50011')
    const elsewhere = 'https://evil.example/common/oauth2/nativeclient'
    const page = await fetch(urlFor(tenant, native, { redirect_uri: elsewhere }))
    expect(await page.text()).toContain('AADSTS50011')
  })
})
