import { betterAuth } from 'better-auth'
import { memoryAdapter, type MemoryDB } from 'better-auth/adapters/memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../packages/tenant/src/testing/index.ts'
import { fetchListener, serve, type Application } from '../application.ts'
import { askGraph } from '../graph.ts'
import { startDropIn, type TlsTenant } from '../tls-tenant.ts'
import { visit, visitorOf, type Visitor } from '../visitor.ts'

const path = '/api/auth/callback/microsoft'

let at: TlsTenant
beforeAll(async () => {
  at = await startDropIn({ web: { redirectUris: [`http://localhost${path}`] } })
})
afterAll(() => at?.end())

/** @param settings of the provider, besides the client's id and secret */
async function start(settings: object): Promise<Application & { data: MemoryDB }> {
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const { clientId, clientSecret } = at.client
  const data: MemoryDB = { user: [], session: [], account: [], verification: [] }
  const auth = betterAuth({
    baseURL: origin,
    secret: 'of-this-test-only-of-this-test-only',
    database: memoryAdapter(data),
    socialProviders: { microsoft: { clientId, clientSecret, ...settings } },
    telemetry: { enabled: false },
  })
  return { ...(await serve(fetchListener(origin, auth.handler), port)), data }
}

describe('better-auth with its provider for Microsoft', () => {
  it.each([
    ['the authority of all organizations, its default', () => ({}), 13],
    ['the authority of the tenant', () => ({ tenantId: at.tenant.tenantId }), 3],
  ])('signs a user in at %s, and refreshes', async (_, settings, place) => {
    const application = await start(settings())
    const { origin, data } = application
    try {
      const visitor = visitorOf(at, place)
      const asked = await fetch(`${origin}/api/auth/sign-in/social`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin },
        body: JSON.stringify({ provider: 'microsoft', callbackURL: '/api/auth/get-session' }),
      })
      const { url } = (await asked.json()) as { url: string }
      for (const line of asked.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        visitor.cookies.set('localhost', new Map([[name, value]]))
      }
      const { user } = (await visit(visitor, url)).json() as { user: object }
      const { displayName: name, mail: email, id } = visitor.user
      expect(user).toMatchObject({ name, email })
      expect(data['account']).toMatchObject([{ providerId: 'microsoft', accountId: id }])
      const account = data['account']?.[0] as { id: string; accessToken: string }
      const { accessToken } = account
      expect(await askGraph(at, accessToken)).toBe(id)
      const fresh = await refresh(origin, visitor, account.id)
      expect(fresh).not.toBe(accessToken)
      expect(await askGraph(at, fresh)).toBe(id)
    } finally {
      application.end()
    }
  })
})

async function refresh(origin: string, { cookies }: Visitor, accountId: string): Promise<string> {
  const cookie = [...(cookies.get('localhost') ?? [])].map(([name, value]) => `${name}=${value}`)
  const answer = await fetch(`${origin}/api/auth/refresh-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin, cookie: cookie.join('; ') },
    body: JSON.stringify({ accountId }),
  })
  const { accessToken } = (await answer.json()) as { accessToken: string }
  return accessToken
}
