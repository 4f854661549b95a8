import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localClient } from '../src/registry/built-in.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { claimsOf, postToken, redirectUri, refresh, signIn } from './application.ts'
import { callGraph } from './graph-call.ts'
import { deviceToken, graph } from './graph-client.ts'

const apiId = '0d1f5a3c-6b1e-4b8e-9d5c-7a2f10c4e9b1'
const graphDefault = 'https://graph.microsoft.com/.default'

let tenant: Tenant
let admin: string
beforeAll(async () => {
  tenant = await createTenant({
    users: 20,
    deviceCodeInterval: 0,
    clients: [
      {
        ...localClient,
        web: { redirectUris: [redirectUri] },
        applicationPermissions: ['User.Read.All', `api://${apiId}/Things.Manage`],
      },
      {
        ...localClient,
        clientId: apiId,
        name: 'Things',
        identifierUris: [`api://${apiId}`],
        api: {
          requestedAccessTokenVersion: 2,
          oauth2PermissionScopes: [{ value: 'Things.Read' }],
        },
        appRoles: [
          { value: 'Things.Manage', allowedMemberTypes: ['Application'] },
          { value: 'Things.Audit', allowedMemberTypes: ['Application'] },
        ],
      },
    ],
  })
  admin = await deviceToken(
    tenant,
    { user: people(tenant).administrator.id },
    'openid Application.ReadWrite.All AppRoleAssignment.ReadWrite.All Directory.ReadWrite.All',
  )
})
afterAll(() => tenant.close())

function ask(scope: string | undefined, form: Record<string, string | undefined> = {}) {
  return postToken(tenant, { grant_type: 'client_credentials', scope, ...form })
}

async function principalOf(appId: string): Promise<string> {
  const { body } = await graph(tenant, admin, 'GET', `/servicePrincipals(appId='${appId}')`)
  return String(body['id'])
}

describe('client credentials', () => {
  it.each([
    ['https://management.azure.com/.default', 'https://management.azure.com'],
    ['https://management.azure.com//.default', 'https://management.azure.com/'],
    ['https://vault.azure.net/.default', 'https://vault.azure.net'],
    ['https://storage.azure.com/.default', 'https://storage.azure.com'],
  ])('give a token without roles for an API of Azure: %s', async (scope, audience) => {
    const claims = claimsOf((await ask(scope)).body['access_token'])
    expect(claims).toMatchObject({ aud: audience, appid: localClient.clientId })
    expect(claims).not.toHaveProperty('roles')
    expect(claims).not.toHaveProperty('scp')
  })

  it('take this tenant’s address of Graph for a name of Graph, as each cloud has its own', async () => {
    const { body } = await ask(`${new URL(tenant.graphUrl).origin}/.default`)
    const token = body['access_token']
    expect(claimsOf(token)).toMatchObject({ aud: new URL(tenant.graphUrl).origin })
    const other = await ask('https://graph.example.test/.default')
    expect(other.body).toMatchObject({ error_codes: [500011] })
    const { status } = await graph(tenant, token, 'GET', '/users')
    expect(status).toBe(200)
  })

  it('give an app-only token for Graph, with the granted roles and nothing of a user', async () => {
    const { status, body } = await ask(graphDefault)
    expect(status).toBe(200)
    expect(Object.keys(body).toSorted()).toEqual([
      'access_token',
      'expires_in',
      'ext_expires_in',
      'token_type',
    ])
    const claims = claimsOf(body.access_token)
    const oid = await principalOf(localClient.clientId)
    expect(claims).toMatchObject({
      aud: 'https://graph.microsoft.com',
      iss: `https://sts.windows.net/${tenant.tenantId}/`,
      appid: localClient.clientId,
      appidacr: '1',
      idtyp: 'app',
      oid,
      sub: oid,
      roles: ['User.Read.All'],
      tid: tenant.tenantId,
      ver: '1.0',
    })
    for (const claim of ['scp', 'name', 'upn', 'sid']) expect(claims).not.toHaveProperty(claim)
  })

  it('with a right secret beside an assertion that is none, is refused: the token would say that the assertion proved the client', async () => {
    const { status, body } = await ask(graphDefault, {
      client_assertion: 'nonsense',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    expect(status).toBe(400)
    expect(body.error_codes).toEqual([50027])
  })

  it.each([`api://${apiId}/.default`, `${apiId}/.default`])('for %s', async (scope) => {
    const { body } = await ask(scope)
    expect(claimsOf(body.access_token)).toMatchObject({
      aud: apiId,
      azp: localClient.clientId,
      azpacr: '1',
      idtyp: 'app',
      roles: ['Things.Manage'],
      ver: '2.0',
      iss: `${tenant.authority}/${tenant.tenantId}/v2.0`,
    })
  })

  it.each([
    ['a permission', 'https://graph.microsoft.com/User.Read.All', 1002012, 'invalid_scope'],
    ['no resource', '.default', 1002012, 'invalid_scope'],
    ['two', `${graphDefault} api://${apiId}/.default`, 1002012, 'invalid_scope'],
    ['OpenID', `openid ${graphDefault}`, 1002012, 'invalid_scope'],
    ['an unknown resource', 'api://nowhere/.default', 500011, 'invalid_resource'],
    ['none', undefined, 900144, 'invalid_request'],
  ])('refuse a scope of %s', async (_what, scope, code, error) => {
    const { status, body } = await ask(scope)
    expect([status, body['error'], body['error_codes']]).toEqual([400, error, [code]])
  })

  it('need a proof of the client', async () => {
    const { status, body } = await ask(graphDefault, { client_secret: undefined })
    expect([status, body['error'], body['error_codes']]).toEqual([401, 'invalid_client', [7000216]])
    const wrong = await ask(graphDefault, { client_secret: 'wrong' })
    expect(wrong.body['error_codes']).toEqual([7000215])
  })

  it('belong to one tenant', async () => {
    const url = `${tenant.authority}/organizations/oauth2/v2.0/token`
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: localClient.clientId,
      client_secret: localClient.secrets[0],
      scope: graphDefault,
    })
    const answer = await fetch(url, { method: 'POST', body })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: 'invalid_request', error_codes: [50059] })
  })
})

