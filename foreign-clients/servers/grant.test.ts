import express from 'express'
import session from 'express-session'
import grant from 'grant'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../packages/tenant/src/testing/index.ts'
import { serve, type Application } from '../application.ts'
import { askGraph } from '../graph.ts'
import { startDropIn, type TlsTenant } from '../tls-tenant.ts'
import { visit, visitorOf } from '../visitor.ts'

let at: TlsTenant
let application: Application
beforeAll(async () => {
  at = await startDropIn({
    web: { redirectUris: ['http://localhost/connect/microsoft/callback'] },
  })
  application = await start()
})
afterAll(async () => {
  application?.end()
  await at?.end()
})

/** Its provider `microsoft`, whose addresses are those of `common` and of UserInfo. */
async function start(): Promise<Application> {
  const port = await freePort()
  const app = express()
  app.use(session({ secret: 'of-this-test-only', resave: false, saveUninitialized: true }))
  app.use(
    grant.default.express({
      defaults: { origin: `http://localhost:${port}`, transport: 'session', state: true },
      microsoft: {
        key: at.client.clientId,
        secret: at.client.clientSecret,
        scope: ['openid', 'profile', 'email', 'offline_access', 'User.Read'],
        nonce: true,
        pkce: true,
        callback: '/hello',
        response: ['tokens', 'raw', 'jwt', 'profile'],
      },
    }),
  )
  app.get('/hello', (request, answer) => {
    const { response } = (request.session as unknown as { grant: { response: object } }).grant
    answer.json(response)
  })
  return serve(app, port)
}

describe('Grant with its provider microsoft', () => {
  it('signs a user in, checks the ID token’s nonce and reads UserInfo', async () => {
    const visitor = visitorOf(at, 13)
    const { id, displayName: name } = visitor.user
    const answer = await visit(visitor, `${application.origin}/connect/microsoft`)
    const {
      jwt,
      profile,
      access_token: accessToken = '',
      refresh_token,
    } = answer.json() as {
      jwt?: { id_token: { payload: { sub: string; oid: string } } }
      profile?: object
      access_token?: string
      refresh_token?: string
    }
    const claims = jwt?.id_token.payload
    expect(claims).toMatchObject({ oid: id, name })
    expect(profile).toMatchObject({ sub: claims?.sub, name })
    expect(refresh_token).toBeTypeOf('string')
    expect(await askGraph(at, accessToken)).toBe(id)
  })
})
