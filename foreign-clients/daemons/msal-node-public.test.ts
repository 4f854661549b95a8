import { PublicClientApplication } from '@azure/msal-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { approveDeviceCode } from '../../packages/tenant/src/testing/index.ts'
import { askGraph } from '../graph.ts'
import { personOf } from '../person.ts'
import { startDropIn, type TlsTenant } from '../tls-tenant.ts'
import { visit, visitorOf } from '../visitor.ts'

const scopes = ['User.Read']

let at: TlsTenant
beforeAll(async () => {
  at = await startDropIn(
    { web: {}, publicClient: { redirectUris: ['http://localhost'] } },
    { deviceCodeInterval: 1 },
  )
})
afterAll(() => at?.end())

/** A program on a user's machine, with no setting but the client id. */
function createClient(): PublicClientApplication {
  return new PublicClientApplication({ auth: { clientId: at.client.clientId } })
}

describe('MSAL Node as a public client, with its default authority', () => {
  it('signs a user in by a browser, on a port of its own, and refreshes', async () => {
    const visitor = visitorOf(at, 13)
    const { id } = visitor.user
    const client = createClient()
    const { account, accessToken } = await client.acquireTokenInteractive({
      scopes,
      openBrowser: async (url) => {
        const page = await visit(visitor, url)
        expect(page.text).toContain('successfully')
      },
    })
    expect(account?.localAccountId).toBe(id)
    expect(await askGraph(at, accessToken)).toBe(id)
    if (!account) throw new Error('MSAL has no account')
    const fresh = await client.acquireTokenSilent({ account, scopes, forceRefresh: true })
    expect(await askGraph(at, fresh.accessToken)).toBe(id)
  })

  it('signs a user in by a device code', async () => {
    const { user } = personOf(at, 14)
    const result = await createClient().acquireTokenByDeviceCode({
      scopes,
      deviceCodeCallback: ({ userCode, verificationUri }) => {
        void approveDeviceCode({ userCode, verificationUri, user: user.userPrincipalName })
      },
    })
    expect(result?.account?.localAccountId).toBe(user.id)
    expect(await askGraph(at, result?.accessToken ?? '')).toBe(user.id)
  })
})
