import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { clientOf, consentForAll, signIn } from './application.ts'
import { graph } from './graph-client.ts'

let tenant: Tenant
let admin: string
let member: string
beforeAll(async () => {
  tenant = await createTenant({ users: 20 })
  const user = people(tenant).administrator.id
  const scope = 'openid Application.ReadWrite.All User.ReadWrite.All Directory.ReadWrite.All'
  admin = (await signIn(tenant, { scope }, { user })).access_token
  member = (await signIn(tenant, { scope: 'openid User.ReadWrite' })).access_token
})
afterAll(() => tenant.close())
beforeEach(() => tenant.reset())

type Json = Record<string, unknown>
async function ask(method: string, path: string, body?: unknown, token = admin, headers = {}) {
  const answer = await graph(tenant, token, method, path, body, headers)
  return { status: answer.status, body: answer.body as Json & { value: Json[]; error?: Json } }
}
const codeOf = ({ status, body }: Awaited<ReturnType<typeof ask>>) => [status, body.error?.['code']]
const appId = () => clientOf(tenant).clientId
const path = () => `/applications(appId='${appId()}')/extensionProperties`
const nameOf = (name: string) => `extension_${appId().replaceAll('-', '')}_${name}`
const define = (name: string, dataType = 'String', more: Json = {}) =>
  ask('POST', path(), { name, dataType, targetObjects: ['User'], ...more })
const user = () => `/users/${people(tenant).at(4).id}`

