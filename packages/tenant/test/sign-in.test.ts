import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people, signInAtTenant } from '../src/testing/index.ts'
import {
  authorizeUrl,
  claimsOf,
  clientOf,
  codeOf,
  postToken,
  redeem,
  signIn,
} from './application.ts'
import { graph } from './graph-client.ts'

let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant()))
afterAll(() => tenant.close())

const discovery = async (name: string) => {
  const answer = await fetch(`${tenant.authority}/${name}/v2.0/.well-known/openid-configuration`)
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}

describe('a whole sign-in', () => {
  it('gives tokens that the published keys verify', async () => {
    const { body: document } = await discovery(tenant.tenantId)
    const tokens = await signIn(tenant)
    const keys = createRemoteJWKSet(new URL(document.jwks_uri ?? ''))
    const { payload } = await jwtVerify(tokens.id_token, keys, {
      issuer: document.issuer ?? '',
      audience: clientOf(tenant).clientId,
      algorithms: ['RS256'],
    })
    const [user] = tenant.users
    expect(payload).toMatchObject({
      ver: '2.0',
      nonce: 'the-nonce',
      oid: user?.id,
      tid: tenant.tenantId,
      name: user?.displayName,
      preferred_username: user?.userPrincipalName,
      roles: user?.roles,
    })
    expect(tokens).toMatchObject({ token_type: 'Bearer' })
  })

  it('gives tokens for Graph that only Graph can verify', async () => {
    const { body: document } = await discovery(tenant.tenantId)
    const keys = createRemoteJWKSet(new URL(document.jwks_uri ?? ''))
    const { access_token: token } = await signIn(tenant)
    const scope = 'https://graph.microsoft.com/.default'
    const { body } = await postToken(tenant, { grant_type: 'client_credentials', scope })
    for (const each of [token, body.access_token]) {
      await expect(jwtVerify(each, keys)).rejects.toThrow('signature verification failed')
    }
    const { status } = await graph(tenant, token, 'GET', '/me')
    const ofApplication = await graph(tenant, body.access_token, 'GET', '/users')
    // It has no permission, and is known.
    expect([status, ofApplication.status]).toEqual([200, 403])
  })

  it('gives tokens as large as Entra’s', async () => {
    const tokens = await signIn(tenant)
    expect(tokens.access_token.length).toBeGreaterThan(1_800)
    expect(tokens.id_token.length).toBeGreaterThan(1_300)
    expect(tokens.refresh_token.length).toBeGreaterThan(1_400)
    expect(tokens.refresh_token.length).toBeLessThan(1_700)
  })

  it('returns state and session_state, and client_info on request', async () => {
    const { location } = await signInAtTenant(authorizeUrl(tenant, { client_info: '1' }))
    const answer = new URL(location)
    expect(answer.origin + answer.pathname).toBe('http://localhost:6173/auth/redirect')
    expect(answer.searchParams.get('state')).toBe('the-state')
    expect(answer.searchParams.get('session_state')).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.searchParams.get('iss')).toBeNull()
    const { body } = await redeem(tenant, answer.searchParams.get('code') ?? '', {
      client_info: '1',
    })
    const info = Buffer.from(String(body.client_info), 'base64url').toString()
    expect(JSON.parse(info)).toEqual({ uid: people(tenant).first.id, utid: tenant.tenantId })
  })

  it('signs in any user, by user name or object id', async () => {
    const [, second, third] = tenant.users
    const byName = await signIn(tenant, {}, { user: second?.userPrincipalName ?? '' })
    const byId = await signIn(tenant, {}, { user: third?.id ?? '' })
    expect(claimsOf(byName.id_token).oid).toBe(second?.id)
    expect(claimsOf(byId.id_token).oid).toBe(third?.id)
  })

  it('gives no refresh token without offline_access and no ID token without openid', async () => {
    const tokens = await signIn(tenant, { scope: 'User.Read' })
    expect(Object.keys(tokens)).not.toContain('refresh_token')
    expect(Object.keys(tokens)).not.toContain('id_token')
  })

  it('names up to 200 groups; for more, it names only the source', async () => {
    const many = people(tenant).inManyGroups
    const more = people(tenant).inTooManyGroups
    const listed = claimsOf((await signIn(tenant, {}, { user: many.id })).id_token)
    const overage = claimsOf((await signIn(tenant, {}, { user: more.id })).id_token)
    expect(listed.groups).toHaveLength(200)
    const endpoint = `${tenant.origin}/v1.0/users/${more.id}/getMemberObjects`
    expect(overage).toMatchObject({
      _claim_names: { groups: 'src1' },
      _claim_sources: { src1: { endpoint } },
    })
    expect(overage.groups).toBeUndefined()
  })

  it('ends in access_denied if the user presses Cancel', async () => {
    const { location } = await signInAtTenant(authorizeUrl(tenant), { cancel: true })
    const answer = new URL(location).searchParams
    expect(answer.get('error')).toBe('access_denied')
    expect(answer.get('error_description')).toMatch(/^AADSTS65004: .* Trace ID: .* Timestamp: /)
    expect(answer.get('state')).toBe('the-state')
    expect(answer.get('code')).toBeNull()
  })
})

