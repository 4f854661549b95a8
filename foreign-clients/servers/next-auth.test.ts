import { createRequire } from 'node:module'
import express, { type Request, type Response } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../packages/tenant/src/testing/index.ts'
import { cookiesOf, serve, type Application } from '../application.ts'
import { startDropIn, type TlsTenant } from '../tls-tenant.ts'
import { visitorOf, type Visitor } from '../visitor.ts'
import { signInByAuthJs } from './auth-js-sign-in.ts'

const require = createRequire(import.meta.url)

/** The handler of API routes, which needs no more of Next than the form of its requests and answers. */
const { default: NextAuth } = require('next-auth') as {
  default: (request: object, answer: Response, options: object) => Promise<void>
}
const { default: AzureAD } = require('next-auth/providers/azure-ad') as {
  default: (options: object) => object
}

interface SignedIn {
  token: object
  account?: { access_token: string }
  profile?: { oid: string }
}

const path = '/api/auth/callback/azure-ad'

let at: TlsTenant
let ofAll: Application
let ofTenant: Application
let withPhoto: Application
beforeAll(async () => {
  at = await startDropIn({ web: { redirectUris: [`http://localhost${path}`] } })
  ofAll = await start({})
  ofTenant = await start({ tenantId: at.tenant.tenantId })
  const scope = 'openid profile email User.Read'
  withPhoto = await start({ authorization: { params: { scope } } })
})
afterAll(async () => {
  ofAll?.end()
  ofTenant?.end()
  withPhoto?.end()
  await at?.end()
})

/** @param settings of the provider, besides the client's id and secret */
async function start(settings: object): Promise<Application> {
  const port = await freePort()
  const { clientId, clientSecret } = at.client
  const options = {
    providers: [AzureAD({ clientId, clientSecret, ...settings })],
    secret: 'of-this-test-only',
    callbacks: {
      jwt: ({ token, account, profile }: SignedIn) => ({
        ...token,
        ...(account && { accessToken: account.access_token, oid: profile?.oid }),
      }),
      session: ({ session, token }: Record<string, object>) => ({ ...session, ...token }),
    },
  }
  const app = express()
  app.use(express.urlencoded({ extended: false }))
  app.all('/api/auth/{*nextauth}', (request: Request, answer) => {
    // What Next adds to a request of Node.
    const nextauth = request.params['nextauth']
    const query = { ...request.query, nextauth }
    const cookies = cookiesOf(request)
    const { method, headers } = request
    const body: unknown = request.body ?? {}
    return NextAuth({ query, cookies, method, headers, body }, answer, options)
  })
  return serve(app, port)
}

function signIn({ origin }: Application, visitor: Visitor) {
  // NextAuth takes its address from here.
  process.env['NEXTAUTH_URL'] = origin
  return signInByAuthJs(visitor, `${origin}/api/auth`, 'azure-ad')
}

describe('NextAuth 4 with its provider for Azure AD, without Next', () => {
  it.each([
    ['the authority of all organizations, its default', () => ofAll, 13],
    ['the authority of the tenant', () => ofTenant, 14],
  ])('signs a user in at %s', async (_, application, place) => {
    const visitor = visitorOf(at, place)
    const { oid, accessToken, name, email } = await signIn(application(), visitor)
    expect({ oid, name }).toEqual({ oid: visitor.user.id, name: visitor.user.displayName })
    expect(email).toBe(visitor.user.mail)
    const answer = await fetch('https://graph.microsoft.com/oidc/userinfo', {
      headers: { authorization: `Bearer ${String(accessToken)}` },
    })
    expect(await answer.json()).toMatchObject({ name })
  })

  it('has the photo of the user, if it asks for that permission', async () => {
    const visitor = visitorOf(at, 3)
    const { picture } = await signIn(withPhoto, visitor)
    expect(picture).toMatch(/^data:image\/jpeg;base64, /)
  })
})
