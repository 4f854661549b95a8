import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { people } from '../src/testing/index.ts'
import { claimsOf, consentForAll, signIn } from './application.ts'
import { callGraph } from './graph-call.ts'

let tenant: Tenant
beforeAll(async () => void (tenant = await createTenant()))
afterAll(() => tenant.close())

const idOf = (place: number) => people(tenant).at(place).id

async function groups(path: string, token: string, body: unknown = { securityEnabledOnly: true }) {
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const answer = await callGraph(tenant, `${path}/getMemberGroups`, token, init)
  return { status: answer.status, body: (await answer.json()) as { value?: string[] } }
}

describe('getMemberGroups', () => {
  it('gives the groups that do not fit into the token', async () => {
    const tokens = await signIn(tenant, {}, { user: idOf(11) })
    expect(claimsOf(tokens.id_token)).toHaveProperty('_claim_names')
    const { status, body } = await groups('/me', tokens.access_token)
    expect(status).toBe(200)
    expect(body.value).toHaveLength(240)
    expect(body).toHaveProperty(
      '@odata.context',
      `${tenant.graphUrl}/$metadata#Collection(Edm.String)`,
    )
  })

  it('gives the same groups as the token, if the token has them', async () => {
    const tokens = await signIn(tenant, {}, { user: idOf(10) })
    const { body } = await groups('/me', tokens.access_token, { securityEnabledOnly: true })
    expect(body.value).toEqual(claimsOf(tokens.id_token).groups)
    // A token lists security groups; the user is in Microsoft 365 groups too.
    const all = await groups('/me', tokens.access_token, { securityEnabledOnly: false })
    expect(all.body.value?.slice(0, 200)).toEqual(body.value)
    expect(all.body.value?.length).toBeGreaterThan(200)
  })

  it('requires more permissions for the groups of other users', async () => {
    const own = (await signIn(tenant, { scope: 'openid User.Read' })).access_token
    const scope = 'openid User.ReadBasic.All GroupMember.Read.All'
    await consentForAll(tenant, scope)
    const all = (await signIn(tenant, { scope })).access_token
    const bare = (await signIn(tenant, { scope: 'openid' })).access_token
    const path = `/users/${idOf(11)}`
    expect((await groups(path, all)).body.value).toHaveLength(240)
    expect((await groups(path, own)).status).toBe(403)
    expect((await groups(`/users/${idOf(0)}`, own)).status).toBe(200)
    expect((await groups('/me', bare)).status).toBe(403)
    expect((await groups('/users/nobody', all)).status).toBe(404)
  })

  it.each([{}, [], { securityEnabledOnly: 'yes' }])('refuses the body %j', async (body) => {
    const { access_token: token } = await signIn(tenant)
    expect((await groups('/me', token, body)).status).toBe(400)
  })
})

describe('a photo', () => {
  it('is there for everyone who is offered first, and missing for others', async () => {
    const { access_token: token } = await signIn(tenant)
    const statuses = await Promise.all(
      tenant.users.map(async ({ id }) => {
        const answer = await callGraph(tenant, `/users/${id}/photo/$value`, token)
        return answer.status
      }),
    )
    expect(statuses.slice(0, 12)).toEqual(Array(12).fill(200))
    expect(statuses).toContain(404)
  })

  it('has an ETag, and is not sent again to a client that has it', async () => {
    const { access_token: token } = await signIn(tenant)
    const path = async () => {
      for (const { id } of tenant.users) {
        const answer = await callGraph(tenant, `/users/${id}/photo/$value`, token)
        if (answer.ok) return { path: `/users/${id}/photo/$value`, answer }
      }
      throw new Error('Nobody has a photo.')
    }
    const { path: photo, answer } = await path()
    const etag = answer.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[0-9a-f]{40}"$/)
    const again = async (tag: string) =>
      callGraph(tenant, photo, token, { headers: { 'if-none-match': tag } })
    const known = await again(`"other", W/${etag}`)
    expect([known.status, await known.text(), known.headers.get('etag')]).toEqual([304, '', etag])
    expect((await again('"other"')).status).toBe(200)
  })
})
