/** What the browser must never show, run or store. */
import { expect, test, type BrowserContext, type Page } from '@playwright/test'
import { changeAnswers } from './change-answers.ts'
import { attacks, hostile } from './hostile-text.ts'
import { countViolations } from './policy-violations.ts'
import { offeredAccount, signIn, signInLink, signOut } from './visitor.ts'

const account = 5

/** Ends the session from another device: a second browser with the same cookie. */
async function endOnServer(context: BrowserContext, origin: string): Promise<void> {
  const session = (await context.cookies(origin)).find(({ name }) => /^session-\d+$/.test(name))
  const other = await context.browser()?.newContext({ baseURL: origin })
  if (!session || !other) throw new Error('There is no session to end')
  await other.addCookies([session])
  const answer = await other.request.post('/auth/sign-out', { headers: { 'x-csrf': '1' } })
  expect(answer.status()).toBe(200)
  await other.close()
}

/** The users on the page, as the texts of the rows. */
async function listedUsers(page: Page): Promise<string[]> {
  await page.goto('/users')
  const names = page.getByRole('table').getByText(/@/)
  await expect(names.first()).toBeVisible()
  return names.allInnerTexts()
}

async function expectNothingOf(page: Page, texts: string[]): Promise<void> {
  const html = await page.content()
  for (const text of texts) expect(html).not.toContain(text)
}

async function expectOnlyText(page: Page): Promise<void> {
  expect(await page.evaluate(() => Reflect.get(globalThis, 'attacked') as unknown)).toBeUndefined()
  await expect(page.locator('img[src="hostile"], [onerror], [onload]')).toHaveCount(0)
  await expect(page.locator('[href^="javascript:" i], [src^="javascript:" i]')).toHaveCount(0)
}

test('the browser stores nothing: no storage, database, cache or service worker', async ({
  page,
}) => {
  await signIn(page, account)
  for (const path of ['/', '/claims', '/users', '/sessions']) {
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    const kept = await page.evaluate(async () => ({
      local: Object.keys(localStorage),
      session: Object.keys(sessionStorage),
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      readableCookies: document.cookie,
      nameOfTheWindow: window.name,
    }))
    expect(kept, path).toEqual({
      // In development only: the names of the steps of Get started that were done.
      local: ['get-started'],
      session: [],
      databases: 0,
      caches: 0,
      workers: 0,
      readableCookies: '',
      nameOfTheWindow: '',
    })
  }
})

test('a session that ended on the server empties the page at the next request', async ({
  page,
  context,
  baseURL,
}) => {
  const name = await signIn(page, account)
  const users = await listedUsers(page)
  await endOnServer(context, baseURL ?? '')

  await page.getByRole('searchbox').fill('a')
  await expect(page.getByRole('dialog', { name: 'Sign in again to continue' })).toBeVisible()
  await expect(page.getByRole('table')).toHaveCount(0)
  await expectNothingOf(page, [name, ...users])

  // Navigates within the app: a cached list would show at once.
  for (const path of ['/', '/users']) {
    await page.evaluate((to) => history.pushState(null, '', to), path)
    await expect(page.locator('main h1')).toHaveCount(path === '/' ? 1 : 0)
  }
  await expect(page.getByRole('dialog')).toBeVisible()
  await expectNothingOf(page, [name, ...users])
})

test('Back after a sign-out shows nothing private', async ({ page, baseURL }) => {
  const name = await signIn(page, account)
  const users = await listedUsers(page)
  await page.getByRole('link', { name: 'ID token' }).first().click()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await signOut(page, name)

  const visited: string[] = []
  for (let step = 0; step < 6; step += 1) {
    const before = page.url()
    await page.goBack().catch(async (error: Error) => {
      // A browser does not send a form of the tenant again by itself: it shows a page of its own.
      expect(error.message).toContain('ERR_CACHE_MISS')
      const state = () => page.evaluate(() => document.readyState).catch(() => 'on its way')
      await expect.poll(state).toBe('complete')
    })
    const url = new URL(page.url())
    if (page.url() === before || url.origin !== baseURL) continue
    visited.push(url.pathname)
    await expect(signInLink(page)).toBeVisible()
    await expectNothingOf(page, [name, ...users])
  }
  expect(visited).toEqual(expect.arrayContaining(['/claims', '/users']))
})

/** The address takes ids of a fixed form alone, and Graph gives no others. */
const kept = new Set(['next', 'id'])

