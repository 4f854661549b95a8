import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people, signInAtTenant } from '../src/testing/index.ts'
import { authorizeUrl, claimsOf, clientOf, codeOf, redeem, refresh, signIn } from './application.ts'
import { callGraph } from './graph-call.ts'
import { deviceToken, graph } from './graph-client.ts'

const ordersId = '6f0c2d7e-41a8-4b1d-9c35-8e2f7a90b164'
const orders = `api://${ordersId}`

let tenant: Tenant
let admin: string
beforeAll(async () => {
  tenant = await createTenant({ users: 20, deviceCodeInterval: 0 })
  admin = await deviceToken(tenant, { user: people(tenant).administrator.id })
})
afterAll(() => tenant.close())

function callOrders(token: unknown, path = '/orders', init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${String(token)}`, 'content-type': 'application/json' }
  return fetch(tenant.ordersUrl + path, { ...init, headers })
}

/** Registers an application that exposes an API. */
async function expose(
  name: string,
  version: 1 | 2 | null,
): Promise<{ uri: string; appId: string }> {
  const uri = `api://local-tenant.example/${name}`
  const scope = (value: string, type: string) => ({
    id: crypto.randomUUID(),
    value,
    type,
    isEnabled: true,
    adminConsentDisplayName: value,
    adminConsentDescription: value,
    userConsentDisplayName: null,
    userConsentDescription: null,
  })
  const made = await graph(tenant, admin, 'POST', '/applications', {
    displayName: name,
    identifierUris: [uri],
    api: {
      requestedAccessTokenVersion: version,
      oauth2PermissionScopes: [scope('Things.Read', 'User'), scope('Things.Manage', 'Admin')],
    },
    appRoles: [
      {
        id: crypto.randomUUID(),
        allowedMemberTypes: ['User'],
        displayName: 'Reader',
        description: 'Reads',
        value: 'Directory.Reader',
      },
    ],
  })
  expect(made.status).toBe(201)
  const appId = String(made.body['appId'])
  const principal = await graph(tenant, admin, 'POST', '/servicePrincipals', { appId })
  expect(principal.status).toBe(201)
  expect(principal.body['oauth2PermissionScopes']).toMatchObject([
    { value: 'Things.Read' },
    { value: 'Things.Manage', type: 'Admin' },
  ])
  return { uri, appId }
}