describe('what is disabled', () => {
  const disable = async (appId: string, accountEnabled: boolean) =>
    graph(tenant, admin, 'PATCH', `/servicePrincipals(appId='${appId}')`, { accountEnabled })

  it('gets no tokens, and none are for it', async () => {
    await disable(apiId, false)
    const own = { client_id: apiId, client_secret: localClient.secrets[0] }
    const client = await ask(graphDefault, own)
    expect([client.status, client.body['error'], client.body['error_codes']]).toEqual([
      400,
      'unauthorized_client',
      [7000112],
    ])
    const resource = await ask(`api://${apiId}/.default`)
    expect(resource.body).toMatchObject({ error: 'invalid_resource', error_codes: [500014] })
    const { refresh_token: token } = await signIn(tenant)
    const scope = `api://${apiId}/Things.Read`
    expect((await refresh(tenant, token, { scope })).body['error_codes']).toEqual([500014])
    await disable(apiId, true)
    expect((await ask(`api://${apiId}/.default`)).status).toBe(200)
  })
})

describe('the endpoint of v1.0', () => {
  async function askFirst(form: Record<string, string>) {
    const url = `${tenant.authority}/${tenant.tenantId}/oauth2/token`
    const client_secret = localClient.secrets[0]
    const client = { client_id: localClient.clientId, client_secret }
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...client, ...form })
    const answer = await fetch(url, { method: 'POST', body })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }

  it('takes a resource in place of a scope, and answers with text', async () => {
    const resource = 'https://graph.microsoft.com'
    const { status, body } = await askFirst({ resource })
    expect(status).toBe(200)
    expect(body).toMatchObject({ resource, expires_in: '3599', token_type: 'Bearer' })
    expect(Number(body['expires_on']) - Number(body['not_before'])).toBe(3_899)
    expect(claimsOf(body['access_token'])).toMatchObject({ aud: resource, idtyp: 'app' })
    expect((await askFirst({})).body).toMatchObject({ error_codes: [900144] })
    const other = await askFirst({ resource, grant_type: 'other' })
    expect(other.body).toMatchObject({ error_codes: [70003] })
  })

  it('is not asked by GET, and neither is that of v2.0', async () => {
    const url = `${tenant.authority}/${tenant.tenantId}/oauth2/v2.0/token`
    const answer = await fetch(url)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error_codes: [900561] })
  })
})

