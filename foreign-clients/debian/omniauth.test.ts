import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../packages/tenant/src/testing/index.ts'
import { startClient, type ClientProcess } from '../client-process.ts'
import { startProxy, type Proxy } from '../drop-in.ts'
import { askGraph } from '../graph.ts'
import { requireRuby } from '../programs.ts'
import { startDropIn, type TlsTenant } from '../tls-tenant.ts'
import { visit, visitorOf } from '../visitor.ts'

let at: TlsTenant
let proxy: Proxy
let site: ClientProcess
let origin: string
beforeAll(async () => {
  const strategies = ['openid_connect', 'azure_activedirectory_v2']
  at = await startDropIn({
    web: {
      redirectUris: strategies.map((name) => `http://localhost/auth/${name}/callback`),
    },
  })
  proxy = await startProxy(at.port, at.certificates.authorityFile)
  const port = await freePort()
  origin = `http://localhost:${port}`
  site = startClient(requireRuby(), [join(import.meta.dirname, 'omniauth-site.rb')], proxy.env)
  const { clientId, clientSecret } = at.client
  await site.ask({ origin, port, issuer: at.issuer, clientId, clientSecret })
})
afterAll(async () => {
  await site?.end()
  proxy?.end()
  await at?.end()
})

interface AuthHash {
  provider: string
  uid: string
  info: { name: string; email: string | null }
  credentials: { token: string }
}

describe('OmniAuth, as Debian has it', () => {
  it.each([
    ['OpenID Connect', 'openid_connect', 13],
    ['Azure Active Directory, with its default authority', 'azure_activedirectory_v2', 14],
  ])('signs a user in by its strategy for %s', async (_, provider, place) => {
    const visitor = visitorOf(at, place)
    const { id, displayName: name } = visitor.user
    const auth = (await visit(visitor, `${origin}/auth/${provider}`)).json() as unknown as AuthHash
    expect(auth).toMatchObject({ provider, uid: id, info: { name } })
    expect(await askGraph(at, auth.credentials.token)).toBe(id)
  })
})
