import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people, signInAtTenant } from '../src/testing/index.ts'
import {
  authorizeUrl,
  clientOf,
  codeOf,
  postToken,
  redeem,
  redirectUri,
  refresh,
  signIn,
} from './application.ts'

let now = Date.now()
let tenant: Tenant
beforeAll(async () => {
  const client = {
    clientId: '9d2f7c40-1b5e-4a83-8c6d-2e0f9a7b5c31',
    secrets: ['another'],
    name: 'Another',
    web: { redirectUris: ['https://app.example/auth/redirect'] },
  }
  const { localClient } = await import('../src/registry/built-in.ts')
  tenant = await createTenant({ now: () => now, clients: [localClient, client] })
})
afterAll(() => tenant.close())

const control = (path: string, body: object) =>
  fetch(`${tenant.origin}/_tenant${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const minutes = 60_000
const days = 24 * 60 * minutes

describe('authorize', () => {
  it.each([
    ['another host', 'http://evil.example/auth/redirect'],
    ['another path', 'http://localhost:5173/auth/redirect/'],
    ['another scheme', 'https://localhost:5173/auth/redirect'],
    ['a host that begins alike', 'http://localhost:5173.evil.example/auth/redirect'],
    ['user information', 'http://localhost:5173@evil.example/auth/redirect'],
    ['a query that is not registered', `${redirectUri}?next=x`],
    ["another application's address", 'https://app.example/auth/redirect'],
  ])('shows a page and never redirects to %s', async (_, uri) => {
    const answer = await fetch(authorizeUrl(tenant, { redirect_uri: uri }), { redirect: 'manual' })
    expect(answer.status).toBe(400)
    expect(answer.headers.get('location')).toBeNull()
    expect(await answer.text()).toContain('AADSTS50011')
  })

  it('ignores the port of localhost, as Entra does', async () => {
    const uri = 'http://localhost:49999/auth/redirect'
    const { location } = await signInAtTenant(authorizeUrl(tenant, { redirect_uri: uri }))
    expect(location.startsWith(`${uri}?code=`)).toBe(true)
  })

  it('shows a page for an unknown application', async () => {
    const answer = await fetch(authorizeUrl(tenant, { client_id: 'nobody<b>' }))
    const page = await answer.text()
    expect(page).toContain('AADSTS700016')
    expect(page).not.toContain('<b>')
  })

  it.each([
    ['response_type', 'sometimes', 'unsupported_response_type'],
    ['scope', 'openid No.Such', 'invalid_client'],
    ['prompt', 'sometimes', 'invalid_request'],
    ['code_challenge', 'short', 'invalid_request'],
    ['code_challenge_method', 'S512', 'invalid_request'],
    ['prompt', 'none', 'login_required'],
  ])('sends %s=%s back as an error', async (name, value, error) => {
    const answer = await fetch(authorizeUrl(tenant, { [name]: value }), { redirect: 'manual' })
    const location = new URL(answer.headers.get('location') ?? '')
    expect(location.searchParams.get('error')).toBe(error)
    expect(location.searchParams.get('state')).toBe('the-state')
  })

  it('refuses a duplicated parameter', async () => {
    const answer = await fetch(`${authorizeUrl(tenant)}&state=again`)
    expect(await answer.text()).toContain('AADSTS9000411')
  })

  it('refuses a form from another site', async () => {
    const answer = await fetch(authorizeUrl(tenant), {
      method: 'POST',
      body: new URLSearchParams({ user: people(tenant).first.id }),
      headers: { origin: 'http://evil.example' },
    })
    expect(answer.status).toBe(403)
    expect(answer.headers.get('set-cookie')).toBeNull()
  })

  it('forbids caches, frames and scripts for its pages', async () => {
    const { headers } = await fetch(authorizeUrl(tenant))
    expect(headers.get('cache-control')).toContain('no-store')
    const policy = headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(policy).not.toContain('script-src')
  })
})

describe('a code', () => {
  it('works once', async () => {
    const code = await codeOf(tenant)
    expect((await redeem(tenant, code)).status).toBe(200)
    const again = await redeem(tenant, code)
    expect(again.status).toBe(400)
    expect(again.body).toMatchObject({ error: 'invalid_grant', error_codes: [54005] })
  })

  it.each([
    ['another verifier', { code_verifier: 'x'.repeat(43) }, 501481],
    ['no verifier', { code_verifier: undefined }, 501481],
    ['another redirect URI', { redirect_uri: 'http://localhost:1/auth/redirect' }, 500112],
    [
      "another application's secret",
      { client_id: '9d2f7c40-1b5e-4a83-8c6d-2e0f9a7b5c31', client_secret: 'another' },
      70000,
    ],
    ['an invented code', { code: '1.Anothing' }, 70000],
  ])('is refused with %s, and stays valid for its owner', async (_, form, number) => {
    const code = await codeOf(tenant)
    const refused = await redeem(tenant, code, form)
    expect(refused.body).toMatchObject({ error: 'invalid_grant', error_codes: [number] })
    expect((await redeem(tenant, code)).status).toBe(200)
  })

  it('is refused with a verifier if the request had no challenge', async () => {
    const plain = authorizeUrl(tenant).replace(/&code_challenge[^&]*/g, '')
    const { location } = await signInAtTenant(plain)
    const code = new URL(location).searchParams.get('code') ?? ''
    expect((await redeem(tenant, code)).body).toMatchObject({ error_codes: [501481] })
    expect((await redeem(tenant, code, { code_verifier: undefined })).status).toBe(200)
  })

  it('expires after ten minutes', async () => {
    const code = await codeOf(tenant)
    now += 10 * minutes
    expect((await redeem(tenant, code)).body).toMatchObject({ error_codes: [70008] })
  })
})

describe('the token endpoint', () => {
  it.each([
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client', 7000215],
    ['no secret', { client_secret: undefined }, 401, 'invalid_client', 7000218],
    ['an unknown application', { client_id: 'nobody' }, 400, 'unauthorized_client', 700016],
    ['no grant type', { grant_type: undefined }, 400, 'invalid_request', 900144],
    [
      'another grant type',
      { grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer' },
      400,
      'unsupported_grant_type',
      70003,
    ],
  ])('refuses %s', async (_, form, status, error, number) => {
    const answer = await redeem(tenant, 'any', form)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ error, error_codes: [number] })
    expect(answer.headers.get('cache-control')).toContain('no-store')
  })

  it('accepts the secret by HTTP Basic too', async () => {
    const { clientId, clientSecret } = clientOf(tenant)
    const basic = Buffer.from(`${clientId}:${encodeURIComponent(clientSecret)}`).toString('base64')
    const answer = await postToken(
      tenant,
      {
        client_id: undefined,
        client_secret: undefined,
        grant_type: 'authorization_code',
        code: 'x',
      },
      { authorization: `Basic ${basic}` },
    )
    expect(answer.body).toMatchObject({ error_codes: [70000] })
  })

  it("answers with the caller's client-request-id, and with its own ids for the request", async () => {
    const id = 'f1a6d0c2-7d1e-4b7b-9f57-3a0f7f5f2b11'
    const answer = await postToken(tenant, {}, { 'client-request-id': id })
    expect(answer.headers.get('client-request-id')).toBe(id)
    expect(answer.body.correlation_id).toBe(id)
    expect(answer.headers.get('x-ms-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.body.error_description).toContain(`Correlation ID: ${id}`)
  })

  it.each(['token', 'devicecode'])('reads no JSON: %s', async (endpoint) => {
    const answer = await fetch(`${tenant.authority}/${tenant.tenantId}/oauth2/v2.0/${endpoint}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_id: clientOf(tenant).clientId,
        client_secret: clientOf(tenant).clientSecret,
        grant_type: 'client_credentials',
        scope: 'https://graph.microsoft.com/.default',
      }),
    })
    const missing = endpoint === 'token' ? 'grant_type' : 'client_id'
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      {
        error: 'invalid_request',
        error_codes: [900144],
        error_description: expect.stringContaining(
          `AADSTS900144: The request body must contain the following parameter: '${missing}'.`,
        ),
      },
    ])
  })

  it('refuses oversized bodies in its own shape', async () => {
    const url = `${tenant.authority}/${tenant.tenantId}/oauth2/v2.0/token`
    const huge = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ code: 'x'.repeat(100_000) }),
    })
    expect(huge.status).toBe(413)
    expect(await huge.json()).toMatchObject({ error: 'invalid_request' })
  })
})

