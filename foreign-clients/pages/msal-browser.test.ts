import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { people, type TenantUser } from '../../packages/tenant/src/testing/index.ts'
import type { Application } from '../application.ts'
import { startDropIn, type TlsTenant } from '../tls-tenant.ts'
import { launchChromium, signInOnPage } from './chromium.ts'
import { servePage } from './single-page.ts'

const library = join(
  dirname(fileURLToPath(import.meta.resolve('@azure/msal-browser'))),
  '..',
  'lib',
)

/** What the page has, besides the client itself. */
interface AppWindow {
  location: { origin: string }
  ready: Promise<object | null>
  client: {
    loginRedirect(request: object): Promise<void>
    loginPopup(request: object): Promise<Result>
    logoutRedirect(request?: object): Promise<void>
    ssoSilent(request: object): Promise<Result>
    acquireTokenSilent(request: object): Promise<Result>
  }
}

interface Result {
  account: { localAccountId: string; username: string }
  accessToken: string
  fromCache: boolean
  idTokenClaims: object
}

/** The settings of its documentation: nothing but the client id. */
const app = (clientId: string) => `
<script src="/msal-browser.js"></script>
<script>
  const client = new msal.PublicClientApplication({ auth: { clientId: '${clientId}' } })
  window.client = client
  window.ready = client.initialize().then(() => client.handleRedirectPromise())
</script>`

/** The page that its documentation asks for: hidden frames and pop-ups return to it. */
const bridge = `
<script src="/redirect-bridge.js"></script>
<script>msalRedirectBridge.broadcastResponseToMainFrame()</script>`

let at: TlsTenant
let application: Application
let chromium: Browser
beforeAll(async () => {
  at = await startDropIn({
    web: {},
    spa: {
      redirectUris: ['/', '/redirect.html', '/signed-out'].map((path) => `http://localhost${path}`),
    },
  })
  application = await servePage(
    { '/': app(at.client.clientId), '/redirect.html': bridge, '/signed-out': 'Signed out' },
    {
      '/msal-browser.js': join(library, 'msal-browser.min.js'),
      '/redirect-bridge.js': join(library, 'redirect-bridge', 'msal-redirect-bridge.min.js'),
    },
  )
  chromium = await launchChromium(at)
})
afterAll(async () => {
  await chromium?.close()
  application?.end()
  await at?.end()
})

async function openApp(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await page.goto(application.origin)
  await page.evaluate(() => (globalThis as unknown as AppWindow).ready)
  return page
}

async function signIn(context: BrowserContext, user: TenantUser): Promise<Page> {
  const page = await openApp(context)
  await page.evaluate(() => {
    void (globalThis as unknown as AppWindow).client.loginRedirect({ scopes: ['User.Read'] })
  })
  await signInOnPage(page, user)
  await page.waitForURL(`${application.origin}/**`)
  return page
}

/** Asks Graph for the owner of a token, from the page. */
function graphId(page: Page, accessToken: string): Promise<string> {
  return page.evaluate(async (token) => {
    const answer = await fetch('https://graph.microsoft.com/v1.0/me', {
      headers: { authorization: `Bearer ${token}` },
    })
    return ((await answer.json()) as { id: string }).id
  }, accessToken)
}

describe('MSAL for browsers, with no setting but the client id', () => {
  it('signs a user in by a redirect, refreshes, and Graph accepts its token', async () => {
    const context = await chromium.newContext()
    const user = people(at.tenant).at(13)
    const page = await signIn(context, user)
    const [first, fresh] = await page.evaluate(async () => {
      const { client, ready } = globalThis as unknown as AppWindow
      const { account } = (await ready) as Result
      const request = { account, scopes: ['User.Read'] }
      return [
        await client.acquireTokenSilent(request),
        await client.acquireTokenSilent({ ...request, forceRefresh: true }),
      ]
    })
    expect(first?.account.localAccountId).toBe(user.id)
    expect(first?.fromCache).toBe(true)
    expect(fresh?.fromCache).toBe(false)
    expect(await graphId(page, first?.accessToken ?? '')).toBe(user.id)
    expect(await graphId(page, fresh?.accessToken ?? '')).toBe(user.id)
    await context.close()
  })

  it('signs the user in without a click in a hidden frame, until the user signs out', async () => {
    const context = await chromium.newContext()
    const user = people(at.tenant).at(14)
    const page = await signIn(context, user)
    const silent = async (other: Page) =>
      other.evaluate(async (loginHint) => {
        const { client, location } = globalThis as unknown as AppWindow
        const redirectUri = `${location.origin}/redirect.html`
        try {
          const result = await client.ssoSilent({ loginHint, scopes: ['User.Read'], redirectUri })
          return result.account.localAccountId
        } catch (error) {
          return (error as { errorCode: string }).errorCode
        }
      }, user.userPrincipalName)
    const second = await openApp(context)
    expect(await silent(second)).toBe(user.id)
    await page.evaluate(async () => {
      const { client, ready } = globalThis as unknown as AppWindow
      const { account } = (await ready) as Result
      void client.logoutRedirect({ account, postLogoutRedirectUri: '/signed-out' })
    })
    await page.waitForURL(`${application.origin}/signed-out**`)
    expect(await silent(await openApp(context))).toBe('login_required')
    await context.close()
  })

  it('signs a user in by a pop-up window', async () => {
    const context = await chromium.newContext()
    const user = people(at.tenant).at(15)
    const page = await openApp(context)
    const popup = page.waitForEvent('popup')
    const result = page.evaluate(async () => {
      const { client, location } = globalThis as unknown as AppWindow
      const redirectUri = `${location.origin}/redirect.html`
      return client.loginPopup({ scopes: ['User.Read'], redirectUri })
    })
    await signInOnPage(await popup, user)
    expect((await result).account.localAccountId).toBe(user.id)
    await context.close()
  })
})
