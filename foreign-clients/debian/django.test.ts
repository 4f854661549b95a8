import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../packages/tenant/src/testing/index.ts'
import { startClient, type ClientProcess } from '../client-process.ts'
import { startProxy, type Proxy } from '../drop-in.ts'
import { askGraph } from '../graph.ts'
import { requirePython } from '../programs.ts'
import { startDropIn, type TlsTenant } from '../tls-tenant.ts'
import { visit, visitorOf } from '../visitor.ts'

let at: TlsTenant
let proxy: Proxy
let site: ClientProcess
let origin: string
beforeAll(async () => {
  const python = requirePython('authlib, allauth, social_django')
  const paths = [
    '/authlib/callback',
    '/accounts/microsoft/login/callback/',
    '/social/complete/azuread-v2-tenant-oauth2/',
  ]
  const redirectUris = paths.map((path) => `http://localhost${path}`)
  at = await startDropIn({ web: { redirectUris } })
  proxy = await startProxy(at.port, at.certificates.authorityFile)
  const port = await freePort()
  origin = `http://localhost:${port}`
  const { clientId, clientSecret } = at.client
  const { tenantId } = at.tenant
  site = startClient(python, [join(import.meta.dirname, 'django-site.py')], proxy.env)
  const addresses = { origin, port, issuer: at.issuer, graph: at.graphUrl }
  await site.ask({ clientId, clientSecret, tenantId, ...addresses })
})
afterAll(async () => {
  await site?.end()
  proxy?.end()
  await at?.end()
})

describe('Clients for Django, as Debian has them', () => {
  it('Authlib signs a user in, reads UserInfo and refreshes', async () => {
    const visitor = visitorOf(at, 13)
    const { id, displayName: name } = visitor.user
    const answer = (await visit(visitor, `${origin}/authlib/login`)).json()
    const { sub } = answer['claims'] as { sub: string }
    expect(answer).toMatchObject({
      claims: { oid: id, name, iss: at.issuer },
      userInfo: { sub, name },
      graph: [id, id],
      isFresh: true,
    })
  })

  it('django-allauth signs a user in at its default authority', async () => {
    const visitor = visitorOf(at, 14)
    const { id, displayName, mail } = visitor.user
    const answer = (await visit(visitor, `${origin}/accounts/microsoft/login/`)).json()
    expect(answer).toMatchObject({ email: mail, allauth: [{ id, displayName }] })
  })

  it('Python Social Auth signs a user in', async () => {
    const visitor = visitorOf(at, 15)
    const { id, userPrincipalName: uid } = visitor.user
    const answer = await visit(visitor, `${origin}/social/login/azuread-v2-tenant-oauth2/`)
    const { social } = answer.json() as { social?: { uid: string; access_token: string }[] }
    expect(social).toMatchObject([{ uid }])
    expect(await askGraph(at, social?.[0]?.access_token ?? '')).toBe(id)
  })

  it('asked no other host', () => {
    expect(proxy.refused).toEqual([])
  })
})
