import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localClient } from '../src/registry/built-in.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { codeOf, redirectUri } from './application.ts'
import { deviceToken, graph } from './graph-client.ts'

let tenant: Tenant
let admin: string
let reader: string
beforeAll(async () => {
  const clients = [{ ...localClient, web: { redirectUris: [redirectUri] } }]
  tenant = await createTenant({ users: 20, deviceCodeInterval: 0, clients })
  const scope = 'openid Application.ReadWrite.All Directory.ReadWrite.All'
  admin = await deviceToken(tenant, { user: people(tenant).administrator.id }, scope)
  reader = await deviceToken(tenant, { user: people(tenant).at(3).id }, 'openid User.Read')
})
afterAll(() => tenant.close())

const call = (method: string, path: string, body?: unknown, token = admin) =>
  graph(tenant, token, method, path, body)

const idOf = (place: number) => people(tenant).at(place).id
const referenceTo = (id: string) => ({
  '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}`,
})

async function make(input: object = {}) {
  const { status, body } = await call('POST', '/applications', { displayName: 'x', ...input })
  expect(status).toBe(201)
  const { id, appId } = body as { id: string; appId: string }
  return { appId, path: `/applications/${id}` }
}

async function ownersOf(path: string) {
  const { body } = await call('GET', `${path}/owners`)
  return (body['value'] as { id: string }[]).map(({ id }) => id)
}

describe('owners', () => {
  it('are who made the application, and who is added; each once', async () => {
    const address = referenceTo(idOf(4))['@odata.id']
    const { path } = await make({ 'owners@odata.bind': [address] })
    const maker = people(tenant).administrator.id
    expect(await ownersOf(path)).toEqual([maker, idOf(4)])
    expect((await call('POST', `${path}/owners/$ref`, referenceTo(idOf(5)))).status).toBe(204)
    const twice = await call('POST', `${path}/owners/$ref`, referenceTo(idOf(5)))
    expect(twice.status).toBe(400)
    expect(JSON.stringify(twice.body)).toContain('added object references already exist')
    expect((await call('DELETE', `${path}/owners/${idOf(4)}/$ref`)).status).toBe(204)
    expect((await call('DELETE', `${path}/owners/${idOf(4)}/$ref`)).status).toBe(404)
    expect(await ownersOf(path)).toEqual([maker, idOf(5)])
  })

  it('are users and service principals, and nobody else', async () => {
    const { path, appId } = await make()
    const principal = await call('POST', '/servicePrincipals', { appId })
    const own = `/servicePrincipals/${String(principal.body['id'])}`
    const add = (reference: unknown) => call('POST', `${own}/owners/$ref`, reference)
    expect((await add(referenceTo(String(principal.body['id'])))).status).toBe(204)
    const { body } = await call('GET', `${path}/owners`)
    expect(body['value']).toContainEqual(
      expect.objectContaining({ '@odata.type': '#microsoft.graph.servicePrincipal', appId }),
    )
    expect((await add(referenceTo(crypto.randomUUID()))).status).toBe(404)
    expect((await add({ '@odata.id': 'https://elsewhere.example/x' })).status).toBe(400)
    expect((await add({})).status).toBe(400)
  })
})

describe('what a registration says of itself', () => {
  it('is kept and shown, and refused in a wrong form', async () => {
    const info = { marketingUrl: 'https://app.example', supportUrl: null }
    const { path, appId } = await make({
      info,
      serviceManagementReference: 'S-1',
      isDeviceOnlyAuthSupported: false,
      web: { redirectUriSettings: [{ uri: 'https://app.example/', index: 1 }] },
    })
    const shown = (await call('GET', path)).body
    expect(shown).toMatchObject({ info, serviceManagementReference: 'S-1', addIns: [] })
    expect((await call('PATCH', path, { info: { colour: 'x' } })).status).toBe(400)
    const input = { appId, notes: 'n', preferredSingleSignOnMode: 'oidc', alternativeNames: ['a'] }
    const principal = await call('POST', '/servicePrincipals', input)
    expect(principal.body).toMatchObject({ ...input, info, loginUrl: null })
    const own = `/servicePrincipals/${String(principal.body['id'])}`
    expect((await call('PATCH', own, { notes: 1 })).status).toBe(400)
    expect((await call('PATCH', own, { notes: 'm' })).status).toBe(204)
    expect((await call('GET', own)).body).toMatchObject({ notes: 'm', alternativeNames: ['a'] })
  })

  it('lists the scopes and roles of Graph as lists of their own', async () => {
    const path = "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')"
    const roles = await call('GET', `${path}/appRoles?$top=999`)
    expect(roles.body['value']).toContainEqual(
      expect.objectContaining({
        id: 'df021288-bdef-4463-88db-98f22de89214',
        value: 'User.Read.All',
        allowedMemberTypes: ['Application'],
      }),
    )
    const filter = encodeURIComponent("value eq 'Mail.ReadWrite'")
    const scopes = await call('GET', `${path}/oauth2PermissionScopes?$filter=${filter}`)
    expect(scopes.body['value']).toMatchObject([
      { id: '024d486e-b451-40bb-833d-3e66d98c5c73', type: 'User' },
    ])
  })
})

it('a deleted application can be taken back', async () => {
  const { path, appId } = await make()
  const id = path.split('/')[2] ?? ''
  await call('DELETE', path)
  expect((await call('GET', path)).status).toBe(404)
  expect((await call('POST', `/directory/deletedItems/${id}/restore`)).body).toMatchObject({
    appId,
  })
  expect((await call('GET', path)).body).toMatchObject({ appId })
  expect((await call('POST', `/directory/deletedItems/${id}/restore`)).status).toBe(404)
})

describe('grants of users', () => {
  it('are listed by client, by user and for oneself', async () => {
    const user = people(tenant).at(6)
    await codeOf(tenant, { scope: 'openid Mail.Read' }, { user: user.userPrincipalName })
    const client = await call('GET', `/servicePrincipals(appId='${localClient.clientId}')`)
    const own = { principalId: user.id, clientId: client.body['id'], scope: 'openid Mail.Read' }
    const paths = [
      `/servicePrincipals/${String(client.body['id'])}/oauth2PermissionGrants`,
      `/users/${user.userPrincipalName}/oauth2PermissionGrants`,
    ]
    for (const path of paths) {
      expect((await call('GET', path)).body['value']).toMatchObject([own])
      expect((await call('GET', path, undefined, reader)).status).toBe(403)
    }
    expect((await call('GET', '/users/nobody/oauth2PermissionGrants')).status).toBe(404)
    const mine = await call('GET', '/me/oauth2PermissionGrants')
    expect(mine.body['value']).toMatchObject([
      { principalId: people(tenant).administrator.id, consentType: 'Principal' },
    ])
  })
})