describe('an API that requires an assignment', () => {
  it('gives no token to an application without one', async () => {
    const id = await principalOf(apiId)
    const path = `/servicePrincipals/${id}`
    await graph(tenant, admin, 'PATCH', path, { appRoleAssignmentRequired: true })
    const scope = `api://${apiId}/.default`
    expect((await ask(scope)).status).toBe(200)
    const own = { client_id: apiId, client_secret: localClient.secrets[0] }
    const refused = await ask(scope, own)
    expect([refused.status, refused.body['error_codes']]).toEqual([400, [501051]])
    await graph(tenant, admin, 'PATCH', path, { appRoleAssignmentRequired: false })
    const { body } = await ask(scope, own)
    expect(claimsOf(body.access_token)).not.toHaveProperty('roles')
  })
})

describe('Graph, with an app-only token', () => {
  it('refuses /me, and what needs a permission that was not granted', async () => {
    const { body } = await ask(graphDefault)
    const me = await callGraph(tenant, '/me', body.access_token)
    expect(me.status).toBe(400)
    const { error } = (await me.json()) as { error: Record<string, string> }
    expect(error).toMatchObject({
      code: 'BadRequest',
      message: '/me request is only valid with delegated authentication flow.',
    })
    expect((await callGraph(tenant, '/applications', body.access_token)).status).toBe(403)
  })

  it('refuses a token whose application is gone', async () => {
    const made = await graph(tenant, admin, 'POST', '/applications', { displayName: 'Gone' })
    const appId = String(made.body['appId'])
    const principal = await graph(tenant, admin, 'POST', '/servicePrincipals', { appId })
    const password = await graph(
      tenant,
      admin,
      'POST',
      `/applications/${String(made.body['id'])}/addPassword`,
      {},
    )
    const secret = String(password.body['secretText'])
    const { body } = await ask(graphDefault, { client_id: appId, client_secret: secret })
    expect(claimsOf(body.access_token)).not.toHaveProperty('roles')
    await graph(tenant, admin, 'DELETE', `/servicePrincipals/${String(principal.body['id'])}`)
    const answer = await callGraph(tenant, '/users', body.access_token)
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ error: { code: 'Authorization_IdentityNotFound' } })
  })
})

describe('the orders API', () => {
  const orders = 'api://6f0c2d7e-41a8-4b1d-9c35-8e2f7a90b164'
  const read = (token: string) =>
    fetch(`${tenant.ordersUrl}/orders`, { headers: { authorization: `Bearer ${token}` } })

  it('shows the orders of everybody to an application with the role for it, and takes none', async () => {
    const token = async () => (await ask(`${orders}/.default`)).body.access_token
    const refused = await read(await token())
    expect(refused.status).toBe(403)
    expect(refused.headers.get('www-authenticate')).toContain('Orders.Read.All')
    const { body: api } = await graph(
      tenant,
      admin,
      'GET',
      `/servicePrincipals(appId='${orders.slice(6)}')`,
    )
    const [role] = api['appRoles'] as { id: string }[]
    const [principalId, resourceId] = [await principalOf(localClient.clientId), String(api['id'])]
    const path = `/servicePrincipals/${principalId}/appRoleAssignments`
    await graph(tenant, admin, 'POST', path, { principalId, resourceId, appRoleId: role?.id })
    const { access_token: users } = await signIn(tenant, { scope: `${orders}/Orders.Read` })
    expect((await read(users)).status).toBe(200)
    const all = await read(await token())
    expect(((await all.json()) as { value: unknown[] }).value).toHaveLength(2)
    const init = { method: 'POST', body: '{"item":"x","quantity":1}' }
    const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' }
    expect((await fetch(`${tenant.ordersUrl}/orders`, { ...init, headers })).status).toBe(403)
  })
})

describe('a client of the options', () => {
  it('cannot have a permission that no API has', async () => {
    const clients = [{ ...localClient, applicationPermissions: ['Nothing.Read'] }]
    await expect(createTenant({ clients })).rejects.toThrow('clients[0].applicationPermissions[0]')
  })

  it('says in its tokens that they are app-only, and nothing in those of users', async () => {
    const { body } = await ask(`api://${apiId}/.default`)
    expect(claimsOf(body.access_token)).toMatchObject({ idtyp: 'app' })
    const { access_token: users } = await signIn(tenant, { scope: `api://${apiId}/Things.Read` })
    expect(claimsOf(users)).not.toHaveProperty('idtyp')
  })

  it('has its roles for users in their tokens', async () => {
    const { id_token: token } = await signIn(tenant)
    expect(claimsOf(token)).toMatchObject({ roles: ['Directory.Reader'] })
  })
})