describe('a directory extension', () => {
  it('is defined by an application, listed, and deleted', async () => {
    const { status, body } = await define('jobGroup')
    expect([status, body]).toMatchObject([
      201,
      {
        name: nameOf('jobGroup'),
        dataType: 'String',
        isMultiValued: false,
        isSyncedFromOnPremises: false,
        targetObjects: ['User'],
        deletedDateTime: null,
        appDisplayName: expect.any(String),
      },
    ])
    const { id } = body
    expect((await ask('GET', path())).body.value).toMatchObject([{ id }])
    expect((await ask('GET', `${path()}/${String(id)}`)).body).toMatchObject({ id })
    const available = '/directoryObjects/getAvailableExtensionProperties'
    expect((await ask('POST', available, {})).body.value).toMatchObject([{ id }])
    const synced = await ask('POST', available, { isSyncedFromOnPremises: true })
    expect(synced.body.value).toEqual([])
    expect((await ask('DELETE', `${path()}/${String(id)}`)).status).toBe(204)
    expect(codeOf(await ask('GET', `${path()}/${String(id)}`))[0]).toBe(404)
    expect(codeOf(await ask('POST', path(), {}, member))).toEqual([
      403,
      'Authorization_RequestDenied',
    ])
  })

  it.each([
    [{ name: 'a b' }],
    [{ name: '' }],
    [{ dataType: 'Text' }],
    [{ targetObjects: [] }],
    [{ targetObjects: ['user'] }],
    [{ other: 1 }],
    [{ name: undefined }],
    [{ dataType: 'Boolean', isMultiValued: true }],
  ])('is not defined by %j', async (change) => {
    expect(codeOf(await define('jobGroup', 'String', change))).toEqual([400, 'Request_BadRequest'])
  })

  it('is of the types that it is defined for, and one of a hundred', async () => {
    await define('jobGroup', 'String', { targetObjects: ['Group'] })
    expect(codeOf(await ask('PATCH', user(), { [nameOf('jobGroup')]: 'A' }))[0]).toBe(400)
    for (let number = 1; number < 100; number += 1) await define(`number${number}`)
    expect((await ask('GET', path())).body.value).toHaveLength(100)
    expect(codeOf(await define('more'))).toEqual([400, 'Request_BadRequest'])
  })

  it('has a name of its own, in any case', async () => {
    await define('jobGroup')
    const again = await define('JOBGROUP')
    expect(again.body.error).toMatchObject({
      details: [{ code: 'ObjectConflict', target: 'name' }],
    })
  })

  it('is set, selected, filtered by and removed', async () => {
    const name = nameOf('jobGroup')
    expect(codeOf(await ask('PATCH', user(), { [name]: 'A' }))).toEqual([400, 'Request_BadRequest'])
    expect(codeOf(await ask('GET', `${user()}?$select=${name}`))).toEqual([400, 'BadRequest'])
    await define('jobGroup')
    expect((await ask('PATCH', user(), { [name]: 'A' })).status).toBe(204)
    expect((await ask('GET', user())).body).not.toHaveProperty(name)
    expect((await ask('GET', `${user()}?$select=id,${name}`)).body).toMatchObject({ [name]: 'A' })
    expect((await ask('GET', `${user()}/${name}`)).body).toMatchObject({ value: 'A' })
    const { id } = people(tenant).at(4)
    for (const filter of [`${name} eq 'a'`, `startsWith(${name},'A')`]) {
      const found = await ask('GET', `/users?$filter=${encodeURIComponent(filter)}&$select=id`)
      expect(found.body.value).toEqual([{ id }])
    }
    const count = `/users/$count?$filter=${name} eq 'A'`
    const eventual = { ConsistencyLevel: 'eventual' }
    expect((await ask('GET', count, undefined, admin, eventual)).body).toBe(1)
    await ask('PATCH', user(), { [name]: null })
    expect((await ask('GET', `${user()}?$select=id,${name}`)).body).not.toHaveProperty(name)
  })

  it('is of a new user, and in its changes', async () => {
    const name = nameOf('jobGroup')
    await define('jobGroup')
    const first = (await ask('GET', `/users/delta?$deltatoken=latest&$select=${name}`)).body
    const created = await ask('POST', '/users', {
      accountEnabled: true,
      displayName: 'New',
      mailNickname: 'new',
      userPrincipalName: 'new@local-tenant.example',
      passwordProfile: { password: 'xWwvJ]6NMw+bWH-d' },
      [name]: 'B',
    })
    expect(created.status).toBe(201)
    const link = String(first['@odata.deltaLink']).replace(tenant.graphUrl, '')
    expect((await ask('GET', link)).body.value).toMatchObject([{ [name]: 'B' }])
  })

  it.each([
    ['String', 'a'.repeat(256), 'a'.repeat(257)],
    ['String', 'text', 1],
    ['Integer', -2_147_483_648, 2_147_483_648],
    ['Integer', 3, 1.5],
    ['LargeInteger', 9_000_000_000, '9'],
    ['Boolean', true, 'true'],
    ['DateTime', '2026-01-01T00:00:00Z', 'yesterday'],
    ['Binary', Buffer.alloc(256).toString('base64'), 'not base64!'],
  ])('of %s takes %j and not %j', async (type, good, bad) => {
    await define('value', type)
    const name = nameOf('value')
    expect((await ask('PATCH', user(), { [name]: good })).status).toBe(204)
    expect((await ask('GET', `${user()}?$select=${name}`)).body).toMatchObject({ [name]: good })
    expect(codeOf(await ask('PATCH', user(), { [name]: bad }))).toEqual([400, 'Request_BadRequest'])
  })

  it('of several values is a list', async () => {
    await define('many', 'String', { isMultiValued: true })
    const name = nameOf('many')
    expect((await ask('PATCH', user(), { [name]: ['a', 'b'] })).status).toBe(204)
    const filter = encodeURIComponent(`${name}/any(x:x eq 'b')`)
    expect((await ask('GET', `/users?$filter=${filter}`)).body.value).toHaveLength(1)
    expect(codeOf(await ask('PATCH', user(), { [name]: 'a' }))[0]).toBe(400)
    expect(codeOf(await ask('PATCH', user(), { [name]: ['a'.repeat(257)] }))[0]).toBe(400)
  })

  it('is in the export, and gone after a reset', async () => {
    await define('jobGroup')
    await ask('PATCH', user(), { [nameOf('jobGroup')]: 'A' })
    const exported = JSON.parse(JSON.stringify(tenant.exportState())) as unknown
    tenant.reset()
    expect((await ask('GET', path())).body.value).toEqual([])
    tenant.importState(exported)
    const select = `${user()}?$select=${nameOf('jobGroup')}`
    expect((await ask('GET', select)).body).toMatchObject({ [nameOf('jobGroup')]: 'A' })
  })
})

