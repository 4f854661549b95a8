/**
 * express-openid-connect as its EXAMPLES.md has it: "Obtaining access tokens to call external APIs" and "Obtaining and using
 * refresh tokens". The session with its tokens is the encrypted cookie that it has by default.
 */

import express from 'express'
import openidConnect from 'express-openid-connect'
import { graphScope, portOf, secret, usersOf, type StartPeer } from './peer.ts'

const { auth, requiresAuth } = openidConnect

export const start: StartPeer = async (settings) => {
  const { authorityHost, tenantId, clientId, clientSecret, publicUrl } = settings
  const users = usersOf(settings)
  const app = express()
  app.use(
    auth({
      issuerBaseURL: `${authorityHost}/${tenantId}/v2.0`,
      baseURL: publicUrl,
      clientID: clientId,
      clientSecret,
      secret,
      authRequired: false,
      authorizationParams: {
        response_type: 'code',
        scope: `openid profile email offline_access ${graphScope}`,
      },
    }),
  )
  app.get('/api/me', requiresAuth(), ({ oidc }, answer) => {
    const { name, preferred_username: username, oid, tid, roles = [], acct } = oidc.user ?? {}
    const photoUrl = `/api/users/${oid}/photo`
    answer.json({
      name,
      username,
      objectId: oid,
      tenantId: tid,
      photoUrl,
      roles,
      guest: acct === 1,
    })
  })
  app.get('/api/users', requiresAuth(), async ({ oidc, query }, answer) => {
    let token = oidc.accessToken
    if (token?.isExpired()) token = await token.refresh()
    const page = await users(token?.access_token ?? '', query['top'] as string)
    answer.type('json').send(page)
  })
  return portOf(app.listen(0, '127.0.0.1'))
}
