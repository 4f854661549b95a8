import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { refresh, signIn } from './application.ts'
import { callGraph } from './graph-call.ts'

let tenant: Tenant
beforeAll(async () => {
  const patchUsers = { 3: { displayName: 'Patched <b>' } }
  tenant = await createTenant({ users: 20, patchUsers })
})
afterAll(() => tenant.close())

const resize = (body: unknown) =>
  fetch(`${tenant.origin}/_tenant/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

describe('the size of the directory', () => {
  it('can be changed while the tenant runs, and the users who remain are the same', async () => {
    const before = tenant.users
    const tokens = await signIn(tenant, {}, { user: before[3]?.id ?? '' })
    tenant.disableUser(before[4]?.id ?? '')
    expect((await resize({ count: 3_000 })).status).toBe(204)
    expect(tenant.users).toHaveLength(3_000)
    expect(tenant.users.slice(0, 20)).toEqual(before)
    expect((await refresh(tenant, tokens.refresh_token)).status).toBe(200)
    const me = await callGraph(tenant, '/me', tokens.access_token)
    expect(await me.json()).toMatchObject({ displayName: 'Patched <b>' })
    const headers = { consistencylevel: 'eventual' }
    const path = '/users?$count=true&$top=1&$orderby=displayName'
    const answer = await callGraph(tenant, path, tokens.access_token, { headers })
    expect(await answer.json()).toMatchObject({ '@odata.count': 3_000 })
    await expect(signIn(tenant, {}, { user: before[4]?.id ?? '' })).rejects.toThrow('asking')
  })

  it('refuses a user who is no longer in the directory', async () => {
    const tokens = await signIn(tenant, {}, { user: people(tenant).at(100).id })
    tenant.resize(50)
    expect((await callGraph(tenant, '/me', tokens.access_token)).status).toBe(401)
    expect((await refresh(tenant, tokens.refresh_token)).body).toMatchObject({
      error_codes: [50034],
    })
  })

  it.each([{}, { count: 0 }, { count: 100_001 }, { count: 1.5 }, { count: 'many' }, []])(
    'cannot be %j',
    async (body) => {
      const size = tenant.users.length
      expect((await resize(body)).status).toBe(400)
      expect(tenant.users).toHaveLength(size)
    },
  )
})
