import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTenant, type Tenant } from '../src/tenant.ts'
import { forgeToken, freePort, localClient, setScenario } from '../src/testing/index.ts'

const origin = 'https://login.example.test'
const graphOrigin = 'https://graph.example.test'

let tenant: Tenant
let local: string
beforeAll(async () => {
  const port = await freePort()
  local = `http://127.0.0.1:${port}`
  const clients = [{ ...localClient, applicationPermissions: ['User.Read.All'] }]
  tenant = await createTenant({ port, users: 20, origin, graphOrigin, clients })
})
afterAll(() => tenant.close())

async function appToken(): Promise<string> {
  const answer = await fetch(`${local}/${tenant.tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: localClient.clientId,
      client_secret: localClient.secrets[0],
      scope: 'https://graph.microsoft.com/.default',
    }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  return access_token
}

describe('a tenant whose sign-in and Graph have two names', () => {
  it.each(['/v1.0/users?$top=3', '/v1.0/users/delta', '/beta/users?$top=3'])(
    'answers %s with links at Graph’s name, the only host that clients send its tokens to',
    async (path) => {
      const headers = { authorization: `Bearer ${await appToken()}` }
      const page = (await (await fetch(local + path, { headers })).json()) as Record<string, string>
      const links = Object.entries(page).filter(([name]) => name.startsWith('@odata.'))
      expect(links.length).toBeGreaterThan(1)
      for (const [, link] of links) expect(new URL(link).origin).toBe(graphOrigin)
    },
  )

  it('has its scenarios and tokens at its own address, for the helpers of tests', async () => {
    const clear = await setScenario(tenant, 'graph-throttled')
    await clear()
    expect(await forgeToken(tenant)).toMatch(/^ey/)
  })

  it('takes a doubled slash for one, as MSAL for Python writes it', async () => {
    const path = '/common//v2.0/.well-known/openid-configuration'
    const answer = await fetch(local + path)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      token_endpoint: `${origin}/common/oauth2/v2.0/token`,
    })
  })
})