describe('a refresh token', () => {
  it('gives new tokens without a nonce, and stays valid itself', async () => {
    const { refresh_token: first } = await signIn(tenant)
    const once = await refresh(tenant, first)
    const twice = await refresh(tenant, first)
    expect([once.status, twice.status]).toEqual([200, 200])
    expect(once.body.refresh_token).not.toBe(first)
  })

  it('expires after 90 days', async () => {
    const { refresh_token: token } = await signIn(tenant)
    now += 90 * days
    const answer = await refresh(tenant, token)
    expect(answer.body).toMatchObject({ error: 'invalid_grant', error_codes: [700082] })
  })

  it.each([
    ['revokeUser', async (user: string) => tenant.revokeUser(user)],
    ['revokeUser of all users', async () => tenant.revokeUser()],
    ['the control API', (user: string) => control('/revoke', { user })],
    ['the control API for all users', () => control('/revoke', {})],
    ['the scenario', (user: string) => control('/scenarios/sessions-revoked', { user })],
  ])('ends with the session in the browser if sessions are revoked by %s', async (_by, revoke) => {
    const { id, userPrincipalName } = people(tenant).at(6)
    const cookies = new Map<string, string>()
    const silent = async () => {
      const url = authorizeUrl(tenant, { prompt: 'none', login_hint: userPrincipalName })
      const { location } = await signInAtTenant(url, { cookies })
      return new URL(location).searchParams.get('error')
    }
    const { refresh_token: token } = await signIn(tenant, {}, { cookies, user: id })
    expect(await silent()).toBeNull()
    await revoke(id)
    expect(await silent()).toBe('login_required')
    expect((await refresh(tenant, token)).body).toMatchObject({ error_codes: [50173] })
    await signIn(tenant, {}, { cookies, user: id })
    expect(await silent()).toBeNull()
  })

  it('ends if its user’s sessions are revoked, and no other user’s token does', async () => {
    const [, second, third] = tenant.users
    const revoked = await signIn(tenant, {}, { user: second?.id ?? '' })
    const other = await signIn(tenant, {}, { user: third?.id ?? '' })
    tenant.revokeUser(second?.id ?? '')
    expect((await refresh(tenant, revoked.refresh_token)).body).toMatchObject({
      error: 'invalid_grant',
      suberror: 'bad_token',
      error_codes: [50173],
    })
    expect((await refresh(tenant, other.refresh_token)).status).toBe(200)
    const fresh = await signIn(tenant, {}, { user: second?.id ?? '' })
    expect((await refresh(tenant, fresh.refresh_token)).status).toBe(200)
  })

  it('ends if its user is disabled, who cannot sign in either', async () => {
    const user = people(tenant).at(20).id
    const { refresh_token: token } = await signIn(tenant, {}, { user })
    tenant.disableUser(user)
    expect((await refresh(tenant, token)).body).toMatchObject({ error_codes: [50057] })
    await expect(signIn(tenant, {}, { user })).rejects.toThrow('keeps on asking')
  })

  it('gives no permission without consent', async () => {
    const { refresh_token: token } = await signIn(tenant)
    const answer = await refresh(tenant, token, { scope: 'openid Mail.Read' })
    expect(answer.body).toMatchObject({ suberror: 'consent_required', error_codes: [65001] })
  })

  it('is refused if it was changed', async () => {
    const { refresh_token: token } = await signIn(tenant)
    const changed = `${token.slice(0, 40)}${token[40] === 'A' ? 'B' : 'A'}${token.slice(41)}`
    expect((await refresh(tenant, changed)).body).toMatchObject({ error_codes: [70000] })
  })
})

describe('the error_uri of an answer', () => {
  it('leads to a page that says what the number means', async () => {
    const { error_uri: address } = (await postToken(tenant, { grant_type: 'wrong' })).body
    const page = await fetch(String(address))
    expect([page.status, await page.text()]).toEqual([
      200,
      expect.stringMatching(
        /AADSTS70003[^]*This grant type is not supported\.[^]*unsupported_grant_type/,
      ),
    ])
  })

  it.each(['', '?code=1', '?code=__proto__', '?code=70003&code=70003'])(
    'has no page for %j',
    async (query) => {
      expect((await fetch(`${tenant.origin}/error${query}`)).status).toBe(404)
    },
  )
})