describe('a token for another API than Graph', () => {
  it.each([
    ['v2.0', 2],
    ['v1.0', 1],
    ['v1.0, which is the default', null],
  ] as const)('has the form that the application asks for: %s', async (_what, version) => {
    const name = `things-${version ?? 'default'}`
    const { uri, appId } = await expose(name, version)
    const tokens = await signIn(tenant, { scope: `openid offline_access ${uri}/things.read` })
    expect(tokens['scope']).toBe(`${uri}/Things.Read`)
    const claims = claimsOf(tokens.access_token)
    expect(claims).toMatchObject(
      version === 2
        ? { aud: appId, ver: '2.0', iss: `${tenant.authority}/${tenant.tenantId}/v2.0` }
        : { aud: uri, ver: '1.0', iss: `https://sts.windows.net/${tenant.tenantId}/` },
    )
    expect(claims).toMatchObject({ scp: 'Things.Read', roles: ['Directory.Reader'] })
    // Neither Graph nor the orders API takes it.
    expect((await callGraph(tenant, '/me', tokens.access_token)).status).toBe(401)
    expect((await callOrders(tokens.access_token)).status).toBe(401)
  })

  it('comes from the refresh token of a sign-in for Graph, once the user has consented', async () => {
    const user = people(tenant).at(4).userPrincipalName
    const first = await signIn(tenant, {}, { user })
    const scope = `${orders}/Orders.Read`
    const refused = await refresh(tenant, first.refresh_token, { scope })
    expect(refused.body).toMatchObject({ error: 'invalid_grant', suberror: 'consent_required' })
    // One consent for both APIs; a code is redeemed for one of them.
    const both = { scope: `openid offline_access User.Read ${scope}` }
    const code = await codeOf(tenant, both, { user })
    const graphs = (await redeem(tenant, code)).body
    expect(claimsOf(graphs.access_token)).toMatchObject({ scp: expect.stringMatching(/User.Read/) })
    for (const spelled of [scope, `${ordersId}/Orders.Read`]) {
      const { status, body } = await refresh(tenant, graphs.refresh_token, { scope: spelled })
      expect([status, body['scope']]).toEqual([200, spelled])
      expect(claimsOf(body.access_token)).toMatchObject({ aud: ordersId, scp: 'Orders.Read' })
    }
    const all = await refresh(tenant, graphs.refresh_token, { scope: `${scope} User.Read` })
    expect(all.body['error_description']).toContain('AADSTS28000')
  })

  it.each([
    ['api://nowhere/Things.Read', 500011, 'invalid_resource'],
    ['https://api.example.test/Things.Read', 500011, 'invalid_resource'],
    ['2b8e6d14-0000-4c59-8e01-c4d95a3f7b62/Things.Read', 500011, 'invalid_resource'],
    [`${orders}/Orders.Reed`, 650053, 'invalid_client'],
    [`${orders}/.default ${orders}/Orders.Read`, 70011, 'invalid_scope'],
  ])('is refused as in Entra: %s', async (scope, code, error) => {
    const { refresh_token: token } = await signIn(tenant)
    const { status, body } = await refresh(tenant, token, { scope })
    expect([status, body['error']]).toEqual([code === 650053 ? 401 : 400, error])
    expect(body['error_description']).toContain(`AADSTS${code}`)
  })

  it('with a scope for administrators is not granted by other users', async () => {
    const scope = `openid ${orders}/Orders.Read.All`
    const user = people(tenant).at(5).userPrincipalName
    const refused = await signInAtTenant(authorizeUrl(tenant, { scope }), { user })
    expect(refused.location).toContain('AADSTS90094')
    const { id } = people(tenant).administrator
    const { location } = await signInAtTenant(authorizeUrl(tenant, { scope }), { user: id })
    expect(location).toContain('code=')
  })
})

describe('the orders API', () => {
  async function tokenWith(scope: string): Promise<string> {
    const user = people(tenant).at(6).userPrincipalName
    return (await signIn(tenant, { scope: `openid ${orders}/${scope}` }, { user })).access_token
  }

  it('reads the user’s own orders, and takes new ones with the scope for it', async () => {
    const read = await tokenWith('Orders.Read')
    const list = (await (await callOrders(read)).json()) as { value: { id: string }[] }
    expect(list.value.map(({ id }) => id)).toEqual(['1001', '1002'])
    const order = { method: 'POST', body: JSON.stringify({ item: 'Stapler', quantity: 2 }) }
    const refused = await callOrders(read, '/orders', order)
    expect(refused.status).toBe(403)
    const challenge = refused.headers.get('www-authenticate')
    expect(challenge).toBe(`Bearer error="insufficient_scope", scope="${orders}/Orders.ReadWrite"`)

    const write = await tokenWith('Orders.ReadWrite')
    const made = await callOrders(write, '/orders', order)
    expect(made.status).toBe(201)
    const { id } = (await made.json()) as { id: string }
    expect(await (await callOrders(read, `/orders/${id}`)).json()).toMatchObject({ quantity: 2 })
  })

  it.each([
    ['an unknown order', '/orders/none', {}, 404, 'OrderNotFound'],
    ['another address', '/nothing', {}, 404, 'NotFound'],
    ['no order', '/orders', { method: 'POST', body: '{}' }, 400, 'InvalidOrder'],
    ['half of its JSON', '/orders', { method: 'POST', body: '{"item":' }, 400, 'InvalidRequest'],
  ])('answers %s with a code', async (_what, path, init, status, code) => {
    const answer = await callOrders(await tokenWith('Orders.ReadWrite'), path, init)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ error: { code } })
  })

  it('refuses every token that is not for it', async () => {
    const { access_token: graphs, id_token: id } = await signIn(tenant)
    const own = await tokenWith('Orders.Read')
    for (const token of ['', 'x', graphs, id, own.slice(0, -4) + 'AAAA']) {
      const answer = await callOrders(token)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
    }
    expect((await fetch(`${tenant.ordersUrl}/orders`)).status).toBe(401)
  })
})

