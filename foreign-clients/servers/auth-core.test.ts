import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../packages/tenant/src/testing/index.ts'
import { fetchListener, serve, type Application } from '../application.ts'
import { askGraph } from '../graph.ts'
import { startDropIn, type TlsTenant } from '../tls-tenant.ts'
import { visitorOf, type Visitor } from '../visitor.ts'
import { signInByAuthJs } from './auth-js-sign-in.ts'

/** Imported without its types, which bring those of browsers into every file. */
const core: string = '@auth/core'
const { Auth } = (await import(core)) as {
  Auth(request: Request, options: object): Promise<Response>
}
const { default: MicrosoftEntraID } = (await import(`${core}/providers/microsoft-entra-id`)) as {
  default(options: object): object
}

interface SignedIn {
  token: object
  account?: { access_token: string }
  profile?: { oid: string }
}

const path = '/auth/callback/microsoft-entra-id'

let at: TlsTenant
let ofAll: Application
let ofTenant: Application
beforeAll(async () => {
  at = await startDropIn({ web: { redirectUris: [`http://localhost${path}`] } })
  ofAll = await start(undefined)
  ofTenant = await start(at.issuer)
})
afterAll(async () => {
  ofAll?.end()
  ofTenant?.end()
  await at?.end()
})

/** Auth.js with its provider for Entra. @param issuer undefined: the provider's own, for `common` */
async function start(issuer: string | undefined): Promise<Application> {
  const port = await freePort()
  const { clientId, clientSecret } = at.client
  return serve(
    fetchListener(`http://localhost:${port}`, (request) =>
      Auth(request, {
        providers: [
          MicrosoftEntraID({ clientId, clientSecret, ...(issuer !== undefined && { issuer }) }),
        ],
        secret: 'of-this-test-only-of-this-test-only',
        trustHost: true,
        basePath: '/auth',
        callbacks: {
          jwt: ({ token, account, profile }: SignedIn) => ({
            ...token,
            ...(account && { accessToken: account.access_token, oid: profile?.oid }),
          }),
          session: ({ session, token }: Record<string, object>) => ({ ...session, ...token }),
        },
      }),
    ),
    port,
  )
}

const signIn = ({ origin }: Application, visitor: Visitor) =>
  signInByAuthJs(visitor, `${origin}/auth`, 'microsoft-entra-id')

describe('Auth.js with its provider for Microsoft Entra ID', () => {
  it.each([
    ['the authority of all organizations, its default', () => ofAll, 13],
    ['the authority of the tenant', () => ofTenant, 14],
  ])('signs a user in at %s', async (_, application, place) => {
    const visitor = visitorOf(at, place)
    const { oid, accessToken, name, email } = await signIn(application(), visitor)
    expect({ oid, name }).toEqual({ oid: visitor.user.id, name: visitor.user.displayName })
    expect(email).toBe(visitor.user.mail)
    expect(await askGraph(at, String(accessToken))).toBe(visitor.user.id)
  })

  it('has the photo of the user', async () => {
    const { picture } = await signIn(ofTenant, visitorOf(at, 3))
    expect(picture).toMatch(/^data:image\/jpeg;base64, /)
  })
})
