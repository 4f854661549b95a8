/** Several tenants on one port: what each has of its own, and which one a request is for. */

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { checkConfig, ConfigError } from '../src/config/load.ts'
import { readCommand } from '../src/program/arguments.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { localClient, signInAtTenant } from '../src/testing/index.ts'
import { authorizeUrl, claimsOf, redirectUri, signIn } from './application.ts'
import { callGraph } from './graph-call.ts'

const otherId = '3c9f1a52-0b1d-4e86-a0c7-6e2b81d6f391'

let tenant: Tenant
beforeAll(async () => {
  tenant = await createTenant({
    users: 20,
    tenants: [
      { domain: 'fabrikam.example', tenantId: otherId, tenantName: 'Fabrikam', users: 12 },
      { domain: 'tailspin.example', users: 5 },
    ],
  })
})
afterAll(() => tenant.close())

const get = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${tenant.origin}${path}`, { headers })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

describe('several tenants', () => {
  it('have ids, names, people and groups of their own, the same at every start', async () => {
    const [first, second, third] = tenant.tenants
    expect(first?.users).toBe(tenant.users)
    expect(second).toMatchObject({
      tenantId: otherId,
      tenantName: 'Fabrikam',
      domain: 'fabrikam.example',
    })
    expect(third).toMatchObject({ tenantName: 'tailspin.example' })
    expect(tenant.tenants.map(({ users }) => users.length)).toEqual([20, 12, 5])
    const ids = tenant.tenants.flatMap(({ users }) => users.map(({ id }) => id))
    expect(new Set(ids).size).toBe(37)
    expect(second?.users[0]?.userPrincipalName).toBe('nora.hill@fabrikam.example')
    expect(second?.users[10]?.groups[0]).not.toBe(first?.users[10]?.groups[0])
    const again = await createTenant({
      users: 20,
      tenants: [{ domain: 'tailspin.example', users: 5 }],
    })
    expect(again.tenants[1]?.tenantId).toBe(third?.tenantId)
    expect(again.tenants[1]?.users).toEqual(third?.users)
    await again.close()
  })

  it.each([otherId, otherId.toUpperCase(), 'fabrikam.example', 'FABRIKAM.example'])(
    'are named by id or domain: %s',
    async (name) => {
      const { body } = await get(`/${name}/v2.0/.well-known/openid-configuration`)
      expect(body).toMatchObject({
        issuer: `${tenant.origin}/${otherId}/v2.0`,
        token_endpoint: `${tenant.origin}/${otherId}/oauth2/v2.0/token`,
      })
    },
  )

  it('refuse a tenant that is not there with AADSTS90002', async () => {
    const { status, body } = await get('/contoso.example/v2.0/.well-known/openid-configuration')
    expect([status, body['error_codes']]).toEqual([400, [90002]])
  })

  it('share the keys, and the journal, which names the tenant of a request', async () => {
    const keys = await Promise.all(
      [tenant.tenantId, otherId].map((id) => get(`/${id}/discovery/v2.0/keys`)),
    )
    const [one, other] = keys.map(({ body }) => (body['keys'] as { kid: string }[])[0]?.kid)
    expect(one).toBe(other)
    const named = tenant.journal.entries().slice(-2)
    expect(new Set(named.map(({ tenantId }) => tenantId))).toEqual(
      new Set([otherId, tenant.tenantId]),
    )
  })

  it('answer Graph from the directory of the token', async () => {
    const { access_token: token } = await signIn(tenant)
    expect(claimsOf(token)['tid']).toBe(tenant.tenantId)
    expect(await (await callGraph(tenant, '/me', token)).json()).toMatchObject({
      userPrincipalName: 'nora.hill@local-tenant.example',
    })
  })
})

describe('tenants in tenant.json', () => {
  const problemsOf = (value: unknown) => {
    try {
      checkConfig(value)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return Object.fromEntries(error.problems.map(({ key, message }) => [key, message]))
    }
    return {}
  }

  it('start with people, clients and consents of their own', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tenants-')), 'tenant.json')
    writeFileSync(
      file,
      JSON.stringify({
        users: 5,
        clients: [{ name: 'One', secrets: ['local-only'] }, { name: 'For several' }],
        tenants: [
          {
            domain: 'fabrikam.example',
            clients: [{ name: 'One', secrets: ['local-only'] }],
            people: [{ userPrincipalName: 'sam@fabrikam.example', groups: ['Buyers'] }],
            groups: [{ displayName: 'Buyers', members: ['nora.hill@fabrikam.example'] }],
            consents: [
              { client: 'One', scopes: ['User.Read'], user: 'sam@fabrikam.example' },
              { client: 'For several', scopes: ['User.Read'] },
            ],
          },
        ],
      }),
    )
    const command = readCommand(['--config', file, '--port', '0'], {})
    if (command.kind !== 'start') throw new Error(command.kind)
    const started = await createTenant(command.options)
    const [one, other] = started.tenants
    expect(other?.users).toHaveLength(51)
    expect(other?.users.at(-1)?.userPrincipalName).toBe('sam@fabrikam.example')
    const exported = started.exportState()
    const [further] = exported.tenants as (typeof exported)[]
    const clientOf = ({ applications }: typeof exported) =>
      applications.find(({ application }) => application.displayName === 'One')?.application.appId
    expect(clientOf(exported)).not.toBe(further && clientOf(further))
    expect(exported.consents).toEqual([])
    const several = exported.applications.find(
      ({ application }) => application.displayName === 'For several',
    )?.application.appId
    expect(further?.consents).toEqual([
      {
        clientId: further && clientOf(further),
        userId: other?.users.at(-1)?.id,
        scopes: ['User.Read'],
      },
      { clientId: several, userId: null, scopes: ['User.Read'] },
    ])
    expect(further?.applications.at(-1)).toMatchObject({ homeTenantId: started.tenantId })
    expect(one?.users).toHaveLength(5)
    await started.close()
  })

  it.each([
    [{ tenants: [{}] }, 'tenants[0].domain', 'is missing'],
    [
      { tenants: [{ domain: 'a.example', client: [] }] },
      'tenants[0].client',
      'did you mean clients',
    ],
    [{ tenants: [{ domain: 'local-tenant.example' }] }, 'tenants[0].domain', 'another tenant'],
    [
      { domain: 'a.example', tenants: [{ domain: 'b.example' }, { domain: 'a.example' }] },
      'tenants[1].domain',
      'another tenant',
    ],
    [
      { tenantId: otherId, tenants: [{ domain: 'b.example', tenantId: otherId }] },
      'tenants[0].tenantId',
      'another tenant',
    ],
    [
      {
        clients: [{ name: 'A', clientId: otherId }],
        tenants: [{ domain: 'b.example', clients: [{ name: 'B', clientId: otherId }] }],
      },
      'tenants[0].clients[0].clientId',
      'another tenant',
    ],
    [
      {
        tenants: [
          { domain: 'b.example', people: [{ userPrincipalName: 'sam@local-tenant.example' }] },
        ],
      },
      'tenants[0].people[0].userPrincipalName',
      'domain of another tenant',
    ],
    [
      {
        clients: [{ name: 'C', signInAudience: 'AzureADMyOrg' }],
        tenants: [{ domain: 'b.example', consents: [{ client: 'C', scopes: ['User.Read'] }] }],
      },
      'tenants[0].consents[0].client',
      'no client',
    ],
  ])('with a mistake are refused: %j', (value, key, words) => {
    expect(problemsOf(value)[key]).toContain(words)
  })

  it('are refused if two have registered one client', async () => {
    const twice = { clientId: otherId, name: 'Twice' }
    const starting = createTenant({
      clients: [twice],
      tenants: [{ domain: 'b.example', clients: [twice] }],
    })
    await expect(starting).rejects.toThrow('tenants[0].clients[0].clientId')
    const clients = [{ ...twice, clientId: localClient.clientId }]
    const withUsual = createTenant({ tenants: [{ domain: 'b.example', clients }] })
    await expect(withUsual).rejects.toThrow('tenants[0].clients[0].clientId')
  })
})

describe('the state of several tenants', () => {
  const options = () => ({
    users: 5,
    clients: [{ clientId: otherId, name: 'App', web: { redirectUris: [redirectUri] } }],
    tenants: [{ domain: 'b.example', users: 5 }],
  })
  const consentIn = async (started: Tenant) => {
    const url = new URL(authorizeUrl(started, { client_id: otherId, scope: 'User.Read' }))
    url.pathname = '/common/oauth2/v2.0/authorize'
    await signInAtTenant(url.href, { user: 'nora.hill@b.example' })
  }
  const furtherOf = (started: Tenant) => (started.exportState().tenants as object[])[0]

  it('is exported, imported and reset as a whole', async () => {
    const one = await createTenant(options())
    const before = one.exportState()
    await consentIn(one)
    one.tenants[1]?.disableUser(one.tenants[1].users[3]?.id)
    const exported = one.exportState()
    expect(exported.tenants).not.toEqual(before.tenants)
    const other = await createTenant(options())
    other.importState(exported)
    expect(other.exportState()).toEqual(exported)
    other.reset()
    expect(furtherOf(other)).toEqual((before.tenants as object[])[0])
    await Promise.all([one.close(), other.close()])
  })

  it('is kept in the file, also by requests to a further tenant alone', async () => {
    const state = join(mkdtempSync(join(tmpdir(), 'tenants-')), 'state.json')
    const one = await createTenant({ ...options(), state })
    await fetch(`${one.origin}/_tenant/tenants/b.example/policies`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ adminConsentOnly: true }),
    })
    const kept = furtherOf(one)
    await vi.waitFor(() => {
      expect(JSON.parse(readFileSync(state, 'utf8'))).toMatchObject({ tenants: [kept] })
    })
    await one.close()
    const again = await createTenant({ ...options(), state })
    expect(furtherOf(again)).toEqual(kept)
    await again.close()
  })

  it('of a tenant that is not here is refused, and changes nothing', async () => {
    const one = await createTenant(options())
    const alone = await createTenant({ users: 5 })
    const before = alone.exportState()
    expect(() => alone.importState(one.exportState())).toThrow('which is not configured here')
    const broken = { ...one.exportState(), tenants: [{ kind: 'gatehouse-tenant', version: 1 }] }
    expect(() => one.importState(broken)).toThrow('"tenants[0]" is wrong: "tenantId" is missing')
    expect(alone.exportState()).toEqual(before)
    await Promise.all([one.close(), alone.close()])
  })
})
