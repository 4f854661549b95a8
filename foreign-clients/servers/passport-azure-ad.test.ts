import express from 'express'
import { Passport } from 'passport'
import { BearerStrategy, OIDCStrategy, type SignedIn } from 'passport-azure-ad'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../packages/tenant/src/testing/index.ts'
import { cookiesOf, serve, type Application } from '../application.ts'
import { askGraph } from '../graph.ts'
import { startTlsTenant, type TlsTenant } from '../tls-tenant.ts'
import { visit, visitorOf } from '../visitor.ts'

const path = '/auth/openid/return'
const orders = '6f0c2d7e-41a8-4b1d-9c35-8e2f7a90b164'

let at: TlsTenant
beforeAll(async () => {
  at = await startTlsTenant({
    web: {
      redirectUris: [`http://localhost${path}`],
      implicitGrantSettings: { enableIdTokenIssuance: true },
    },
  })
})
afterAll(() => at?.end())

function common() {
  const identityMetadata = `${at.issuer}/.well-known/openid-configuration`
  return { identityMetadata, loggingLevel: 'error', loggingNoPII: false }
}

/** The example of its documentation. @param settings besides addresses, client id and secret */
async function start(settings: object): Promise<Application> {
  const port = await freePort()
  const passport = new Passport()
  const strategy = new OIDCStrategy(
    {
      ...common(),
      clientID: at.client.clientId,
      clientSecret: at.client.clientSecret,
      redirectUrl: `http://localhost:${port}${path}`,
      allowHttpForRedirectUrl: true,
      passReqToCallback: false,
      useCookieInsteadOfSession: true,
      cookieEncryptionKeys: [{ key: 'of-this-test-only-of-this-test-o', iv: 'of-this-test' }],
      ...settings,
    },
    (_iss, _sub, profile, accessToken, refreshToken, done) => {
      done(null, { profile, accessToken, refreshToken })
    },
  )
  passport.use(strategy)
  const app = express()
  app.use(express.urlencoded({ extended: false }))
  app.use((request, _answer, next) => {
    request.cookies = cookiesOf(request)
    next()
  })
  const authenticate = (request: express.Request, answer: express.Response, next: () => void) => {
    const options = { session: false, failureRedirect: '/failed', response: answer }
    const handle = passport.authenticate('azuread-openidconnect', options) as express.Handler
    void handle(request, answer, next)
  }
  app.get('/login', authenticate)
  app.all(path, authenticate, ({ user }, answer) => {
    answer.json(user)
  })
  return serve(app, port)
}

async function signIn(settings: object, place: number) {
  const application = await start(settings)
  const visitor = visitorOf(at, place)
  const answer = await visit(visitor, `${application.origin}/login`)
  application.end()
  expect(answer.url.pathname).toBe(path)
  return { ...(answer.json() as unknown as SignedIn), user: visitor.user }
}

describe('passport-azure-ad', () => {
  it.each([
    ['a code', 'code', 'form_post', 13],
    ['a code in the address', 'code', 'query', 14],
    ['a code and an ID token', 'code id_token', 'form_post', 15],
  ])('signs a user in by %s', async (_, responseType, responseMode, place) => {
    const scope = ['profile', 'offline_access', 'https://graph.microsoft.com/user.read']
    const settings = { responseType, responseMode, scope }
    const { profile, user, accessToken, refreshToken } = await signIn(settings, place)
    expect(profile).toMatchObject({ oid: user.id, displayName: user.displayName })
    expect(profile).toHaveProperty('_json.aud', at.client.clientId)
    expect(refreshToken).toBeTypeOf('string')
    expect(await askGraph(at, accessToken)).toBe(user.id)
  })

  it('signs a user in by an ID token alone', async () => {
    const settings = { responseType: 'id_token', responseMode: 'form_post', scope: ['profile'] }
    const { profile, user } = await signIn(settings, 16)
    expect(profile).toMatchObject({ oid: user.id, displayName: user.displayName })
  })

  it('protects an API: accepts tokens for it, and no others', async () => {
    const settings = { responseType: 'code', responseMode: 'form_post' }
    const scope = [`api://${orders}/Orders.Read`]
    const { accessToken, user } = await signIn({ ...settings, scope }, 17)
    const passport = new Passport()
    const bearer = { ...common(), clientID: orders, scope: ['Orders.Read'], validateIssuer: true }
    passport.use(
      new BearerStrategy({ ...bearer, audience: [orders, `api://${orders}`] }, (token, done) =>
        done(null, token, token),
      ),
    )
    const app = express()
    const authenticate = passport.authenticate('oauth-bearer', { session: false })
    app.get('/orders', authenticate as express.Handler, (request, answer) => {
      answer.json(request.user)
    })
    const api = await serve(app, await freePort())
    const ask = (token: string) =>
      fetch(`${api.origin}/orders`, { headers: { authorization: `Bearer ${token}` } })
    const answer = await ask(accessToken)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ oid: user.id })
    const { accessToken: forGraph } = await signIn({ ...settings, scope: ['User.Read'] }, 18)
    expect((await ask(forGraph)).status).toBe(401)
    api.end()
  })
})
