/** The control page and its API with several tenants: which one is meant, and how a page stays at one. */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'

let tenant: Tenant
beforeAll(async () => {
  const further = { domain: 'fabrikam.example', tenantName: 'Fabrikam', users: 12 }
  tenant = await createTenant({ users: 20, tenants: [further] })
})
afterEach(() => tenant.reset())
afterAll(() => tenant.close())

const prefix = '/_tenant/tenants/fabrikam.example'
const fabrikam = () => tenant.tenants[1] as Tenant['tenants'][number]

async function call(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${tenant.origin}${path}`, {
    method,
    redirect: 'manual',
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.includes('json') ?? false
  return {
    status: answer.status,
    text,
    body: (isJson ? JSON.parse(text) : {}) as Record<string, unknown>,
  }
}

describe('the control API', () => {
  it('lists the tenants', async () => {
    const { body } = await call('GET', '/_tenant/tenants')
    expect(body['tenants']).toMatchObject([
      { tenantId: tenant.tenantId, domains: ['local-tenant.example'], users: 20 },
      { tenantName: 'Fabrikam', domain: 'fabrikam.example', users: 12 },
    ])
  })

  it.each([
    ['the domain', () => prefix],
    ['the id', () => `/_tenant/tenants/${fabrikam().tenantId}`],
    ['a server of the OpenAPI document', () => `${prefix}/_tenant`],
  ])('takes the tenant in front of the path: by %s', async (_, base) => {
    const list = await call('GET', `${base()}/users?top=1`)
    expect(list.body).toMatchObject({
      count: 12,
      users: [{ userPrincipalName: 'nora.hill@fabrikam.example' }],
    })
    const sam = await call('POST', `${base()}/users`, { userPrincipalName: 'sam@fabrikam.example' })
    expect(sam.status).toBe(201)
    expect(fabrikam().users).toHaveLength(13)
    expect(tenant.users).toHaveLength(20)
  })

  it('is that of the first tenant without it, and with it, too', async () => {
    for (const base of ['/_tenant', '/_tenant/tenants/local-tenant.example']) {
      expect((await call('GET', `${base}/users?top=1`)).body).toMatchObject({ count: 20 })
    }
  })

  it('registers clients and makes tokens at the tenant', async () => {
    const { body } = await call('POST', `${prefix}/clients`, { name: 'Theirs' })
    const { body: forged } = await call('POST', `${prefix}/tokens`, { client: 'Theirs' })
    expect(forged['claims']).toMatchObject({ tid: fabrikam().tenantId, appid: body['clientId'] })
    expect((await call('GET', '/_tenant/clients')).text).not.toContain('Theirs')
  })

  it('says that there is no such tenant, and names its neighbours', async () => {
    const { status, body } = await call('GET', '/_tenant/tenants/fabrikan.example/users')
    expect(status).toBe(404)
    expect(body).toMatchObject({ code: 'unknown_tenant', neighbours: ['fabrikam.example'] })
  })

  it('has a policy for one tenant, and scenarios of requests and a reset for all', async () => {
    await call('PATCH', `${prefix}/policies`, { adminConsentOnly: true })
    expect((await call('GET', '/_tenant/policies')).body['adminConsentOnly']).toBe(false)
    await call('POST', `${prefix}/scenarios/graph-throttled`, {})
    expect(tenant.scenarios.list().find(({ id }) => id === 'graph-throttled')?.active).toBe(true)
    fabrikam().disableUser(fabrikam().users[3]?.id)
    await call('POST', `${prefix}/reset`, {})
    const { body } = await call('GET', `${prefix}/policies`)
    expect(body['adminConsentOnly']).toBe(false)
    expect(tenant.scenarios.list().some(({ active }) => active)).toBe(false)
  })

  it('names the server of each tenant in its OpenAPI document', async () => {
    const { body } = await call('GET', '/_tenant/openapi.json')
    expect(body['servers']).toMatchObject([{ url: '/' }, { url: '/_tenant/tenants/{tenant}' }])
  })

  it('has the same prefix with one tenant', async () => {
    const alone = await createTenant({ users: 5 })
    const answer = await fetch(`${alone.origin}/_tenant/tenants/${alone.tenantId}/users`)
    expect(await answer.json()).toMatchObject({ count: 5 })
    const page = await (await fetch(`${alone.origin}/_tenant`)).text()
    expect(page).not.toContain('class="tenants"')
    await alone.close()
  })
})

describe('the control page', () => {
  it('has a link to each tenant', async () => {
    const { text } = await call('GET', '/_tenant/directory')
    expect(text).toContain(`href="/_tenant/tenants/${fabrikam().tenantId}/directory"`)
    expect(text).toContain('nora.hill@local-tenant.example')
    expect(text).toContain('action="/_tenant/users"')
  })

  it('of a further tenant stays there, with its links and forms', async () => {
    const { text } = await call('GET', `${prefix}/directory`)
    const base = `/_tenant/tenants/${fabrikam().tenantId}`
    expect(text).toContain('nora.hill@fabrikam.example')
    expect(text).toContain(`action="${base}/users"`)
    expect(text.match(/(?:href|action)="\/_tenant(?!\/tenants\/)/g)).toBeNull()
    const answer = await fetch(`${tenant.origin}${base}/users`, {
      method: 'POST',
      body: new URLSearchParams({ userPrincipalName: 'kim@fabrikam.example' }),
      redirect: 'manual',
    })
    expect(answer.headers.get('location')).toMatch(new RegExp(`^${base}/directory`))
    expect(fabrikam().users.at(-1)?.userPrincipalName).toBe('kim@fabrikam.example')
  })
})
