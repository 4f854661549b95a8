import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Tenant } from '../src/testing/index.ts'
import {
  answerOf,
  codeForm,
  pageOrigin,
  postAs,
  spa,
  startPlatforms,
  urlFor,
  web,
} from './platforms.ts'

const start = Date.now()
let now = start
let tenant: Tenant
beforeAll(async () => void (tenant = await startPlatforms(() => now)))
afterAll(() => tenant.close())

const spaUri = `${pageOrigin}/`
const webUri = 'http://localhost:7071'
const fromPage = { origin: pageOrigin }
const hours = 60 * 60_000

async function codeOf(client: typeof spa, redirectUri: string): Promise<string> {
  const url = urlFor(tenant, client, { redirect_uri: redirectUri })
  return (await answerOf(url)).parameters.get('code') ?? ''
}

describe('what every page may read', () => {
  it.each([
    ['discovery', '/common/v2.0/.well-known/openid-configuration'],
    ['keys', '/common/discovery/v2.0/keys'],
    ['an unknown tenant', '/another.example/v2.0/.well-known/openid-configuration'],
    ['instance discovery', '/common/discovery/instance'],
    ['a user realm', '/common/userrealm/a@b.example'],
  ])('%s, and its preflight', async (_what, path) => {
    const answer = await fetch(tenant.origin + path)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    const preflight = await fetch(tenant.origin + path, { method: 'OPTIONS', headers: fromPage })
    expect(preflight.status).toBe(200)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, OPTIONS')
  })

  it.each(['/v1.0/me', '/v1.0/no/such', '/v1.0/users', '/oidc/userinfo'])(
    'Graph’s %s',
    async (path) => {
      const headers = {
        ...fromPage,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization, content-type',
      }
      const preflight = await fetch(tenant.origin + path, { method: 'OPTIONS', headers })
      expect(preflight.status).toBe(200)
      expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
      expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH')
      expect(preflight.headers.get('access-control-allow-headers')).toBe(
        'authorization, content-type',
      )
      const refused = await fetch(tenant.origin + path, { headers: fromPage })
      expect(refused.status).toBeGreaterThanOrEqual(400)
      expect(refused.headers.get('access-control-allow-origin')).toBe('*')
      expect(refused.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
      const plain = await fetch(tenant.origin + path)
      expect(plain.headers.get('access-control-allow-origin')).toBe('*')
    },
  )

  it('is not a page of the tenant', async () => {
    const answer = await fetch(urlFor(tenant, web, { redirect_uri: webUri }), { headers: fromPage })
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('a single-page application', () => {
  it('redeems its code from its page, without a secret, and reads the answer', async () => {
    const code = await codeOf(spa, spaUri)
    const preflight = await fetch(`${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/token`, {
      method: 'OPTIONS',
      headers: fromPage,
    })
    expect(preflight.headers.get('access-control-allow-methods')).toBe('POST, OPTIONS')
    const { status, headers, body } = await postAs(tenant, spa, codeForm(code, spaUri), fromPage)
    expect(status).toBe(200)
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(body).toHaveProperty('refresh_token')
  })

  it('does not redeem its code or its refresh token elsewhere', async () => {
    const code = await codeOf(spa, spaUri)
    const elsewhere = await postAs(tenant, spa, codeForm(code, spaUri))
    expect(elsewhere.status).toBe(400)
    expect(elsewhere.body).toMatchObject({ error: 'invalid_request', error_codes: [9002327] })
    const { body } = await postAs(tenant, spa, codeForm(code, spaUri), fromPage)
    const form = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) }
    expect((await postAs(tenant, spa, form)).body).toMatchObject({ error_codes: [9002327] })
    expect((await postAs(tenant, spa, form, fromPage)).status).toBe(200)
  })

  it('has to send a code challenge', async () => {
    const url = urlFor(tenant, spa, {
      redirect_uri: spaUri,
      code_challenge: undefined,
      code_challenge_method: undefined,
    })
    const { parameters } = await answerOf(url)
    expect(parameters.get('error')).toBe('invalid_request')
    expect(parameters.get('error_description')).toContain('AADSTS9002325')
  })

  it('may not send a secret', async () => {
    const form = { ...codeForm(await codeOf(spa, spaUri), spaUri), client_secret: 'published' }
    const { body } = await postAs(tenant, spa, form, fromPage)
    expect(body).toMatchObject({ error: 'invalid_client', error_codes: [700025] })
  })

  it.each([
    ['a code', { grant_type: 'authorization_code', code: '1.Anothing', redirect_uri: spaUri }],
    ['a refresh token', { grant_type: 'refresh_token', refresh_token: '1.Anothing' }],
  ])('is told that %s is not the tenant’s', async (_what, form) => {
    expect((await postAs(tenant, spa, form, fromPage)).body).toMatchObject({ error_codes: [70000] })
  })

  it('signs in again after 24 hours, however often it refreshed', async () => {
    const code = await codeOf(spa, spaUri)
    const first = await postAs(tenant, spa, codeForm(code, spaUri), fromPage)
    const refresh = (token: unknown) =>
      postAs(tenant, spa, { grant_type: 'refresh_token', refresh_token: String(token) }, fromPage)
    now += 23 * hours
    const second = await refresh(first.body['refresh_token'])
    expect(second.status).toBe(200)
    now += hours
    const third = await refresh(second.body['refresh_token'])
    expect(third.body).toMatchObject({ error: 'invalid_grant', error_codes: [700084] })
  })
})

describe('a server or a program', () => {
  it.each([
    ['a code', codeForm('', webUri)],
    ['a refresh token', { grant_type: 'refresh_token', refresh_token: '' }],
    ['a device code', { grant_type: 'device_code', device_code: 'x' }],
  ])('does not redeem %s from a page, and loses nothing', async (_what, form) => {
    const secret = { client_secret: 'a-secret-of-this-test' }
    const code = await codeOf(web, webUri)
    const tokens = await postAs(tenant, web, { ...codeForm(code, webUri), ...secret })
    expect(tokens.status).toBe(200)
    const fresh = await codeOf(web, webUri)
    const filled = {
      ...form,
      ...('code' in form ? { code: fresh } : {}),
      ...('refresh_token' in form ? { refresh_token: String(tokens.body['refresh_token']) } : {}),
      ...secret,
    }
    const refused = await postAs(tenant, web, filled, fromPage)
    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({ error: 'invalid_request', error_codes: [9002326] })
    expect(refused.headers.get('access-control-allow-origin')).toBe('*')
    const redeemed = await postAs(tenant, web, { ...codeForm(fresh, webUri), ...secret })
    expect(redeemed.status).toBe(200)
  })

  it('is refused for its platform before it is asked for its secret', async () => {
    const code = await codeOf(web, webUri)
    const { body } = await postAs(tenant, web, codeForm(code, webUri), fromPage)
    expect(body).toMatchObject({ error_codes: [9002326] })
    const plain = await postAs(tenant, web, codeForm(code, webUri))
    expect(plain.body).toMatchObject({ error_codes: [7000218] })
    expect(plain.headers.get('access-control-allow-origin')).toBeNull()
  })
})
