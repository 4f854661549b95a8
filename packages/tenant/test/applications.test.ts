import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { localClient } from '../src/registry/built-in.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { deviceToken, graph } from './graph-client.ts'

let tenant: Tenant
let token: string
beforeEach(async () => {
  tenant = await createTenant({ users: 5, deviceCodeInterval: 0 })
  token = await deviceToken(tenant, { user: people(tenant).administrator.id })
})
afterEach(() => tenant.close())

const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  graph(tenant, token, method, path, body, headers)

const names = async (filter: string) => {
  const path = `/applications?$select=displayName&$count=true&$filter=${encodeURIComponent(filter)}`
  const { body } = await call('GET', path, undefined, { consistencylevel: 'eventual' })
  return [body['@odata.count'], JSON.stringify(body.value)]
}

describe('applications', () => {
  it('are found by name, by application id, by tag and by unique name', async () => {
    const input = { displayName: "A man's app", tags: ['one', 'two and three'], uniqueName: 'u-1' }
    const { body } = await call('POST', '/applications', input)
    const found = [1, JSON.stringify([{ displayName: "A man's app" }])]
    expect(await names("displayName eq 'A man''s app'")).toEqual(found)
    expect(await names(`appId eq '${String(body.appId)}'`)).toEqual(found)
    expect(await names("tags/any(t:t eq 'two and three') and startswith(displayName,'a')")).toEqual(
      found,
    )
    expect(await names("uniqueName eq 'u-1'")).toEqual(found)
    expect(await names("displayName eq 'x'")).toEqual([0, '[]'])
    const byKey = await call('GET', "/applications(uniqueName='u-1')?$select=id,appId")
    expect(byKey.body).toMatchObject({ id: body.id, appId: body.appId })
    expect(byKey.body).not.toHaveProperty('displayName')
  })

  it('include the one that the tenant starts with', async () => {
    const { body } = await call('GET', `/applications(appId='${localClient.clientId}')`)
    expect(body).toMatchObject({ displayName: localClient.name })
    expect(JSON.stringify(body)).not.toContain(localClient.secrets[0])
  })

  it.each([
    ['no name', {}, "A value is required for property 'displayName'"],
    ['an unknown property', { displayName: 'x', colour: 1 }, "Invalid property 'colour'."],
    ['another audience', { displayName: 'x', signInAudience: 'All' }, "'signInAudience'"],
    [
      'an address without TLS',
      { displayName: 'x', web: { redirectUris: ['http://app.example/'] } },
      "'web.redirectUris'",
    ],
    [
      'a permission that is no GUID',
      { displayName: 'x', requiredResourceAccess: [{ resourceAppId: 'x', resourceAccess: [] }] },
      "'requiredResourceAccess.resourceAppId'",
    ],
  ])('refuse %s', async (_, input, words) => {
    const { status, body } = await call('POST', '/applications', input)
    expect(status).toBe(400)
    expect(body.error).toMatchObject({ code: 'Request_BadRequest' })
    expect(JSON.stringify(body)).toContain(words)
  })

  it('are created once and then updated, if addressed by unique name', async () => {
    const path = "/applications(uniqueName='mine')"
    const upsert = { prefer: 'create-if-missing' }
    expect((await call('PATCH', path, { displayName: 'x' })).status).toBe(404)
    expect((await call('PATCH', path, { displayName: 'x' }, upsert)).status).toBe(201)
    expect((await call('PATCH', path, { displayName: 'y' }, upsert)).status).toBe(204)
    expect((await call('GET', path)).body).toMatchObject({ displayName: 'y' })
    const twice = await call('POST', '/applications', { displayName: 'z', uniqueName: 'mine' })
    expect(twice).toMatchObject({
      status: 400,
      body: { error: { code: 'Request_MultipleObjectsWithSameKeyValue' } },
    })
  })

  it('keep the properties that a change does not name, also inside web', async () => {
    const uri = 'https://app.example/auth/redirect'
    const input = { displayName: 'x', notes: 'n', web: { redirectUris: [uri] } }
    const { body } = await call('POST', '/applications', input)
    const path = `/applications/${String(body.id)}`
    await call('PATCH', path, { web: { logoutUrl: 'https://app.example/auth/logout' } })
    expect((await call('GET', path)).body).toMatchObject({
      notes: 'n',
      web: { redirectUris: [uri], logoutUrl: 'https://app.example/auth/logout' },
    })
  })

  it('can appear late, although their names are taken at once', async () => {
    tenant.hideNewApplications(2)
    const input = { displayName: 'x', uniqueName: 'late' }
    const { body } = await call('POST', '/applications', input)
    const principal = () => call('POST', '/servicePrincipals', { appId: body.appId })
    expect((await principal()).body.error).toMatchObject({ code: 'NoBackingApplicationObject' })
    expect((await call('GET', "/applications(uniqueName='late')")).status).toBe(404)
    expect((await call('GET', "/applications(uniqueName='late')")).status).toBe(200)
    expect((await principal()).status).toBe(201)
    expect((await principal()).status).toBe(409)
  })

  it('throttle if a fault is set', async () => {
    const code = 'TooManyRequests'
    const fault = { kind: 'graphError', status: 429, code, retryAfter: '1', times: 1 } as const
    tenant.faults.set({ at: 'applications', ...fault })
    expect((await call('GET', '/applications')).status).toBe(429)
    expect((await call('GET', '/applications')).status).toBe(200)
  })
})

it('a secret is shown once, then only its hint, and can be removed', async () => {
  const { body: made } = await call('POST', '/applications', { displayName: 'x' })
  const path = `/applications/${String(made.id)}`
  const { body: password } = await call('POST', `${path}/addPassword`, {})
  const secret = String(password.secretText)
  expect(secret).toMatch(/^.{3}8Q~.{34}$/)
  const shown = await call('GET', path)
  expect(shown.body.passwordCredentials).toMatchObject([
    { keyId: password.keyId, hint: secret.slice(0, 3), secretText: null },
  ])
  const remove = () => call('POST', `${path}/removePassword`, { keyId: password.keyId })
  expect((await remove()).status).toBe(204)
  expect((await remove()).status).toBe(400)
})

it('a grant is created once, changed and removed, and Graph shows its own permissions', async () => {
  const graphPath = "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')"
  const { body: resource } = await call('GET', graphPath)
  const id = 'e1fe6dd8-ba31-4d61-89e7-88639da4683d'
  expect(JSON.stringify(resource.oauth2PermissionScopes)).toContain(
    `{"id":"${id}","value":"User.Read"`,
  )
  const { body: client } = await call('GET', `/servicePrincipals(appId='${localClient.clientId}')`)
  const input = { clientId: client.id, resourceId: resource.id, consentType: 'AllPrincipals' }
  const make = () => call('POST', '/oauth2PermissionGrants', { ...input, scope: 'User.Read' })
  const { status, body: granted } = await make()
  expect(status).toBe(201)
  expect((await make()).status).toBe(409)
  const path = `/oauth2PermissionGrants/${String(granted.id)}`
  expect((await call('PATCH', path, { scope: 'User.Read openid' })).status).toBe(204)
  const list = await call(
    'GET',
    `/oauth2PermissionGrants?$filter=clientId eq '${String(client.id)}'`,
  )
  expect(list.body.value).toMatchObject([{ id: granted.id, scope: 'User.Read openid' }])
  expect((await call('DELETE', path)).status).toBe(204)
  expect((await call('GET', path)).status).toBe(404)
})