describe('discovery', () => {
  it('has the issuer for the tenant and a template for organizations', async () => {
    const own = await discovery(tenant.tenantId)
    const organizations = await discovery('organizations')
    expect(own.body.issuer).toBe(`${tenant.origin}/${tenant.tenantId}/v2.0`)
    expect(organizations.body.issuer).toBe(`${tenant.origin}/{tenantid}/v2.0`)
  })

  it('refuses any other tenant', async () => {
    const other = await discovery('another.example')
    expect(other.status).toBe(400)
    expect(other.body).toMatchObject({ error: 'invalid_tenant', error_codes: [90002] })
  })

  it('names the issuer on every key, and only the new key after a rotation', async () => {
    const { body } = await discovery(tenant.tenantId)
    const keys = async () => {
      const answer = await fetch(body.jwks_uri ?? '')
      return ((await answer.json()) as { keys: Record<string, string>[] }).keys
    }
    const [before] = await keys()
    expect(before).toMatchObject({ kty: 'RSA', use: 'sig', issuer: body.issuer })
    expect(before).not.toHaveProperty('d')
    tenant.rotateKeys()
    const after = await keys()
    expect(after).toHaveLength(1)
    expect(after[0]?.kid).not.toBe(before?.kid)
    tenant.rotateKeys({ keepOld: true })
    expect(await keys()).toHaveLength(2)
  })
})

