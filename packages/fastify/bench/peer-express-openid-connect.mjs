/**
 * express-openid-connect as its documentation sets it up for an API: the code flow, the session in its encrypted cookie,
 * the access token from there. https://github.com/auth0/express-openid-connect/blob/master/EXAMPLES.md
 */
import { createRequire } from 'node:module'
import { Pool } from 'undici'
import { serveMeasured } from './measured-process.ts'

const require = createRequire(new URL('../../../foreign-clients/package.json', import.meta.url))
const express = require('express')
const { auth, requiresAuth } = require('express-openid-connect')

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PUBLIC_URL, SESSION_SECRET, GRAPH_BASE_URL } = process.env
const graph = new URL(GRAPH_BASE_URL)
// The fastest client that there is, as Gatehouse uses it. The documentation has slower ones.
const pool = new Pool(graph.origin, { connections: 64 })

const app = express()
app.use(
  auth({
    issuerBaseURL: ISSUER,
    baseURL: PUBLIC_URL,
    clientID: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    secret: SESSION_SECRET,
    authRequired: false,
    authorizationParams: {
      response_type: 'code',
      scope: 'openid profile email offline_access User.ReadBasic.All',
    },
  }),
)
app.get('/', (_request, answer) => answer.end())
app.get('/api/me', requiresAuth(), ({ oidc: { user } }, answer) => {
  const { name, preferred_username: username, oid: objectId, tid: tenantId } = user
  answer.json({ name, username, objectId, tenantId, roles: [] })
})
app.get('/api/users', requiresAuth(), async ({ oidc, query }, answer) => {
  let { accessToken } = oidc
  if (accessToken.isExpired()) accessToken = await accessToken.refresh()
  const { body } = await pool.request({
    method: 'GET',
    path: `${graph.pathname}/users?$top=${query.top}`,
    headers: { authorization: `Bearer ${accessToken.access_token}` },
  })
  answer.json(await body.json())
})
const server = app.listen(0, '127.0.0.1', () => serveMeasured(server.address().port))