describe('consents in Graph', () => {
  const call = (method: string, path: string, body?: unknown) =>
    graph(tenant, admin, method, path, body)

  async function principal(appId: string): Promise<string> {
    return String((await call('GET', `/servicePrincipals(appId='${appId}')`)).body['id'])
  }

  const ofGraph = () => principal('00000003-0000-0000-c000-000000000000')

  async function listed(...filters: string[]) {
    const query = encodeURIComponent(filters.join(' and '))
    const { status, body } = await call('GET', `/oauth2PermissionGrants?$filter=${query}`)
    expect(status).toBe(200)
    return body['value'] as Record<string, unknown>[]
  }

  it('are listed once for each API, and found by client, by API and by user', async () => {
    const user = people(tenant).at(7)
    const scope = `openid User.Read ${orders}/Orders.Read ${orders}/Orders.ReadWrite`
    await codeOf(tenant, { scope }, { user: user.userPrincipalName })
    const client = `clientId eq '${await principal(clientOf(tenant).clientId)}'`
    const own = `principalId eq '${user.id}'`
    const [graphId, resourceId] = [await ofGraph(), await principal(ordersId)]
    const ofOrders = { resourceId, scope: 'Orders.Read Orders.ReadWrite', principalId: user.id }
    const both = await listed(client, own)
    expect(both).toMatchObject([{ resourceId: graphId, scope: 'openid User.Read' }, ofOrders])
    expect(new Set(both.map(({ id }) => id)).size).toBe(2)
    expect(await listed(`resourceId eq '${resourceId}'`, own)).toMatchObject([ofOrders])
    expect(await listed(`resourceId eq '${graphId}'`, own)).toHaveLength(1)
    expect(await listed(client, `resourceId eq '${crypto.randomUUID()}'`)).toEqual([])
    const one = await call('GET', `/oauth2PermissionGrants/${String(both[1]?.['id'])}`)
    expect(one.body).toMatchObject(ofOrders)
  })

  it('for one API are made, changed and deleted without those for another', async () => {
    const { uri, appId } = await expose('granted', 2)
    const client = await principal(clientOf(tenant).clientId)
    const input = { clientId: client, consentType: 'AllPrincipals' }
    const path = '/oauth2PermissionGrants'
    const forGraph = { ...input, resourceId: await ofGraph(), scope: 'Mail.Read' }
    const forThings = { ...input, resourceId: await principal(appId), scope: 'Things.Read' }
    expect((await call('POST', path, forGraph)).status).toBe(201)
    const made = await call('POST', path, forThings)
    expect([made.status, made.body['scope']]).toEqual([201, 'Things.Read'])
    expect((await call('POST', path, forThings)).status).toBe(409)
    const own = `${path}/${String(made.body['id'])}`
    expect((await call('PATCH', own, { scope: 'Mail.Read' })).status).toBe(400)
    expect((await call('PATCH', own, { scope: 'Things.Manage Things.Read' })).status).toBe(204)

    // Users cannot grant this one themselves.
    const user = people(tenant).at(8).userPrincipalName
    const scope = `openid ${uri}/Things.Manage`
    expect(await codeOf(tenant, { scope }, { user })).not.toBe('')

    expect((await call('DELETE', own)).status).toBe(204)
    expect((await call('GET', own)).status).toBe(404)
    expect(await listed(`clientId eq '${client}'`, "consentType eq 'AllPrincipals'")).toMatchObject(
      [{ scope: 'Mail.Read' }],
    )
  })

  it('cannot be made for an application that exposes no API', async () => {
    const client = await principal(clientOf(tenant).clientId)
    const input = { clientId: client, consentType: 'AllPrincipals', resourceId: client }
    const answer = await call('POST', '/oauth2PermissionGrants', { ...input, scope: 'User.Read' })
    expect(answer.status).toBe(404)
  })
})
