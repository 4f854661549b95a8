import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localClient } from '../src/registry/built-in.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { postToken, redirectUri } from './application.ts'
import { graph } from './graph-client.ts'

const readerId = '5b7a6c1e-3d0f-4c55-9d0e-6a6f3c2f1a90'
let tenant: Tenant
let writer: string
let reader: string

beforeAll(async () => {
  tenant = await createTenant({
    users: 30,
    clients: [
      {
        ...localClient,
        web: { redirectUris: [redirectUri] },
        applicationPermissions: ['User.ReadWrite.All', 'Group.ReadWrite.All'],
      },
      {
        ...localClient,
        clientId: readerId,
        web: { redirectUris: [redirectUri] },
        applicationPermissions: ['User.Read.All'],
      },
    ],
  })
  const ask = async (more: Record<string, string>) => {
    const scope = 'https://graph.microsoft.com/.default'
    const { body } = await postToken(tenant, { grant_type: 'client_credentials', scope, ...more })
    return body.access_token
  }
  writer = await ask({})
  reader = await ask({ client_id: readerId })
})
afterAll(() => tenant.close())

const call = (token: string, method: string, path: string, body?: unknown) =>
  graph(tenant, token, method, path, body)

describe('an application', () => {
  it('reads what its roles allow, and no more', async () => {
    const { id } = people(tenant).first
    for (const path of ['/users', `/users/${id}`, `/users/${id}/manager`, '/users/delta']) {
      expect([path, (await call(reader, 'GET', path)).status]).toEqual([path, 200])
    }
    const { body } = await call(reader, 'GET', `/users/${id}?$select=city,jobTitle`)
    expect(body).toMatchObject({ city: 'Leeds', jobTitle: people(tenant).first.jobTitle })
    for (const path of ['/groups', `/users/${id}/memberOf`, '/directoryRoles', '/domains']) {
      expect([path, (await call(reader, 'GET', path)).status]).toEqual([path, 403])
    }
    expect((await call(reader, 'PATCH', `/users/${id}`, { city: 'x' })).status).toBe(403)
    expect((await call(reader, 'DELETE', `/users/${id}`)).status).toBe(403)
  })

  it('has no own user', async () => {
    for (const path of ['/me', '/me/', '/me/memberOf', '/me/photo/$value']) {
      const { status, body } = await call(reader, 'GET', path)
      expect([status, body.error]).toMatchObject([
        400,
        {
          code: 'BadRequest',
          message: '/me request is only valid with delegated authentication flow.',
        },
      ])
    }
  })

  it('writes users and groups without an administrator, and owns no group', async () => {
    const { id } = people(tenant).at(5)
    expect((await call(writer, 'PATCH', `/users/${id}`, { city: 'Ålesund' })).status).toBe(204)
    const group = { displayName: 'G', mailEnabled: false, mailNickname: 'g', securityEnabled: true }
    const { status, body } = await call(writer, 'POST', '/groups', group)
    expect(status).toBe(201)
    const path = `/groups/${String(body.id)}`
    const reference = { '@odata.id': `${tenant.graphUrl}/directoryObjects/${id}` }
    expect((await call(writer, 'POST', `${path}/members/$ref`, reference)).status).toBe(204)
    expect((await call(writer, 'GET', `${path}/owners`)).body.value).toEqual([])
    expect(
      (await call(writer, 'POST', '/groups', { ...group, isAssignableToRole: true })).status,
    ).toBe(403)
    expect((await call(writer, 'DELETE', path)).status).toBe(204)
  })
})
