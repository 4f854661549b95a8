import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people, signInAtTenant } from '../src/testing/index.ts'
import { authorizeUrl, claimsOf, clientOf, codeOf, redeem, refresh } from './application.ts'
import { deviceToken, graph } from './graph-client.ts'

let tenant: Tenant
let admin: string
beforeAll(async () => {
  tenant = await createTenant({ users: 30, deviceCodeInterval: 0 })
  admin = await deviceToken(tenant, { user: people(tenant).administrator.id })
})
afterAll(() => tenant.close())

const call = (method: string, path: string, body?: unknown) =>
  graph(tenant, admin, method, path, body)

function scope(value: string, more: object = {}) {
  return {
    id: crypto.randomUUID(),
    value,
    type: 'User',
    isEnabled: true,
    adminConsentDisplayName: value,
    adminConsentDescription: value,
    ...more,
  }
}

function role(value: string, more: object = {}) {
  return {
    id: crypto.randomUUID(),
    allowedMemberTypes: ['User'],
    displayName: value,
    description: value,
    isEnabled: true,
    value,
    ...more,
  }
}

async function make(input: object = {}) {
  const { status, body } = await call('POST', '/applications', { displayName: 'API', ...input })
  expect(status).toBe(201)
  const path = `/applications/${String(body['id'])}`
  const appId = String(body['appId'])
  return { appId, path, patch: (change: object) => call('PATCH', path, change) }
}

const codeOfError = ({ body }: { body: Record<string, unknown> }) =>
  (body['error'] as { code: string }).code

describe('an application that exposes an API', () => {
  it.each([
    ['its id', (id: string) => `api://${id}`],
    ['its id and a name before', (id: string) => `api://things/${id}`],
    ['the tenant’s id and a name', () => `api://${tenant.tenantId}/things`],
    ['the verified domain', () => 'https://local-tenant.example/things'],
    ['a host of the verified domain', () => 'https://things.local-tenant.example'],
    ['the verified domain in an api name', () => 'api://local-tenant.example/things'],
  ])('is named by %s', async (_what, uri) => {
    const { appId, path, patch } = await make()
    expect((await patch({ identifierUris: [uri(appId)] })).status).toBe(204)
    await patch({ identifierUris: [] })
    expect((await call('GET', path)).body['identifierUris']).toEqual([])
  })

  it.each([
    ['a domain of others', 'https://api.example.test'],
    ['a name without an id', 'api://things'],
    ['a domain that ends alike', 'https://notlocal-tenant.example/x'],
    ['another scheme', 'urn:things'],
  ])('is not named by %s', async (_what, uri) => {
    const { patch } = await make()
    const answer = await patch({ identifierUris: [uri] })
    expect([answer.status, codeOfError(answer)]).toEqual([400, 'HostNameNotOnVerifiedDomain'])
  })

  it('has each scope and role once', async () => {
    const { patch } = await make()
    const [one, two] = [scope('Things.Read'), scope('Things.Read')]
    for (const scopes of [
      [one, two],
      [one, { ...two, value: 'Other', id: one.id }],
    ]) {
      const answer = await patch({ api: { oauth2PermissionScopes: scopes } })
      expect(answer.status).toBe(400)
      expect(JSON.stringify(answer.body)).toContain('duplicate values')
    }
    expect((await patch({ appRoles: [role('A'), role('A')] })).status).toBe(400)
    const shared = role('Things.Read', { id: one.id })
    const both = { api: { oauth2PermissionScopes: [one] }, appRoles: [shared] }
    expect((await patch({ ...both, appRoles: [role('Things.Read')] })).status).toBe(400)
    expect((await patch(both)).status).toBe(204)
  })

  it('keeps what is enabled: a scope or role is disabled first, then removed', async () => {
    const [one, reader] = [scope('Things.Read'), role('Reader')]
    const api = { oauth2PermissionScopes: [one] }
    const { patch } = await make({ api, appRoles: [reader] })
    for (const change of [{ api: { oauth2PermissionScopes: [] } }, { appRoles: [] }]) {
      const answer = await patch(change)
      const code = 'CannotDeleteOrUpdateEnabledEntitlement'
      expect([answer.status, codeOfError(answer)]).toEqual([400, code])
    }
    const off = { isEnabled: false }
    await patch({
      api: { oauth2PermissionScopes: [{ ...one, ...off }] },
      appRoles: [{ ...reader, ...off }],
    })
    const gone = await patch({ api: { oauth2PermissionScopes: [] }, appRoles: [] })
    expect(gone.status).toBe(204)
  })

  it.each([
    ['a value with a space', { api: { oauth2PermissionScopes: [scope('Things Read')] } }],
    ['another type', { api: { oauth2PermissionScopes: [scope('A', { type: 'Group' })] } }],
    ['version 3', { api: { requestedAccessTokenVersion: 3 } }],
    ['a role of nobody', { appRoles: [role('A', { allowedMemberTypes: [] })] }],
    [
      'a pre-authorized scope that it does not have',
      {
        api: {
          preAuthorizedApplications: [
            { appId: crypto.randomUUID(), delegatedPermissionIds: [crypto.randomUUID()] },
          ],
        },
      },
    ],
    ['personal accounts with v1.0', { signInAudience: 'AzureADandPersonalMicrosoftAccount' }],
  ])('is refused with %s', async (_what, change) => {
    const { patch } = await make()
    expect((await patch(change)).status).toBe(400)
  })
})

