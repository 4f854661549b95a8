import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { people, type TenantUser } from '../../packages/tenant/src/testing/index.ts'
import type { Application } from '../application.ts'
import { askGraph } from '../graph.ts'
import { startTlsTenant, type TlsTenant } from '../tls-tenant.ts'
import { launchChromium, signInOnPage } from './chromium.ts'
import { servePage } from './single-page.ts'

const library = join(
  dirname(fileURLToPath(import.meta.resolve('oidc-client-ts'))),
  '../browser/oidc-client-ts.min.js',
)

interface User {
  profile: { oid: string; name: string; iss: string; picture?: string }
  access_token: string
}

interface AppWindow {
  manager: {
    signinRedirect(): Promise<void>
    signoutRedirect(): Promise<void>
    signinSilent(request?: object): Promise<User | null>
    getUser(): Promise<User | null>
    removeUser(): Promise<void>
  }
  ready: Promise<User | null>
}

/** The settings of its documentation. */
const app = ({ issuer, client }: TlsTenant) => `
<script src="/oidc-client-ts.js"></script>
<script>
  const origin = location.origin
  const manager = new oidc.UserManager({
    authority: '${issuer}',
    client_id: '${client.clientId}',
    redirect_uri: origin + '/callback',
    silent_redirect_uri: origin + '/silent',
    post_logout_redirect_uri: origin + '/signed-out',
    scope: 'openid profile offline_access User.Read',
    loadUserInfo: true,
  })
  window.manager = manager
  window.ready = location.pathname === '/callback' ? manager.signinCallback() : manager.getUser()
  if (location.pathname === '/silent') manager.signinSilentCallback()
</script>`

let at: TlsTenant
let application: Application
let chromium: Browser
beforeAll(async () => {
  const paths = ['/callback', '/silent', '/signed-out']
  at = await startTlsTenant({
    web: {},
    spa: { redirectUris: paths.map((path) => `http://localhost${path}`) },
  })
  const page = app(at)
  application = await servePage(Object.fromEntries(['/', ...paths].map((path) => [path, page])), {
    '/oidc-client-ts.js': library,
  })
  chromium = await launchChromium(at)
})
afterAll(async () => {
  await chromium?.close()
  application?.end()
  await at?.end()
})

async function signIn(context: BrowserContext, user: TenantUser) {
  const page = await context.newPage()
  await page.goto(application.origin)
  await page.evaluate(() => {
    void (globalThis as unknown as AppWindow).manager.signinRedirect()
  })
  await signInOnPage(page, user)
  await page.waitForURL(`${application.origin}/callback**`)
  const signedIn = await page.evaluate(() => (globalThis as unknown as AppWindow).ready)
  return { page, signedIn }
}

/** @returns what it comes to, or the message of the error */
function signInSilently(page: Page): Promise<User | string | null> {
  return page.evaluate(async () => {
    const { manager } = globalThis as unknown as AppWindow
    try {
      return await manager.signinSilent()
    } catch (error) {
      return (error as { error: string }).error
    }
  })
}

describe('oidc-client-ts', () => {
  it('signs a user in, merges UserInfo, and refreshes', async () => {
    const context = await chromium.newContext()
    const user = people(at.tenant).at(13)
    const { page, signedIn } = await signIn(context, user)
    expect(signedIn?.profile).toMatchObject({ oid: user.id, name: user.displayName })
    expect(signedIn?.profile.picture).toContain('/me/photo/')
    expect(await askGraph(at, signedIn?.access_token ?? '')).toBe(user.id)
    const fresh = (await signInSilently(page)) as User
    expect(fresh.profile.oid).toBe(user.id)
    expect(fresh.access_token).not.toBe(signedIn?.access_token)
    expect(await askGraph(at, fresh.access_token)).toBe(user.id)
    await context.close()
  })

  it('signs the user in without a click in a hidden frame, until the user signs out', async () => {
    const context = await chromium.newContext()
    const user = people(at.tenant).at(14)
    const { page } = await signIn(context, user)
    const other = await context.newPage()
    await other.goto(application.origin)
    expect(await signInSilently(other)).toMatchObject({ profile: { oid: user.id } })
    await page.evaluate(() => {
      void (globalThis as unknown as AppWindow).manager.signoutRedirect()
    })
    await page.waitForURL(`${application.origin}/signed-out`)
    const later = await context.newPage()
    await later.goto(application.origin)
    expect(await signInSilently(later)).toBe('login_required')
    await context.close()
  })
})
