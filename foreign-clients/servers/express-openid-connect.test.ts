import express from 'express'
import { auth, requiresAuth, type ConfigParams } from 'express-openid-connect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../packages/tenant/src/testing/index.ts'
import { serve, type Application } from '../application.ts'
import { askGraph } from '../graph.ts'
import { startTlsTenant, type TlsTenant } from '../tls-tenant.ts'
import { visit, visitorOf } from '../visitor.ts'

let at: TlsTenant
beforeAll(async () => {
  at = await startTlsTenant({
    web: {
      redirectUris: ['http://localhost/callback', 'http://localhost'],
      implicitGrantSettings: { enableIdTokenIssuance: true },
    },
  })
})
afterAll(() => at?.end())

/** The example of its documentation. @param settings besides addresses, client id and secret */
async function start(settings: ConfigParams): Promise<Application> {
  const port = await freePort()
  const app = express()
  app.use(
    auth({
      issuerBaseURL: at.issuer,
      baseURL: `http://localhost:${port}`,
      clientID: at.client.clientId,
      secret: 'of-this-test-only-of-this-test-only',
      authRequired: false,
      idpLogout: true,
      ...settings,
    }),
  )
  app.get('/', ({ oidc }, answer) => {
    answer.json({ isSignedIn: oidc.isAuthenticated() })
  })
  app.get('/profile', requiresAuth(), async ({ oidc }, answer) => {
    const { user, accessToken } = oidc
    const fetched = accessToken && (await oidc.fetchUserInfo())
    const renewed = oidc.refreshToken && (await accessToken?.refresh())
    answer.json({ user, accessToken, fetched, renewed })
  })
  return serve(app, port)
}

describe('express-openid-connect', () => {
  it('signs a user in by its default: an ID token, posted by a form', async () => {
    const application = await start({})
    const visitor = visitorOf(at, 13)
    const answer = await visit(visitor, `${application.origin}/profile`)
    const asked = answer.way.find(({ pathname }) => pathname.endsWith('/authorize'))?.searchParams
    expect(asked?.get('response_type')).toBe('id_token')
    expect(asked?.get('response_mode')).toBe('form_post')
    expect(answer.json()['user']).toMatchObject({
      oid: visitor.user.id,
      name: visitor.user.displayName,
    })
    application.end()
  })

  it('signs a user in by a code, reads UserInfo, refreshes and signs out', async () => {
    const application = await start({
      clientSecret: at.client.clientSecret,
      authorizationParams: {
        response_type: 'code',
        scope: 'openid profile email offline_access User.Read',
      },
    })
    const visitor = visitorOf(at, 14)
    const { id, displayName: name } = visitor.user
    const answer = (await visit(visitor, `${application.origin}/profile`)).json()
    const { user, fetched, accessToken, renewed } = answer as Record<string, { sub?: string }>
    expect(user).toMatchObject({ oid: id, name })
    expect(fetched).toMatchObject({ sub: user?.sub, name })
    for (const token of [accessToken, renewed] as ({ access_token?: string } | undefined)[]) {
      expect(await askGraph(at, token?.access_token ?? '')).toBe(id)
    }
    const left = await visit(visitor, `${application.origin}/logout`)
    expect(left.way.some(({ pathname }) => pathname.endsWith('/oauth2/v2.0/logout'))).toBe(true)
    expect(left.json()).toEqual({ isSignedIn: false })
    application.end()
  })
})