describe('a scope', () => {
  async function exposed(more: object = {}, scopes = [scope('Things.Read')]) {
    const { appId, patch } = await make({ api: { oauth2PermissionScopes: scopes, ...more } })
    await patch({ identifierUris: [`api://${appId}`] })
    await call('POST', '/servicePrincipals', { appId })
    return { appId, patch }
  }

  it('that is disabled does not exist', async () => {
    const { appId } = await exposed({}, [scope('Things.Read', { isEnabled: false })])
    const url = authorizeUrl(tenant, { scope: `openid api://${appId}/Things.Read` })
    const user = people(tenant).at(3).userPrincipalName
    expect((await signInAtTenant(url, { user })).location).toContain('AADSTS650053')
  })

  it('that is pre-authorized for the client needs no consent', async () => {
    const [open, closed] = [scope('Things.Read', { type: 'Admin' }), scope('Things.Write')]
    const { clientId } = clientOf(tenant)
    const preAuthorizedApplications = [{ appId: clientId, delegatedPermissionIds: [open.id] }]
    const { appId } = await exposed({ preAuthorizedApplications }, [open, closed])
    const user = people(tenant).at(4).userPrincipalName
    const first = (await redeem(tenant, await codeOf(tenant, {}, { user }))).body.refresh_token
    const asked = (value: string) => ({ scope: `api://${appId}/${value}` })
    for (const value of ['Things.Read', '.default']) {
      const { body } = await refresh(tenant, first, asked(value))
      expect(claimsOf(body.access_token)).toMatchObject({ scp: 'Things.Read' })
    }
    expect((await refresh(tenant, first, asked('Things.Write'))).body['error_codes']).toEqual([
      65001,
    ])
  })

  it('is asked for by the id of its API, which v1.0 tokens then name', async () => {
    const { appId } = await exposed()
    const user = people(tenant).at(5).userPrincipalName
    const code = await codeOf(tenant, { scope: `offline_access ${appId}/Things.Read` }, { user })
    const { body } = await redeem(tenant, code, { scope: `offline_access ${appId}/Things.Read` })
    expect(claimsOf(body.access_token)).toMatchObject({ aud: appId, ver: '1.0' })
    const named = await refresh(tenant, body.refresh_token, {
      scope: `api://${appId}/Things.Read`,
    })
    expect(claimsOf(named.body.access_token)).toMatchObject({ aud: `api://${appId}` })
  })
})

describe('optional claims of an API', () => {
  it('are in its access tokens, and idtyp for users only if the registration says so', async () => {
    const { appId, patch } = await make({ api: { oauth2PermissionScopes: [scope('Read')] } })
    await patch({ identifierUris: [`api://${appId}`] })
    await call('POST', '/servicePrincipals', { appId })
    const user = people(tenant).at(6)
    const asked = { scope: `openid api://${appId}/Read` }
    const claims = async () => {
      const code = await codeOf(tenant, asked, { user: user.userPrincipalName })
      return claimsOf((await redeem(tenant, code)).body.access_token)
    }
    expect(await claims()).not.toHaveProperty('idtyp')
    const idtyp = { name: 'idtyp', additionalProperties: ['include_user_token'] }
    await patch({
      groupMembershipClaims: 'SecurityGroup',
      optionalClaims: { accessToken: [idtyp, { name: 'acct' }, { name: 'auth_time' }] },
    })
    expect(await claims()).toMatchObject({
      idtyp: 'user',
      acct: 0,
      auth_time: expect.any(Number),
    })
  })
})