describe('a browser that has signed in before', () => {
  it('signs in without a page', async () => {
    const cookies = new Map<string, string>()
    await signInAtTenant(authorizeUrl(tenant), { cookies })
    const { location } = await signInAtTenant(authorizeUrl(tenant, { prompt: 'none' }), { cookies })
    expect(new URL(location).searchParams.get('code')).toBeTruthy()
  })

  it('gets an HttpOnly and SameSite=Lax cookie, with a new value for each sign-in', async () => {
    const url = authorizeUrl(tenant)
    const post = (user: string, cookie: string) =>
      fetch(url, {
        method: 'POST',
        body: new URLSearchParams({ user }),
        headers: { cookie },
        redirect: 'manual',
      })
    const first = (await post(people(tenant).at(3).id, '')).headers.get('set-cookie') ?? ''
    const second = await post(people(tenant).at(4).id, first.split(';')[0] ?? '')
    expect(first).toMatch(/; HttpOnly/)
    expect(first).toMatch(/; SameSite=Lax/)
    expect(second.headers.get('set-cookie')?.split(';')[0]).not.toBe(first.split(';')[0])
  })

  it('is asked to pick if several accounts are signed in, and prompt=none fails', async () => {
    const cookies = new Map<string, string>()
    await codeOf(tenant, {}, { cookies, user: people(tenant).first.id })
    await codeOf(tenant, { prompt: 'login' }, { cookies, user: people(tenant).at(1).id })
    const { location } = await signInAtTenant(authorizeUrl(tenant, { prompt: 'none' }), { cookies })
    expect(new URL(location).searchParams.get('error')).toBe('interaction_required')
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const page = await (await fetch(authorizeUrl(tenant), { headers: { cookie } })).text()
    expect(page).toContain('Pick an account')
    expect(page).toContain('Use another account')
    const hint = people(tenant).at(1).userPrincipalName
    const hinted = await codeOf(tenant, { prompt: 'none', login_hint: hint }, { cookies })
    expect(hinted).not.toBe('')
  })

  it('keeps its other accounts if a button is pressed twice, and none is left at an older cookie after a sign-out', async () => {
    const [one, other] = [people(tenant).at(6), people(tenant).at(7)]
    const cookies = new Map<string, string>()
    await codeOf(tenant, {}, { cookies, user: one.id })
    const earlier = new Map(cookies)
    const press = () =>
      codeOf(tenant, { prompt: 'login' }, { cookies: new Map(earlier), user: other.id })
    await press()
    await codeOf(tenant, { prompt: 'login' }, { cookies, user: other.id })
    const silent = async (jar: Map<string, string>, user: string) => {
      const url = authorizeUrl(tenant, { prompt: 'none', login_hint: user })
      return new URL((await signInAtTenant(url, { cookies: jar })).location).searchParams.has(
        'code',
      )
    }
    expect(await silent(cookies, one.userPrincipalName)).toBe(true)
    expect(await silent(earlier, other.userPrincipalName)).toBe(false)
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const logout = `${tenant.authority}/${tenant.tenantId}/oauth2/v2.0/logout`
    await fetch(logout, {
      method: 'POST',
      headers: { cookie },
      body: new URLSearchParams({ user: one.id }),
    })
    expect(await silent(cookies, one.userPrincipalName)).toBe(false)
    expect(await silent(earlier, one.userPrincipalName)).toBe(false)
    expect(await silent(cookies, other.userPrincipalName)).toBe(true)
  })

  it('is asked for consent once, and again with prompt=consent', async () => {
    const cookies = new Map<string, string>()
    await codeOf(tenant, {}, { cookies })
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const url = authorizeUrl(tenant, { prompt: 'consent' })
    expect(await (await fetch(url, { headers: { cookie } })).text()).toContain(
      'Permissions requested',
    )
    const wider = authorizeUrl(tenant, { prompt: 'none', scope: 'openid Mail.Read' })
    const { location } = await signInAtTenant(wider, { cookies })
    expect(new URL(location).searchParams.get('error')).toBe('consent_required')
  })
})

describe('the pages', () => {
  it('show a hostile name as text', async () => {
    const displayName = '<img src=x onerror="alert(1)">'
    const hostile = await createTenant({ users: 3, patchUsers: { 0: { displayName } } })
    const page = await (await fetch(authorizeUrl(hostile))).text()
    await hostile.close()
    expect(page).not.toContain('<img src')
    expect(page).toContain('&#60;img')
  })

  it('find users by the start of their names, without accents', async () => {
    const body = new URLSearchParams({ q: 'agnes b' })
    const page = await (await fetch(authorizeUrl(tenant), { method: 'POST', body })).text()
    expect(page).toContain('Agnès Berger')
    expect(page).not.toContain('Nora Hill')
  })

  it('post the answer as a form if response_mode=form_post requests it', async () => {
    const url = authorizeUrl(tenant, { response_mode: 'form_post' })
    const body = new URLSearchParams({ cancel: '1' })
    const answer = await fetch(url, { method: 'POST', body })
    const page = await answer.text()
    expect(page).toContain('<form method="post" action="http://localhost:6173/auth/redirect">')
    expect(page).toContain('name="error" value="access_denied"')
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'sha256-")
  })
})

describe('the iss parameter', () => {
  it('is sent and advertised only if it is turned on', async () => {
    const strict = await createTenant({ issParameter: true })
    const { location } = await signInAtTenant(authorizeUrl(strict))
    const metadata = await fetch(
      `${strict.authority}/${strict.tenantId}/v2.0/.well-known/openid-configuration`,
    )
    const issuer = `${strict.origin}/${strict.tenantId}/v2.0`
    expect(new URL(location).searchParams.get('iss')).toBe(issuer)
    expect(await metadata.json()).toMatchObject({
      authorization_response_iss_parameter_supported: true,
    })
    await strict.close()
  })
})
