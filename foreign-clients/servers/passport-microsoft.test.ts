import express from 'express'
import session from 'express-session'
import { Passport } from 'passport'
import { Strategy } from 'passport-microsoft'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../packages/tenant/src/testing/index.ts'
import { serve, type Application } from '../application.ts'
import { askGraph } from '../graph.ts'
import { startDropIn, type TlsTenant } from '../tls-tenant.ts'
import { visit, visitorOf } from '../visitor.ts'

const path = '/auth/microsoft/callback'

let at: TlsTenant
let application: Application
beforeAll(async () => {
  at = await startDropIn({ web: { redirectUris: [`http://localhost${path}`] } })
  application = await start()
})
afterAll(async () => {
  application?.end()
  await at?.end()
})

interface SignedIn {
  accessToken: string
  refreshToken: string
  profile: unknown
}

/** The example of its documentation, which names neither authority nor Graph. */
async function start(): Promise<Application> {
  const port = await freePort()
  const passport = new Passport()
  const { clientId: clientID, clientSecret } = at.client
  const strategy = new Strategy(
    {
      clientID,
      clientSecret,
      callbackURL: `http://localhost:${port}${path}`,
      scope: ['user.read', 'offline_access'],
      state: true,
      pkce: true,
    },
    (accessToken, refreshToken, profile, done) => {
      done(null, { accessToken, refreshToken, profile })
    },
  )
  passport.use(strategy)
  const app = express()
  const secret = 'of-this-test-only'
  app.use(session({ secret, resave: false, saveUninitialized: false }))
  const authenticate = passport.authenticate('microsoft', { session: false })
  app.get('/auth/microsoft', authenticate)
  app.get(path, authenticate, ({ user }, answer) => {
    answer.json(user)
  })
  return serve(app, port)
}

describe('Passport with passport-microsoft', () => {
  it('signs a user in at its default authority, and reads the profile', async () => {
    const visitor = visitorOf(at, 13)
    const { id, displayName, surname, givenName, userPrincipalName, mail } = visitor.user
    const answer = await visit(visitor, `${application.origin}/auth/microsoft`)
    const { accessToken, refreshToken, profile } = answer.json() as unknown as SignedIn
    expect(profile).toMatchObject({
      provider: 'microsoft',
      id,
      displayName,
      userPrincipalName,
      name: {
        familyName: surname,
        givenName,
      },
      emails: [
        {
          type: 'work',
          value: mail,
        },
      ],
    })
    expect(refreshToken).not.toBe('')
    expect(await askGraph(at, accessToken)).toBe(id)
  })
})
