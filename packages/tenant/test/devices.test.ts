import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { consentForAll, signIn } from './application.ts'
import { graph } from './graph-client.ts'

let tenant: Tenant
let admin: string
let member: string
beforeAll(async () => {
  tenant = await createTenant({ users: 60 })
  const scope = 'openid Device.Read.All User.Read.All User.ReadWrite.All'
  const user = people(tenant).administrator.id
  admin = (await signIn(tenant, { scope }, { user })).access_token
  await consentForAll(tenant, 'Device.Read.All User.Read')
  member = (await signIn(tenant, { scope: 'openid User.Read' })).access_token
})
afterAll(() => tenant.close())

type Json = Record<string, unknown>
type Device = Json & { id: string; displayName: string }
const eventual = { ConsistencyLevel: 'eventual' }

async function get(path: string, token = admin, headers = {}) {
  const { status, body } = await graph(tenant, token, 'GET', path, undefined, headers)
  return { status, body: body as Device & { value: Device[]; error?: Json } }
}

describe('devices', () => {
  it('are the same in each tenant, and have an owner each', async () => {
    const { value } = (await get('/devices?$top=999')).body
    expect(value.length).toBeGreaterThan(60)
    expect(new Set(value.map(({ id }) => id)).size).toBe(value.length)
    const [device] = value
    expect(device).toMatchObject({
      accountEnabled: true,
      deviceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      trustType: 'AzureAd',
      isManaged: true,
      profileType: 'RegisteredDevice',
    })
    const owners = (await get(`/devices/${device?.id}/registeredOwners`)).body.value
    expect(owners).toMatchObject([
      { '@odata.type': '#microsoft.graph.user', id: people(tenant).first.id },
    ])
    const another = await createTenant({ users: 60 })
    const { access_token: token } = await signIn(another, { scope: 'openid User.Read' })
    const same = await graph(another, token, 'GET', '/me/ownedDevices')
    expect((same.body['value'] as Device[])[0]).toMatchObject({ id: device?.id })
    await another.close()
  })

  it('are found by their ids', async () => {
    const [device] = (await get('/devices?$top=1')).body.value
    const { id, deviceId } = device as Device
    for (const key of [`/${id}`, `('${id}')`, `(deviceId='${String(deviceId)}')`]) {
      expect((await get(`/devices${key}`)).body).toMatchObject({ id, deviceId })
    }
    expect((await get(`/devices(displayName='x')`)).status).toBe(400)
    expect((await get(`/devices/${people(tenant).first.id}`)).status).toBe(404)
    const { body } = await get(`/devices/${id}?$select=displayName`)
    expect(Object.keys(body)).toEqual(['@odata.context', 'displayName'])
    const object = await get(`/devices/${id}/registeredUsers/microsoft.graph.user?$select=id`)
    expect(object.body.value).toHaveLength(1)
    expect((await get(`/devices/${id}/memberOf`)).body.value).toEqual([])
  })

  it('are filtered, searched, sorted and counted', async () => {
    const all = (await get('/devices?$top=999')).body.value
    const windows = all.filter(({ operatingSystem }) => operatingSystem === 'Windows').length
    const filter = "operatingSystem eq 'Windows'"
    expect((await get(`/devices?$top=999&$filter=${filter}`)).body.value).toHaveLength(windows)
    const count = await get(`/devices/$count?$filter=${filter}`, admin, eventual)
    expect(count.body).toBe(windows)
    expect((await get('/devices/$count')).status).toBe(400)
    expect((await get('/devices?$orderby=displayName')).status).toBe(400)
    const sorted = await get('/devices?$orderby=displayName&$count=true', admin, eventual)
    const names = sorted.body.value.map(({ displayName }) => displayName)
    expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b, 'en')))
    const search = `/devices?$search="displayName:${names[0]}"`
    expect((await get(search, admin, eventual)).body.value).toHaveLength(1)
  })

  it('of a user are owned and registered by the user', async () => {
    const owned = (await get('/me/ownedDevices', member)).body.value
    expect(owned.length).toBeGreaterThan(0)
    expect(owned[0]).toMatchObject({
      '@odata.type': '#microsoft.graph.device',
      id: expect.any(String),
    })
    const cast = await get('/me/registeredDevices/microsoft.graph.device?$select=model', member)
    expect(cast.body.value[0]?.['model']).toEqual(expect.any(String))
    const guest = `/users/${people(tenant).guest.id}/ownedDevices`
    expect((await get(guest)).body.value).toEqual([])
  })

  it('of a user who was created there are none', async () => {
    const { body } = await graph(tenant, admin, 'POST', '/users', {
      accountEnabled: true,
      displayName: 'New',
      mailNickname: 'new',
      userPrincipalName: 'new@local-tenant.example',
      passwordProfile: { password: 'xWwvJ]6NMw+bWH-d' },
    })
    expect((await get(`/users/${String(body['id'])}/ownedDevices`)).body.value).toEqual([])
  })

  it('need a permission, but for the own ones', async () => {
    const denied = await get('/devices', member)
    expect([denied.status, denied.body.error?.['code']]).toEqual([
      403,
      'Authorization_RequestDenied',
    ])
    const scope = 'openid Device.Read.All'
    const { access_token: reader } = await signIn(tenant, { scope })
    expect((await get('/devices', reader)).status).toBe(200)
    const [device] = (await get('/devices?$top=1', reader)).body.value
    const [owner] = (await get(`/devices/${device?.id}/registeredOwners`, reader)).body.value
    // Of users, such a caller may see the id only.
    expect([typeof owner?.id, owner?.displayName ?? null]).toEqual(['string', null])
  })
})