describe('extension attributes', () => {
  it('are set one by one, and found by an advanced query', async () => {
    const set = (members: Json) => ask('PATCH', user(), { onPremisesExtensionAttributes: members })
    expect((await set({ extensionAttribute1: 'one', extensionAttribute13: 'x' })).status).toBe(204)
    await set({ extensionAttribute13: null })
    const { body } = await ask('GET', `${user()}?$select=onPremisesExtensionAttributes`)
    expect(body['onPremisesExtensionAttributes']).toMatchObject({
      extensionAttribute1: 'one',
      extensionAttribute13: null,
      extensionAttribute15: null,
    })
    const filter = "onPremisesExtensionAttributes/extensionAttribute1 eq 'one'"
    const query = `/users?$count=true&$filter=${encodeURIComponent(filter)}`
    const eventual = { ConsistencyLevel: 'eventual' }
    expect((await ask('GET', query, undefined, admin, eventual)).body.value).toHaveLength(1)
    expect(codeOf(await ask('GET', query))[0]).toBe(400)
    expect(codeOf(await set({ extensionAttribute16: 'x' }))[0]).toBe(400)
  })
})

describe('an open extension', () => {
  const type = 'microsoft.graph.openTypeExtension'
  const add = (body: Json, token = member, at = '/me') =>
    ask('POST', `${at}/extensions`, { '@odata.type': type, ...body }, token)
  const settings = { extensionName: 'com.example.settings', theme: 'dark', sizes: [1, 2] }

  it('is made, read, changed and deleted by its user', async () => {
    const { status, body } = await add(settings)
    expect([status, body]).toMatchObject([
      201,
      { '@odata.type': `#${type}`, id: settings.extensionName, ...settings },
    ])
    const at = `/me/extensions/${settings.extensionName}`
    expect((await ask('GET', at, undefined, member)).body).toMatchObject(settings)
    const long = `/me/extensions/${type}.${settings.extensionName}`
    expect((await ask('PATCH', long, { theme: 'light', sizes: null }, member)).status).toBe(204)
    const list = (await ask('GET', '/me/extensions', undefined, member)).body.value
    expect(list).toEqual([
      {
        '@odata.type': `#${type}`,
        theme: 'light',
        extensionName: settings.extensionName,
        id: settings.extensionName,
      },
    ])
    const expanded = await ask('GET', '/me?$expand=extensions&$select=id', undefined, member)
    expect(expanded.body['extensions']).toEqual(list)
    expect((await ask('DELETE', at, undefined, member)).status).toBe(204)
    expect(codeOf(await ask('GET', at, undefined, member))[0]).toBe(404)
  })

  it.each([
    [{}],
    [{ extensionName: 'a b' }],
    [{ extensionName: 'x', '@odata.type': 'microsoft.graph.user' }],
    [{ extensionName: 'x', value: {} }],
    [{ extensionName: 'x', value: [{}] }],
    [{ extensionName: 'x', value: 'a'.repeat(2_048) }],
  ])('is not made of %j', async (body) => {
    expect(codeOf(await add(body))).toEqual([400, 'Request_BadRequest'])
  })

  it('is one of two of an application, with a name of its own', async () => {
    await add({ extensionName: 'a' })
    expect(codeOf(await add({ extensionName: 'A' }))[0]).toBe(409)
    expect((await add({ extensionName: 'b' })).status).toBe(201)
    expect(codeOf(await add({ extensionName: 'c' }))).toEqual([400, 'Request_BadRequest'])
  })

  it('of another user needs an administrator', async () => {
    expect(codeOf(await add(settings, member, user()))).toEqual([
      403,
      'Authorization_RequestDenied',
    ])
    await consentForAll(tenant, 'User.ReadWrite.All')
    const wide = (await signIn(tenant, { scope: 'openid User.ReadWrite.All' })).access_token
    expect(codeOf(await add(settings, wide, user()))[0]).toBe(403)
    expect((await add(settings, admin, user())).status).toBe(201)
    const at = `${user()}/extensions/${settings.extensionName}`
    expect(codeOf(await ask('PATCH', at, { theme: 'light' }, wide))[0]).toBe(403)
    expect(codeOf(await ask('DELETE', at, undefined, wide))[0]).toBe(403)
    const read = await ask('GET', `${user()}/extensions`, undefined, member)
    expect(read.status).toBe(403)
  })
})
