/** What several tenants keep and refuse: what is once for all of them, and what each has of its own. */

import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { clientIdOf } from '../src/config/applications.ts'
import { ConfigError } from '../src/config/load.ts'
import type { TenantOptions } from '../src/options.ts'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { forgeToken, localPassword } from '../src/testing/index.ts'
import { callGraph } from './graph-call.ts'

const running: Tenant[] = []
afterEach(async () => {
  for (const tenant of running.splice(0)) await tenant.close()
})

const domain = 'b.example'
async function start(options: TenantOptions = {}) {
  const tenant = await createTenant({
    users: 5,
    clients: [{ name: 'First', isFallbackPublicClient: true }],
    tenants: [
      {
        domain,
        users: 5,
        clients: [{ name: 'Second', isFallbackPublicClient: true }],
        consents: [{ client: 'Second', scopes: ['User.Read'] }],
      },
    ],
    ...options,
  })
  running.push(tenant)
  return tenant
}

async function stop(tenant: Tenant) {
  running.splice(running.indexOf(tenant), 1)
  await tenant.close()
}

/** @param place of the tenant. @returns the codes, empty for tokens */
async function password(tenant: Tenant, place: number, given: string): Promise<number[]> {
  const at = tenant.tenants[place]
  const body = new URLSearchParams({
    client_id: at?.clients[0]?.clientId ?? '',
    grant_type: 'password',
    scope: 'User.Read',
    username: at?.users[2]?.userPrincipalName ?? '',
    password: given,
  })
  const url = `${tenant.origin}/${at?.tenantId}/oauth2/v2.0/token`
  const answer = await fetch(url, { method: 'POST', body })
  return ((await answer.json()) as { error_codes?: number[] }).error_codes ?? []
}

/** @returns a token for Graph, of a user of a tenant */
function tokenOf(tenant: Tenant, place: number) {
  const control = `${tenant.origin}/_tenant/tenants/${tenant.tenants[place]?.tenantId}`
  const scopes = ['User.Read.All']
  return forgeToken({ origin: tenant.origin, address: control }, { scopes })
}

describe('the state file of several tenants', () => {
  it('keeps clock, failures and requests once, for all', async () => {
    const state = join(mkdtempSync(join(tmpdir(), 'tenants-')), 'state.json')
    const first = await start({ state })
    first.clock.advance(3_600_000)
    first.tenants[1]?.scenarios.start('graph-throttled', { times: 3 })
    const token = await tokenOf(first, 1)
    const keptNow = () => JSON.parse(readFileSync(state, 'utf8')) as Record<string, unknown>
    await vi.waitFor(() => expect(keptNow()).toMatchObject({ failures: [{ left: 3 }] }))
    // It only reads, but it has used up one of the failures.
    expect((await callGraph(first, '/users', token)).status).toBe(429)
    await vi.waitFor(() => expect(keptNow()).toMatchObject({ failures: [{ left: 2 }] }))
    await stop(first)
    const kept = keptNow()
    for (const name of ['clock', 'failures', 'journal', 'keys']) {
      expect(kept).toHaveProperty(name)
      expect((kept['tenants'] as object[])[0]).not.toHaveProperty(name)
    }
    const second = await start({ state })
    expect(Math.round(second.clock.offset() / 60_000)).toBe(60)
    expect(second.tenants[1]?.scenarios.list().find(({ active }) => active)).toMatchObject({
      left: 2,
    })
    expect(second.journal.entries().at(-1)).toMatchObject({
      tenantId: second.tenants[1]?.tenantId,
      endpoint: 'users',
    })
    second.reset()
    expect(second.clock.offset()).toBe(0)
    expect(second.faults.list()).toEqual([])
  })

  it('does not keep what a client had seen of a directory: each has to be read anew', async () => {
    const tenant = await start()
    const token = await tokenOf(tenant, 1)
    const link = async () => {
      const answer = await callGraph(tenant, '/users/delta?$deltatoken=latest', token)
      return ((await answer.json()) as Record<string, string>)['@odata.deltaLink'] ?? ''
    }
    const path = new URL(await link()).href.replace(tenant.graphUrl, '')
    expect((await callGraph(tenant, path, token)).status).toBe(200)
    // The seal is that of all tenants, the changes are those of one.
    expect((await callGraph(tenant, path, await tokenOf(tenant, 0))).status).toBe(410)
    tenant.importState(tenant.exportState())
    expect((await callGraph(tenant, path, token)).status).toBe(410)
  })
})

describe('smart lockout in several tenants', () => {
  it('is of the accounts of one tenant', async () => {
    const tenant = await start()
    for (let time = 0; time < 10; time += 1) {
      expect(await password(tenant, 1, `wrong ${time}`)).toEqual([50126])
    }
    expect(await password(tenant, 1, localPassword)).toEqual([50053])
    expect(await password(tenant, 0, localPassword)).not.toContain(50053)
    const lockouts = async (path: string) =>
      (await fetch(`${tenant.origin}/_tenant${path}/lockouts`)).json()
    expect(await lockouts('')).toEqual({ lockouts: [] })
    expect(await lockouts(`/tenants/${domain}`)).toMatchObject({ lockouts: [{}] })
    tenant.unlockUser()
    expect(await password(tenant, 1, localPassword)).toEqual([50053])
    tenant.tenants[1]?.unlockUser()
    expect(await password(tenant, 1, localPassword)).toEqual([])
    for (let time = 0; time < 10; time += 1) await password(tenant, 1, `wrong ${time}`)
    tenant.reset()
    expect(await password(tenant, 1, localPassword)).toEqual([])
  })
})

describe('the options of several tenants', () => {
  const refusalOf = async (options: TenantOptions) => {
    const error: unknown = await start(options).catch((caught: unknown) => caught)
    if (!(error instanceof ConfigError)) throw new Error('They were not refused.')
    return error.problems.map(({ key }) => key)
  }

  it('are refused with the wrong keys of all of them at once', async () => {
    const clients = [{ name: 'A', delegatedPermissions: ['Nothing'] }]
    const groups = [{ displayName: 'Buyers', members: ['nobody'] }]
    expect(
      await refusalOf({
        clients,
        tenants: [
          { domain, clients },
          { domain: 'c.example', groups },
        ],
      }),
    ).toEqual([
      'clients[0].delegatedPermissions[0]',
      'tenants[0].clients[0].delegatedPermissions[0]',
      'tenants[1].groups[0].members[0]',
    ])
  })

  it('name a client twice in one tenant, or in two, and say which', async () => {
    const named = [{ name: 'A' }, { name: 'A' }]
    expect(await refusalOf({ clients: named, tenants: [{ domain }] })).toEqual(['clients[1].name'])
    const made = clientIdOf({ name: 'A' })
    const clients = [{ name: 'B', clientId: made }]
    expect(await refusalOf({ clients: [{ name: 'A' }], tenants: [{ domain, clients }] })).toEqual([
      'tenants[0].clients[0].clientId',
    ])
  })

  it('consent to a client of another tenant by the id that is made for it', async () => {
    const client = clientIdOf({ name: 'Second' }, domain)
    const consents = [{ client, scopes: ['User.Read'] }]
    const tenant = await start({ consents })
    expect(tenant.tenants[1]?.clients[0]?.clientId).toBe(client)
    expect(tenant.exportState()).toMatchObject({ consents: [{ clientId: client }] })
    const own = clientIdOf({ name: 'Second' })
    expect(await refusalOf({ consents: [{ client: own, scopes: ['User.Read'] }] })).toEqual([
      'consents[0].client',
    ])
  })
})
