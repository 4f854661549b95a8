import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localClient } from '../src/registry/built-in.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people, signInAtTenant } from '../src/testing/index.ts'
import { authorizeUrl, claimsOf, codeOf, postToken, redeem, redirectUri } from './application.ts'
import { callGraph } from './graph-call.ts'
import { deviceToken, graph } from './graph-client.ts'

const apiId = '0d1f5a3c-6b1e-4b8e-9d5c-7a2f10c4e9b1'
const nothing = '00000000-0000-0000-0000-000000000000'
const graphAppId = '00000003-0000-0000-c000-000000000000'

let tenant: Tenant
let admin: string
let user: string
beforeAll(async () => {
  tenant = await createTenant({
    users: 30,
    deviceCodeInterval: 0,
    clients: [
      { ...localClient, web: { redirectUris: [redirectUri] } },
      {
        ...localClient,
        clientId: apiId,
        name: 'Things',
        web: { redirectUris: [redirectUri] },
        identifierUris: [`api://${apiId}`],
        api: {
          requestedAccessTokenVersion: 2,
          oauth2PermissionScopes: [{ value: 'Things.Read' }],
        },
        appRoles: [
          { value: 'Things.Manage', allowedMemberTypes: ['Application'] },
          { value: 'Reviewer', allowedMemberTypes: ['User'] },
        ],
      },
    ],
  })
  const scope =
    'openid Application.ReadWrite.All AppRoleAssignment.ReadWrite.All Directory.ReadWrite.All'
  admin = await deviceToken(tenant, { user: people(tenant).administrator.id }, scope)
  user = await deviceToken(tenant, { user: people(tenant).at(3).id }, 'openid User.Read')
})
afterAll(() => tenant.close())

const call = (method: string, path: string, body?: unknown) =>
  graph(tenant, admin, method, path, body)

async function principalOf(appId: string) {
  const { body } = await call('GET', `/servicePrincipals(appId='${appId}')`)
  const roles = body['appRoles'] as { id: string; value: string }[]
  const roleId = (value: string) => roles.find((role) => role.value === value)?.id ?? ''
  return { id: String(body['id']), roleId }
}

async function things() {
  const api = await principalOf(apiId)
  const client = await principalOf(localClient.clientId)
  const path = `/servicePrincipals/${api.id}/appRoleAssignedTo`
  const make = (principalId: string, appRoleId: string) =>
    call('POST', path, { principalId, resourceId: api.id, appRoleId })
  return { api, client, path, make }
}