test('hostile names of users are shown as text', async ({ page }) => {
  const violations = await countViolations(page)
  await signIn(page, account)
  await changeAnswers(page, '/api/users', (json) => hostile(json, (key) => !kept.has(key)))
  await page.goto('/users')
  await expect(page.getByText(attacks[0] ?? '').first()).toBeVisible()
  await expectOnlyText(page)

  await page.getByRole('table').getByRole('button').last().click()
  const panel = page.getByRole('dialog')
  await expect(panel).toBeVisible()
  await expectOnlyText(page)
  const links = panel.getByRole('link')
  await expect(links).toHaveCount(2)
  await expect(links.first()).toHaveAttribute('href', /^mailto:[^?&<>"]+$/)
  await expect(links.last()).toHaveAttribute('href', /^https:\/\/entra\.microsoft\.com\//)
  expect(violations()).toBe(0)
})

test(
  'hostile claims, claim names and people’s names are shown as text',
  { tag: '@thorough' },
  async ({ page }) => {
    const violations = await countViolations(page)
    await signIn(page, account)
    await changeAnswers(page, '/api/session', (json) =>
      hostile(json, (key) => ['name', 'username', 'tenantId'].includes(key)),
    )
    await changeAnswers(page, '/api/claims', (json) => {
      const { claims, ...rest } = json as { claims: Record<string, unknown> }
      const named = Object.fromEntries(
        attacks.map((attack) => [attack, [attack, { [attack]: 'x' }]]),
      )
      const spoilt = hostile(claims, () => true) as object
      return { ...rest, claims: { ...spoilt, ...named, picture: attacks[2], nested: attacks } }
    })
    for (const path of ['/', '/claims', '/claims?view=json']) {
      await page.goto(path)
      await expect(page.getByText(attacks[0] ?? '').first()).toBeVisible()
      await expectOnlyText(page)
    }
    expect(violations()).toBe(0)
  },
)

test(
  'the sign-in problem page shows the stable code and the id, and nothing else of its address',
  { tag: '@thorough' },
  async ({ page }) => {
    const violations = await countViolations(page)
    const main = page.getByRole('main')
    for (const marker of [...attacks, 'Call 0800 SCAM now', 'A'.repeat(1500)]) {
      const query = new URLSearchParams(
        ['code', 'id', 'aadsts', 'error', 'error_description', 'title'].map((key) => [key, marker]),
      )
      await page.goto(`/sign-in-problem?${query.toString()}`)
      await expect(main.getByRole('heading', { name: 'Sign-in didn’t work' })).toBeVisible()
      await main.getByText('Details', { exact: true }).click()
      expect(await page.locator('body').innerText()).not.toContain(marker)
      await expectOnlyText(page)
    }

    await page.goto('/sign-in-problem?code=not_assigned&aadsts=50105&id=2f1c9f6e-0f6b&error=SCAM')
    await expect(
      main.getByRole('heading', { name: 'You’re not assigned to this app' }),
    ).toBeVisible()
    await main.getByText('Details', { exact: true }).click()
    await expect(main.getByText('AADSTS50105').last()).toBeVisible()
    await expect(main.getByText('2f1c9f6e-0f6b').last()).toBeVisible()
    await expect(main).not.toContainText('SCAM')
    expect(violations()).toBe(0)
  },
)

test('the description of a callback error is not shown', { tag: '@thorough' }, async ({ page }) => {
  const description = 'AADSTS50105: <b>Call 0800 SCAM</b>'
  const query = new URLSearchParams({
    error: 'access_denied',
    error_description: description,
    state: 'nobody-began-this',
  })
  await page.goto(`/auth/redirect?${query.toString()}`)
  await page.waitForURL(/\/sign-in-problem\?code=[a-z_]+&/)
  await expect(page.getByRole('main').getByRole('heading', { level: 1 })).toBeVisible()
  expect(page.url()).not.toContain('SCAM')
  await expect(page.locator('body')).not.toContainText('SCAM')
})

test(
  'signing in and out needs no popup and no opener, under COOP same-origin',
  { tag: '@thorough' },
  async ({ page, context, baseURL }) => {
    const origin = baseURL ?? ''
    const policies = new Map<string, string | undefined>()
    page.on('response', (response) => {
      const { origin: from, pathname } = new URL(response.url())
      if (from !== origin || !response.request().isNavigationRequest()) return
      policies.set(pathname, response.headers()['cross-origin-opener-policy'])
    })
    const name = await signIn(page, account)
    expect(await page.evaluate(() => window.opener as unknown)).toBeNull()
    expect(await page.evaluate(() => window.frames.length)).toBe(0)
    await signOut(page, name)

    expect([...policies.keys()]).toEqual(
      expect.arrayContaining(['/', '/auth/sign-in', '/auth/redirect', '/signed-out']),
    )
    expect(new Set(policies.values())).toEqual(new Set(['same-origin']))
    expect(context.pages()).toHaveLength(1)
  },
)

test(
  'a page that opens the app in a popup gets no reference to it',
  { tag: '@thorough' },
  async ({ page }) => {
    await page.goto('/')
    await signInLink(page).click()
    // The tenant's page is another origin, and opens the app as an attacker's page does.
    await expect(offeredAccount(page, account)).toBeVisible()
    const appears = page.waitForEvent('popup')
    const { baseURL } = test.info().project.use
    await page.evaluate((url) => {
      Reflect.set(globalThis, 'popup', window.open(url))
    }, `${baseURL}/`)
    const popup = await appears
    await expect(signInLink(popup)).toBeVisible()
    expect(await popup.evaluate(() => window.opener as unknown)).toBeNull()
    const isClosed = () => (Reflect.get(globalThis, 'popup') as Window).closed
    await expect.poll(() => page.evaluate(isClosed)).toBe(true)
  },
)
