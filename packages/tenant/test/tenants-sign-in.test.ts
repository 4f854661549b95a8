/** Users of two tenants sign in to applications of both: at `common`, at their own address, and where they do not belong. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localPassword } from '../src/directory/directory.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { approveDeviceCode, signInAtTenant, type SignInOptions } from '../src/testing/index.ts'
import { authorizeUrl, claimsOf, redirectUri, verifier, type Tokens } from './application.ts'
import { callGraph } from './graph-call.ts'

const otherId = '3c9f1a52-0b1d-4e86-a0c7-6e2b81d6f391'
const secret = 'local-tenant-only-not-a-secret'
const several = '10000000-0000-4000-8000-000000000001'
const single = '10000000-0000-4000-8000-000000000002'
const ofOther = '10000000-0000-4000-8000-000000000003'
const api = '10000000-0000-4000-8000-000000000004'
const unknown = '10000000-0000-4000-8000-000000000005'
const apart = '10000000-0000-4000-8000-000000000006'

let tenant: Tenant
beforeAll(async () => {
  const client = {
    secrets: [secret],
    web: { redirectUris: [redirectUri] },
    isFallbackPublicClient: true,
  }
  tenant = await createTenant({
    users: 20,
    deviceCodeInterval: 0,
    clients: [
      {
        ...client,
        clientId: several,
        name: 'For several',
        delegatedPermissions: ['User.Read', 'api://things/Things.Read'],
        applicationPermissions: ['User.Read.All'],
      },
      { ...client, clientId: unknown, name: 'For several, too' },
      {
        ...client,
        clientId: apart,
        name: 'An API apart',
        api: { oauth2PermissionScopes: [{ value: 'Other.Read' }] },
        identifierUris: ['api://apart'],
      },
      { ...client, clientId: single, name: 'For one', signInAudience: 'AzureADMyOrg' },
      {
        ...client,
        clientId: api,
        name: 'An API',
        api: {
          requestedAccessTokenVersion: 2,
          oauth2PermissionScopes: [{ value: 'Things.Read' }],
          knownClientApplications: [several],
        },
        identifierUris: ['api://things'],
      },
    ],
    tenants: [
      {
        domain: 'fabrikam.example',
        tenantId: otherId,
        tenantName: 'Fabrikam',
        users: 12,
        clients: [
          {
            clientId: ofOther,
            name: 'Of Fabrikam',
            web: { redirectUris: [redirectUri] },
            signInAudience: 'AzureADMyOrg',
          },
        ],
        people: [
          {
            userPrincipalName: 'daniel.okafor_local-tenant.example#EXT#@fabrikam.example',
            mail: 'daniel.okafor@local-tenant.example',
          },
        ],
      },
    ],
  })
})
afterAll(() => tenant.close())

const nora = 'nora.hill@local-tenant.example'
const norasNamesake = 'nora.hill@fabrikam.example'
const daniel = 'daniel.okafor@local-tenant.example'
const fabrikam = () => tenant.tenants[1] as Tenant['tenants'][number]

function addressOf(segment: string, parameters: Record<string, string> = {}): string {
  const url = new URL(authorizeUrl(tenant, { client_id: several, scope, ...parameters }))
  url.pathname = `/${segment}/oauth2/v2.0/authorize`
  return url.href
}

const scope = 'openid profile offline_access User.Read'

async function codeAt(segment: string, user: string, parameters = {}, options: SignInOptions = {}) {
  const { location } = await signInAtTenant(addressOf(segment, parameters), { user, ...options })
  return new URL(location).searchParams
}

async function tokenAt(segment: string, form: Record<string, string>) {
  const url = `${tenant.origin}/${segment}/oauth2/v2.0/token`
  const all = { client_id: several, client_secret: secret, ...form }
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(all) })
  return { status: answer.status, body: (await answer.json()) as Tokens }
}

const redeemAt = (segment: string, code: string, form = {}) =>
  tokenAt(segment, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...form,
  })

async function signInAt(segment: string, user: string): Promise<Tokens> {
  const code = (await codeAt(segment, user)).get('code') ?? ''
  return (await redeemAt(segment, code)).body
}

const page = async (url: string, fields?: Record<string, string>) => {
  const answer = await fetch(url, {
    redirect: 'manual',
    ...(fields && { method: 'POST', body: new URLSearchParams(fields) }),
  })
  return {
    status: answer.status,
    text: await answer.text(),
    location: answer.headers.get('location') ?? '',
  }
}

describe.each(['common', 'organizations'])('at /%s', (segment) => {
  it('users of both tenants sign in, with tokens of their own tenant', async () => {
    for (const [user, id] of [
      [nora, tenant.tenantId],
      [norasNamesake, otherId],
    ] as const) {
      const tokens = await signInAt(segment, user)
      expect(claimsOf(tokens.id_token)).toMatchObject({
        iss: `${tenant.origin}/${id}/v2.0`,
        tid: id,
        preferred_username: user,
        aud: several,
      })
      expect(claimsOf(tokens.access_token)).toMatchObject({
        iss: `https://sts.windows.net/${id}/`,
        tid: id,
      })
      const me = await callGraph(tenant, '/me', tokens.access_token)
      expect(await me.json()).toMatchObject({ userPrincipalName: user })
      const renewed = await tokenAt(segment, {
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token,
      })
      expect(claimsOf(renewed.body.access_token)['tid']).toBe(id)
    }
  })

  it('the page offers people of all tenants, with their organisation', async () => {
    const { text } = await page(addressOf(segment))
    expect(text).toContain(nora)
    expect(text).toContain(norasNamesake)
    expect(text).toContain('<span class="pill">Fabrikam</span>')
    // Who is a guest of the other tenant signs in at home.
    expect(text).not.toContain('daniel.okafor_local-tenant.example#EXT#@fabrikam')
  })

  it('a guest of one tenant is found as the account at home alone', async () => {
    const { text } = await page(addressOf(segment), { q: 'daniel' })
    expect(text).toContain(daniel)
    expect(text).not.toContain('#EXT#@fabrikam')
  })

  it('UserInfo answers for the tenant of the token', async () => {
    const tokens = await signInAt(segment, norasNamesake)
    const answer = await fetch(`${tenant.graphOrigin}/oidc/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    expect(await answer.json()).toMatchObject({
      sub: claimsOf(tokens.id_token)['sub'],
      name: 'Nora Hill',
    })
  })

  it('the journal names the tenant once the user is known', async () => {
    await page(addressOf(segment))
    expect(tenant.journal.entries().at(-1)?.tenantId).toBeNull()
    await signInAt(segment, norasNamesake)
    const latest = tenant.journal.entries().slice(-2)
    expect(latest.map(({ endpoint, tenantId }) => [endpoint, tenantId])).toEqual([
      ['other', otherId],
      ['token', otherId],
    ])
  })

  it('domain_hint leaves the other tenants out of the suggestions', async () => {
    const { text } = await page(addressOf(segment, { domain_hint: 'fabrikam.example' }))
    expect(text).toContain(norasNamesake)
    expect(text).not.toContain(nora)
  })

  it('an application of one tenant is refused with AADSTS50194', async () => {
    const { status, text } = await page(addressOf(segment, { client_id: single }))
    expect(status).toBe(400)
    expect(text).toContain('AADSTS50194')
  })
})

describe('at the address of one tenant', () => {
  it('only its people are offered', async () => {
    const { text } = await page(addressOf('fabrikam.example'))
    expect(text).toContain(norasNamesake)
    expect(text).not.toContain(nora)
    expect(text).not.toContain('<span class="pill">Fabrikam</span>')
  })

  it.each([
    ['typed', { q: nora }, {}],
    ['hinted', undefined, { login_hint: nora }],
  ])('a user of another tenant who is %s is refused with AADSTS50020', async (_, form, hint) => {
    const { status, text } = await page(addressOf(otherId, hint), form)
    expect(status).toBe(400)
    expect(text).toContain('AADSTS50020')
    expect(text).toContain('does not exist in tenant &#39;Fabrikam&#39;')
    expect(tenant.journal.entries().at(-1)).toMatchObject({
      tenantId: otherId,
      problem: { code: 'AADSTS50020' },
    })
    const { id } = tenant.users[0] as Tenant['users'][number]
    expect((await page(addressOf(otherId), { user: id })).text).toContain('AADSTS50020')
  })

  it('a silent request with accounts of other tenants only is refused with AADSTS16000', async () => {
    const cookies = new Map<string, string>()
    await codeAt(tenant.tenantId, nora, {}, { cookies })
    const silent = await codeAt(otherId, nora, { prompt: 'none' }, { cookies })
    expect(silent.get('error')).toBe('interaction_required')
    expect(silent.get('error_description')).toContain('AADSTS16000')
    const own = await codeAt('common', nora, { prompt: 'none' }, { cookies })
    expect(own.get('code')).toBeTruthy()
  })

  it('an application of one other tenant is not found: AADSTS700016', async () => {
    for (const [segment, id] of [
      [otherId, single],
      [tenant.tenantId, ofOther],
    ] as const) {
      const { text } = await page(addressOf(segment, { client_id: id }))
      expect(text).toContain('AADSTS700016')
    }
  })
})

describe('an application for several tenants', () => {
  it('is present in another tenant after the first consent there', async () => {
    const fresh = await createTenant({
      users: 5,
      clients: [{ clientId: several, name: 'For several', web: { redirectUris: [redirectUri] } }],
      tenants: [{ domain: 'fabrikam.example', users: 5 }],
    })
    const [, other] = fresh.tenants
    const url = new URL(authorizeUrl(fresh, { client_id: several, scope }))
    url.pathname = '/fabrikam.example/oauth2/v2.0/authorize'
    const presentIn = () =>
      (fresh.exportState().tenants as { applications: object[] }[] | undefined)?.[0]?.applications
    await signInAtTenant(url.href, { user: norasNamesake, cancel: true })
    expect(JSON.stringify(presentIn())).not.toContain(several)
    await signInAtTenant(url.href, { user: norasNamesake })
    expect(presentIn()).toContainEqual(
      expect.objectContaining({ homeTenantId: fresh.tenantId, isRegistered: false }),
    )
    expect(other?.tenantId).not.toBe(fresh.tenantId)
    await fresh.close()
  })

  it('has a consent in each tenant', async () => {
    const at = (segment: string, user: string) =>
      page(addressOf(segment, { prompt: 'none', login_hint: user }))
    await signInAt('common', nora)
    fabrikam().withdrawConsent()
    const cookies = new Map<string, string>()
    await codeAt('common', norasNamesake, {}, { cookies, cancel: true })
    expect((await at('common', norasNamesake)).location).toContain('login_required')
    const { location } = await signInAtTenant(addressOf('common'), { user: norasNamesake })
    expect(location).toContain('code=')
  })

  it('has another service principal there, whose owner is its home', async () => {
    await signInAt('common', norasNamesake)
    await adminConsent(otherId, 'https://graph.microsoft.com/.default')
    const { body } = await tokenAt(otherId, {
      grant_type: 'client_credentials',
      scope: 'https://graph.microsoft.com/.default',
    })
    const claims = claimsOf(body.access_token)
    expect(claims).toMatchObject({ tid: otherId, appid: several, roles: ['User.Read.All'] })
    const home = await tokenAt(tenant.tenantId, {
      grant_type: 'client_credentials',
      scope: 'https://graph.microsoft.com/.default',
    })
    expect(claimsOf(home.body.access_token)['oid']).not.toBe(claims['oid'])
    const users = await callGraph(tenant, '/users?$top=1', body.access_token)
    expect(JSON.stringify(await users.json())).toContain('@fabrikam.example')
  })

  it('without a service principal there gets no token for itself: AADSTS7000229', async () => {
    const { status, body } = await tokenAt(otherId, {
      client_id: unknown,
      grant_type: 'client_credentials',
      scope: 'https://graph.microsoft.com/.default',
    })
    expect([status, body['error'], body['error_codes']]).toEqual([401, 'invalid_client', [7000229]])
  })

  it('brings the API that knows it, with one consent', async () => {
    const asked = { scope: 'openid api://things/.default', prompt: 'consent' }
    const code = (await codeAt('common', norasNamesake, asked)).get('code') ?? ''
    const { body } = await redeemAt('common', code)
    expect(claimsOf(body.access_token)).toMatchObject({
      tid: otherId,
      aud: api,
      scp: 'Things.Read',
      iss: `${tenant.origin}/${otherId}/v2.0`,
    })
    expect(fabrikam().users.some(({ id }) => id === claimsOf(body.access_token)['oid'])).toBe(true)
  })
})

describe('an API of another tenant', () => {
  it('that is not present in the tenant of the user is refused with AADSTS650052', async () => {
    const asked = { client_id: unknown, scope: 'openid api://apart/Other.Read' }
    const own = await codeAt('common', nora, asked)
    expect(own.get('code')).toBeTruthy()
    const refused = await codeAt('common', norasNamesake, asked)
    expect(refused.get('error')).toBe('invalid_client')
    expect(refused.get('error_description')).toContain(
      "AADSTS650052: The app needs access to a service ('api://apart')",
    )
  })
})

describe('an application that its home does not offer any more', () => {
  it('signs nobody in, there and elsewhere: AADSTS700016', async () => {
    const { body } = await control('/clients', {
      name: 'Short-lived',
      web: { redirectUris: [redirectUri] },
    })
    const clientId = String(body['clientId'])
    const asked = { client_id: clientId }
    expect((await codeAt(otherId, norasNamesake, asked)).get('code')).toBeTruthy()
    await fetch(`${tenant.origin}/_tenant/clients/${clientId}`, { method: 'DELETE' })
    expect((await page(addressOf(otherId, asked))).text).toContain('AADSTS700016')
    expect((await page(addressOf('common', asked))).text).toContain('AADSTS700016')
  })
})

async function control(path: string, body: object) {
  const answer = await fetch(`${tenant.origin}/_tenant${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { body: (await answer.json()) as Record<string, unknown> }
}

async function adminConsent(segment: string, asked: string, user?: string, clientId = several) {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: asked,
  })
  const url = `${tenant.origin}/${segment}/v2.0/adminconsent?${query.toString()}`
  const admin = user ?? fabrikam().users.find(({ isAdmin }) => isAdmin)?.id ?? ''
  return page(url, { user: admin })
}

describe('an administrator’s consent', () => {
  it('is for the tenant of the administrator', async () => {
    const { location } = await adminConsent(
      'organizations',
      'https://graph.microsoft.com/User.Read',
    )
    expect(new URL(location).searchParams.get('tenant')).toBe(otherId)
    const { text } = await page(
      `${tenant.origin}/organizations/v2.0/adminconsent?client_id=${several}&redirect_uri=${redirectUri}&scope=User.Read`,
    )
    expect(text).toContain('daniel.okafor@fabrikam.example')
    expect(text).toContain('daniel.okafor@local-tenant.example')
  })

  it('makes the application present there', async () => {
    const isPresent = () => {
      const [other] = tenant.exportState().tenants as { applications: object[] }[]
      return JSON.stringify(other?.applications).includes(apart)
    }
    expect(isPresent()).toBe(false)
    await adminConsent(otherId, 'User.Read', undefined, apart)
    expect(isPresent()).toBe(true)
  })

  it('cannot be given by the administrator of another tenant', async () => {
    const { id } = tenant.users[1] as Tenant['users'][number]
    const { location } = await adminConsent(otherId, 'User.Read', id)
    expect(location).toContain('AADSTS65004')
  })
})

describe('a grant', () => {
  it('that is a code is refused at another tenant with AADSTS700005, and not spent by that', async () => {
    const code = (await codeAt('common', nora)).get('code') ?? ''
    const wrong = await redeemAt(otherId, code)
    expect([wrong.body['error'], wrong.body['error_codes']]).toEqual(['invalid_grant', [700005]])
    // Of this tenant it is, though the authorization was at `common`.
    expect((await redeemAt(tenant.tenantId, code)).status).toBe(200)
  })

  it('that is a refresh token is refused at a tenant without that user with AADSTS50020', async () => {
    const { refresh_token: token } = await signInAt('common', nora)
    const { body } = await tokenAt(otherId, { grant_type: 'refresh_token', refresh_token: token })
    expect([body['error'], body['error_codes']]).toEqual(['invalid_grant', [50020]])
  })

  it('of a guest ends with the sessions of the account at home', async () => {
    await signInAt(otherId, daniel)
    const { refresh_token: token } = await signInAt('common', daniel)
    const { id } = tenant.users[1] as Tenant['users'][number]
    const refresh = () => tokenAt(otherId, { grant_type: 'refresh_token', refresh_token: token })
    tenant.disableUser(id)
    expect((await refresh()).body['error_codes']).toEqual([50057])
    tenant.enableUser(id)
    tenant.revokeUser(id)
    expect((await refresh()).body['error_codes']).toEqual([50173])
  })

  it('that is a password is answered by the tenant of the user', async () => {
    await signInAt('common', norasNamesake)
    const form = {
      grant_type: 'password',
      username: norasNamesake,
      password: localPassword,
      scope: 'User.Read',
    }
    const { body } = await tokenAt('organizations', form)
    expect(claimsOf(body.access_token)['tid']).toBe(otherId)
    const wrong = await tokenAt(tenant.tenantId, form)
    expect([wrong.body['error'], wrong.body['error_codes']]).toEqual(['invalid_grant', [50020]])
  })

  it('that is a device code is answered by the tenant of whoever approves it', async () => {
    const begun = await fetch(`${tenant.origin}/organizations/oauth2/v2.0/devicecode`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: several, scope }),
    })
    const device = (await begun.json()) as Record<string, string>
    await approveDeviceCode({
      verificationUri: device['verification_uri'] ?? '',
      userCode: device['user_code'] ?? '',
      user: norasNamesake,
    })
    const poll = (segment: string) =>
      tokenAt(segment, { grant_type: 'device_code', device_code: device['device_code'] ?? '' })
    const { body } = await poll('organizations')
    expect(claimsOf(body.access_token)['tid']).toBe(otherId)
  })

  it('on behalf of a user is answered by the tenant of the assertion', async () => {
    const { body: first } = await redeemAt(
      'common',
      (await codeAt('common', nora, { scope: 'openid api://things/Things.Read' })).get('code') ??
        '',
    )
    const form = {
      client_id: api,
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      requested_token_use: 'on_behalf_of',
      assertion: first.access_token,
      scope: 'User.Read',
    }
    const wrong = await tokenAt(otherId, form)
    expect(wrong.body['error_codes']).toEqual([50013])
    const { body } = await tokenAt('organizations', form)
    expect(body['error_codes']).toEqual([65001])
  })
})

describe('a guest from another tenant on the port', () => {
  it('signs in with the account at home, and is another object, whose identity provider is named', async () => {
    const atHome = await signInAt('common', daniel)
    expect(claimsOf(atHome.id_token)).toMatchObject({ tid: tenant.tenantId })
    const cookies = new Map<string, string>()
    const code = (await codeAt(otherId, daniel, {}, { cookies })).get('code') ?? ''
    const { body } = await redeemAt(otherId, code, { client_info: '1' })
    const guest = fabrikam().users.find(({ mail }) => mail === daniel)
    expect(claimsOf(body.id_token)).toMatchObject({
      tid: otherId,
      oid: guest?.id,
      idp: `https://sts.windows.net/${tenant.tenantId}/`,
    })
    const info = JSON.parse(
      Buffer.from(String(body['client_info']), 'base64url').toString(),
    ) as object
    expect(info).toEqual({ uid: claimsOf(atHome.id_token)['oid'], utid: tenant.tenantId })
    // One session: the account at home is signed in.
    const silent = await codeAt('common', daniel, { prompt: 'none' }, { cookies })
    const home = await redeemAt('common', silent.get('code') ?? '')
    expect(claimsOf(home.body.id_token)['oid']).toBe(claimsOf(atHome.id_token)['oid'])
    expect(claimsOf(atHome.id_token)).not.toHaveProperty('idp')
  })

  it('gets tokens there with the refresh token of the account at home', async () => {
    await signInAt(otherId, daniel)
    const { refresh_token: token } = await signInAt('common', daniel)
    const { body } = await tokenAt(otherId, { grant_type: 'refresh_token', refresh_token: token })
    const guest = fabrikam().users.find(({ mail }) => mail === daniel)
    expect(claimsOf(body.access_token)).toMatchObject({ tid: otherId, oid: guest?.id })
  })
})

describe('an invitation by Graph', () => {
  it('makes a guest of a user of another tenant, who can then sign in', async () => {
    const { id } = fabrikam().users.find(({ isAdmin }) => isAdmin) ?? { id: '' }
    const { body } = await control(`/tenants/${otherId}/tokens`, {
      user: id,
      scopes: ['User.Invite.All'],
    })
    const email = 'lidia.nowaczyk@local-tenant.example'
    expect((await page(addressOf(otherId), { q: email })).text).toContain('AADSTS50020')
    const answer = await callGraph(tenant, '/invitations', String(body['token']), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ invitedUserEmailAddress: email, inviteRedirectUrl: redirectUri }),
    })
    expect(answer.status).toBe(201)
    const tokens = await signInAt(otherId, email)
    expect(claimsOf(tokens.id_token)).toMatchObject({
      tid: otherId,
      idp: `https://sts.windows.net/${tenant.tenantId}/`,
    })
  })
})

describe('a service principal', () => {
  it('of an application of another tenant can be made and deleted by Graph', async () => {
    const { id } = fabrikam().users.find(({ isAdmin }) => isAdmin) ?? { id: '' }
    const { body } = await control(`/tenants/${otherId}/tokens`, {
      user: id,
      scopes: ['Application.ReadWrite.All'],
    })
    const token = String(body['token'])
    const made = await callGraph(tenant, '/servicePrincipals', token, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ appId: unknown }),
    })
    const principal = (await made.json()) as { id: string }
    expect([made.status, principal]).toMatchObject([
      201,
      { appId: unknown, displayName: 'For several, too', appOwnerOrganizationId: tenant.tenantId },
    ])
    const gone = await callGraph(tenant, `/servicePrincipals/${principal.id}`, token, {
      method: 'DELETE',
    })
    expect(gone.status).toBe(204)
    const single404 = await callGraph(tenant, '/servicePrincipals', token, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ appId: single }),
    })
    expect(single404.status).toBe(400)
  })
})

describe('instance discovery', () => {
  it('knows the authority of each tenant', async () => {
    const authority = `${tenant.origin}/fabrikam.example/oauth2/v2.0/authorize`
    const query = new URLSearchParams({
      'api-version': '1.1',
      authorization_endpoint: authority,
    }).toString()
    const answer = await fetch(`${tenant.origin}/common/discovery/instance?${query}`)
    expect(await answer.json()).toMatchObject({
      tenant_discovery_endpoint: `${tenant.origin}/${otherId}/v2.0/.well-known/openid-configuration`,
    })
  })
})

describe('a user realm', () => {
  it('is that of the tenant with the domain', async () => {
    const answer = await fetch(
      `${tenant.origin}/common/userrealm?user=${norasNamesake}&api-version=2.1`,
    )
    expect(await answer.json()).toMatchObject({
      NameSpaceType: 'Managed',
      FederationBrandName: 'Fabrikam',
    })
  })
})

describe('a sign-out', () => {
  it('at /common ends the session of the hinted user of either tenant, and no other', async () => {
    const cookies = new Map<string, string>()
    await codeAt('common', nora, {}, { cookies })
    const asked = { prompt: 'login' }
    const code = (await codeAt('common', norasNamesake, asked, { cookies })).get('code') ?? ''
    const { id_token: hint } = (await redeemAt('common', code)).body
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    await fetch(`${tenant.origin}/common/oauth2/v2.0/logout?id_token_hint=${hint}`, {
      headers: { cookie },
    })
    const silent = (user: string) =>
      codeAt('common', user, { prompt: 'none', login_hint: user }, { cookies })
    expect((await silent(norasNamesake)).get('error_description')).toContain('AADSTS50058')
    expect((await silent(nora)).get('code')).toBeTruthy()
  })
})
