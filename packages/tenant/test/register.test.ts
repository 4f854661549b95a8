import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people, signInAtTenant } from '../src/testing/index.ts'
import { claimsOf } from './application.ts'
import { deviceToken, graph, post } from './graph-client.ts'

let tenant: Tenant
let token: string
beforeAll(async () => {
  tenant = await createTenant({ users: 10, deviceCodeInterval: 0 })
  token = await deviceToken(tenant, { user: people(tenant).administrator.id })
})
afterAll(() => tenant.close())

const redirectUri = 'http://localhost:6174/auth/redirect'
const scope = 'openid profile offline_access User.Read'

it('a registration made through Graph signs people in without a consent page, until it is deleted', async () => {
  const call = (method: string, path: string, body?: unknown) =>
    graph(tenant, token, method, path, body)
  const made = await call('POST', '/applications', {
    displayName: 'Made by a command',
    signInAudience: 'AzureADMyOrg',
    tags: ['made'],
    web: { redirectUris: [redirectUri], logoutUrl: 'https://localhost:6174/auth/logout' },
    optionalClaims: { idToken: [{ name: 'auth_time' }] },
  })
  expect(made.status).toBe(201)
  const { id, appId } = made.body
  const { body: secret } = await call('POST', `/applications/${String(id)}/addPassword`, {
    passwordCredential: { displayName: 'dev' },
  })
  const url = new URL(`${tenant.authority}/${tenant.tenantId}/oauth2/v2.0/authorize`)
  const query = {
    client_id: String(appId),
    redirect_uri: redirectUri,
    response_type: 'code',
    scope,
  }
  url.search = new URLSearchParams(query).toString()
  expect(await (await fetch(url)).text()).toContain('AADSTS700016')

  const principal = await call('POST', '/servicePrincipals', { appId })
  expect(principal.status).toBe(201)
  const ofGraph = await call(
    'GET',
    "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')",
  )
  const granted = await call('POST', '/oauth2PermissionGrants', {
    clientId: principal.body.id,
    consentType: 'AllPrincipals',
    resourceId: ofGraph.body.id,
    scope,
  })
  expect(granted.status).toBe(201)

  const cookies = new Map<string, string>()
  const first = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ user: people(tenant).first.id }),
  })
  const code = new URL(first.headers.get('location') ?? '').searchParams.get('code') ?? ''
  const form = { client_id: String(appId), grant_type: 'authorization_code', code }
  const redeemed = await post(tenant, 'token', {
    ...form,
    redirect_uri: redirectUri,
    client_secret: String(secret.secretText),
  })
  expect(redeemed.status).toBe(200)
  const claims = claimsOf(redeemed.body.id_token)
  expect(claims).toMatchObject({ aud: appId, auth_time: expect.any(Number) })
  expect(claims).not.toHaveProperty('sid')
  expect(claims).not.toHaveProperty('login_hint')

  expect((await call('DELETE', `/applications(appId='${String(appId)}')`)).status).toBe(204)
  await expect(signInAtTenant(url.href, { cookies })).rejects.toThrow('AADSTS700016')
  const grants = await call('GET', '/oauth2PermissionGrants')
  expect(JSON.stringify(grants.body.value)).not.toContain(String(principal.body.id))
})