describe('an app role', () => {
  it('of an application is granted to another, and is in its app-only tokens until it is removed', async () => {
    const { api, client, path, make } = await things()
    const rolesNow = async () => {
      const form = { grant_type: 'client_credentials', scope: `api://${apiId}/.default` }
      return claimsOf((await postToken(tenant, form)).body.access_token)['roles']
    }
    expect(await rolesNow()).toBeUndefined()
    const made = await make(client.id, api.roleId('Things.Manage'))
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      appRoleId: api.roleId('Things.Manage'),
      principalId: client.id,
      principalType: 'ServicePrincipal',
      principalDisplayName: localClient.name,
      resourceId: api.id,
      resourceDisplayName: 'Things',
    })
    expect(await rolesNow()).toEqual(['Things.Manage'])
    const id = String(made.body['id'])
    const own = `/servicePrincipals/${client.id}/appRoleAssignments`
    expect((await call('GET', own)).body['value']).toMatchObject([{ id }])
    expect((await call('GET', path)).body['value']).toMatchObject([{ id }])
    expect((await call('GET', `${path}/${id}`)).body).toMatchObject({ id })
    expect((await call('DELETE', `${own}/${id}`)).status).toBe(204)
    expect((await call('GET', `${path}/${id}`)).status).toBe(404)
    expect(await rolesNow()).toBeUndefined()
  })

  it('is granted by a body that has more members, as kits for Graph write them', async () => {
    const { api, client, path } = await things()
    const appRoleId = api.roleId('Things.Manage')
    const body = { principalId: client.id, resourceId: api.id, appRoleId, createdDateTime: null }
    const made = await call('POST', path, body)
    expect(made.status).toBe(201)
    expect((await call('POST', path, { ...body, resourceId: client.id })).status).toBe(400)
    await call('DELETE', `${path}/${String(made.body['id'])}`)
  })

  it('is granted to users and groups, whose tokens carry it', async () => {
    const { api, make } = await things()
    const [own, ofGroup] = [people(tenant).at(4), people(tenant).at(10)]
    const role = api.roleId('Reviewer')
    expect((await make(own.id, role)).body).toMatchObject({ principalType: 'User' })
    const group = ofGroup.groups.at(-1) ?? ''
    expect((await make(group, role)).body).toMatchObject({ principalType: 'Group' })
    for (const { userPrincipalName: name } of [own, ofGroup]) {
      const scope = `openid api://${apiId}/Things.Read`
      const { body } = await redeem(tenant, await codeOf(tenant, { scope }, { user: name }))
      expect(claimsOf(body.access_token)).toMatchObject({ roles: ['Reviewer'] })
      const url = authorizeUrl(tenant, { client_id: apiId, scope: 'openid' })
      const { location } = await signInAtTenant(url, { user: name })
      const code = new URL(location).searchParams.get('code') ?? ''
      const signedIn = await redeem(tenant, code, { client_id: apiId })
      expect(claimsOf(signedIn.body.id_token)).toMatchObject({ roles: ['Reviewer'] })
    }
    const mine = await call('GET', `/users/${own.userPrincipalName}/appRoleAssignments`)
    expect(mine.body['value']).toMatchObject([{ principalType: 'User', appRoleId: role }])
    const groups = await call('GET', `/groups/${group}/appRoleAssignments`)
    expect(groups.body['value']).toHaveLength(1)
  })

  it('is refused as in Graph: granted twice, unknown, of another kind, of nobody', async () => {
    const { api, client, make } = await things()
    const manage = api.roleId('Things.Manage')
    expect((await make(client.id, manage)).status).toBe(201)
    const twice = await make(client.id, manage)
    expect([twice.status, twice.body['error']]).toMatchObject([
      400,
      {
        code: 'Request_BadRequest',
        message: 'Permission being assigned already exists on the object',
      },
    ])
    for (const role of [crypto.randomUUID(), api.roleId('Reviewer'), nothing]) {
      const answer = await make(client.id, role)
      expect(answer.status).toBe(400)
      expect(JSON.stringify(answer.body)).toContain('was not found on application')
    }
    expect((await make(crypto.randomUUID(), manage)).status).toBe(404)
    const other = { principalId: client.id, resourceId: client.id, appRoleId: manage }
    const path = `/servicePrincipals/${api.id}/appRoleAssignedTo`
    expect((await call('POST', path, other)).status).toBe(400)
    expect((await call('POST', path, { ...other, appRoleId: 'x' })).status).toBe(400)
    expect((await call('POST', path, {})).status).toBe(400)
    expect((await graph(tenant, user, 'POST', path, other)).status).toBe(403)
    expect((await graph(tenant, user, 'GET', path)).status).toBe(403)
  })

  it('of Graph opens Graph to the application', async () => {
    const form = {
      grant_type: 'client_credentials',
      scope: 'https://graph.microsoft.com/.default',
    }
    const token = async () => (await postToken(tenant, form)).body.access_token
    expect((await callGraph(tenant, '/applications', await token())).status).toBe(403)
    const ofGraph = await principalOf(graphAppId)
    const client = await principalOf(localClient.clientId)
    const path = `/servicePrincipals/${client.id}/appRoleAssignments`
    const appRoleId = ofGraph.roleId('Application.Read.All')
    expect(appRoleId).toBe('9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30')
    const body = { principalId: client.id, resourceId: ofGraph.id, appRoleId }
    expect((await call('POST', path, body)).status).toBe(201)
    const reader = await token()
    expect((await callGraph(tenant, '/applications', reader)).status).toBe(200)
    const init = { method: 'POST', body: '{"displayName":"x"}' }
    const headers = { 'content-type': 'application/json' }
    const refused = await callGraph(tenant, '/applications', reader, { ...init, headers })
    expect(refused.status).toBe(403)
    const owned = { ...body, appRoleId: ofGraph.roleId('Application.ReadWrite.OwnedBy') }
    await call('POST', path, owned)
    const writer = await token()
    const made = await callGraph(tenant, '/applications', writer, { ...init, headers })
    expect(made.status).toBe(201)
    const { id } = (await made.json()) as { id: string }
    const change = { method: 'PATCH', body: '{"notes":"x"}', headers }
    expect((await callGraph(tenant, `/applications/${id}`, writer, change)).status).toBe(204)
    const others = `/applications(appId='${apiId}')`
    // It may read all, and change what it owns.
    expect((await callGraph(tenant, others, writer)).status).toBe(200)
    expect((await callGraph(tenant, others, writer, change)).status).toBe(403)
  })
})

describe('an application that requires an assignment', () => {
  it('is closed to users without one', async () => {
    const { api, make } = await things()
    const path = `/servicePrincipals/${api.id}`
    await call('PATCH', path, { appRoleAssignmentRequired: true })
    const [out, within] = [people(tenant).at(5), people(tenant).at(6)]
    await make(within.id, api.roleId('Reviewer'))
    const url = authorizeUrl(tenant, { client_id: apiId, scope: 'openid' })
    const refused = await signInAtTenant(url, { user: out.userPrincipalName })
    expect(refused.location).toContain('AADSTS50105')
    const taken = await signInAtTenant(url, { user: within.userPrincipalName })
    expect(taken.location).toContain('code=')
    const scope = `openid api://${apiId}/Things.Read`
    const code = await codeOf(tenant, { scope }, { user: out.userPrincipalName })
    expect((await redeem(tenant, code)).body['error_codes']).toEqual([50105])
    await call('PATCH', path, { appRoleAssignmentRequired: false })
    const again = await codeOf(tenant, { scope }, { user: out.userPrincipalName })
    expect((await redeem(tenant, again)).status).toBe(200)
  })
})
