/** Several tenants on one port: what each has of its own, and which one a request is for. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { claimsOf, signIn } from './application.ts'
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
    expect(named.map(({ tenantId }) => tenantId).toSorted()).toEqual(
      [otherId, tenant.tenantId].toSorted(),
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
