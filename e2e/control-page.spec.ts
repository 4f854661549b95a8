/** The pages of the local tenant in a browser: the control page with its script, the account picker, and every page's soundness. */
import { expect, type Page } from '@playwright/test'
import { violationsOf } from './accessibility.ts'
import type { Tenant } from '@gatehouse/tenant'
import { people } from '@gatehouse/tenant/testing'
import { test as base } from './own-gatehouse.ts'
import { expectSignedIn, offeredAccount, signIn, signInAtTenant, signInLink } from './visitor.ts'

const test = base.extend<{ clearedAfterwards: void }>({
  clearedAfterwards: [
    async ({ tenant }, use) => {
      await use()
      tenant.scenarios.clear()
    },
    { auto: true },
  ],
})

const account = 0
const filter = (page: Page) => page.getByRole('searchbox', { name: 'Filter failure scenarios' })
const openControlPage = (page: Page, { origin }: Tenant, tab = '') =>
  page.goto(`${origin}/_tenant${tab}`)

test('a popular scenario is one click, and the page of the app where it shows is another', async ({
  page,
  tenant,
}) => {
  await signIn(page, account)
  await openControlPage(page, tenant)
  await page.getByRole('button', { name: 'Turn on: Graph throttles', exact: true }).click()
  const active = page.getByRole('form').or(page.locator('.now'))
  await expect(active.getByRole('heading', { name: '1 failure active' })).toBeVisible()
  await active.getByRole('link', { name: 'Users' }).click()
  await expect(page).toHaveURL(/\/users/)
  await expect(page.getByRole('main')).toContainText('Microsoft Graph is busy')
  await openControlPage(page, tenant)
  await page.getByRole('button', { name: 'Turn off all' }).click()
  await expect(page.getByText('No failures active')).toBeVisible()
  await page.getByRole('link', { name: 'Open the app' }).click()
  await expectSignedIn(page)
})

test('a scenario that shows at a sign-in leads there', async ({ page, tenant }) => {
  await signIn(page, account)
  await openControlPage(page, tenant)
  await page
    .getByRole('button', { name: 'Turn on: A bit of the signature is changed' })
    .first()
    .click()
  await page.locator('.now').getByRole('link', { name: 'Sign in' }).click()
  await page.waitForURL(/\/sign-in-problem/)
})

test('"/" leads to the filter, which shows what matches while the user types', async ({
  page,
  tenant,
}) => {
  await openControlPage(page, tenant)
  await expect(page.getByText('Graph sends HTML')).toBeHidden()
  await page.keyboard.press('/')
  await expect(filter(page)).toBeFocused()
  await page.keyboard.type('graph html')
  await expect(page.getByText('Graph sends HTML')).toBeVisible()
  await expect(page.getByRole('status').filter({ hasText: /match/ })).toHaveText(
    '1 scenario matches',
  )
  await expect(page.getByText('Graph hangs')).toBeHidden()
  await expect(page.getByRole('heading', { name: 'Popular' })).toBeHidden()
  await filter(page).fill('zzz')
  await expect(page.getByText('No scenario matches.')).toBeVisible()
  await filter(page).press('Escape')
  await expect(page.getByRole('heading', { name: 'Popular' })).toBeVisible()
  await expect(page.getByText('Graph sends HTML')).toBeHidden()
})

test('the filter stays after a button, and options take a number of requests', async ({
  page,
  tenant,
}) => {
  await openControlPage(page, tenant)
  await filter(page).fill('graph html')
  await page.getByLabel('Options: Graph sends HTML').click()
  await page.getByLabel('Requests: Graph sends HTML').fill('3')
  await page.getByLabel('Requests: Graph sends HTML').press('Enter')
  await expect(page.locator('#graph-html').getByText('3 requests left')).toBeVisible()
  await expect(filter(page)).toHaveValue('graph html')
  await expect(page.getByText('Graph hangs')).toBeHidden()
  await page.getByRole('button', { name: 'Turn off: Graph sends HTML' }).last().click()
  await expect(page.getByText('No failures active')).toBeVisible()
  await expect(page.locator('#graph-html')).toBeVisible()
})

test('without scripts, the same forms do the same', async ({ browser, tenant }) => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await openControlPage(page, tenant)
  await filter(page).fill('graph html')
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await expect(page.getByText('1 scenario matches')).toBeVisible()
  await page.getByRole('button', { name: 'Turn on: Graph sends HTML' }).click()
  await expect(page.getByRole('heading', { name: '1 failure active' })).toBeVisible()
  await context.close()
})

test('a sign-in in the app is one group of requests', async ({ page, tenant }) => {
  const name = await signIn(page, account)
  await page.goto('/users')
  await expect(page.getByRole('table', { name: 'Users' }).getByRole('row')).toHaveCount(26)
  await openControlPage(page, tenant)
  await page.getByRole('link', { name: 'Requests' }).click()
  // The doctor asks the tenant too.
  const group = page.locator('details.area').filter({ has: page.getByRole('heading', { name }) })
  await expect(group).toHaveCount(1)
  await group.evaluate((details: HTMLDetailsElement) => {
    details.open = true
  })
  await expect(group).toContainText('POST /{tenant}/oauth2/v2.0/token')
  await expect(group).toContainText('GET /v1.0/users')
  await expect(group.getByText(/^\d+ photos$/).first()).toBeVisible()
})

test('a test account signs in by the link of the directory', async ({ page, tenant }) => {
  const { guest, disabled } = people(tenant)
  await openControlPage(page, tenant, '/directory')
  await page.getByRole('link', { name: `Sign in as: ${guest.userPrincipalName}` }).click()
  await expect(page.getByRole('button', { name: /@/ })).toHaveCount(1)
  await signInAtTenant(page, 0)
  expect(await expectSignedIn(page)).toBe(guest.displayName)
  await openControlPage(page, tenant, '/directory')
  await page.getByRole('link', { name: `Sign in as: ${disabled.userPrincipalName}` }).click()
  await offeredAccount(page, 0).click()
  await expect(page.getByRole('alert')).toHaveText('AADSTS50057: The user account is disabled.')
})

test('the closed control page is short, and does not scroll sideways', async ({ page, tenant }) => {
  for (const [width, most] of [
    [1440, 1_000],
    [390, 1_600],
    [320, 1_800],
  ] as const) {
    await page.setViewportSize({ width, height: 800 })
    await openControlPage(page, tenant)
    const { scrollHeight, scrollWidth } = await page.evaluate(() => ({
      scrollHeight: document.documentElement.scrollHeight,
      scrollWidth: document.documentElement.scrollWidth,
    }))
    expect(scrollHeight, `height at ${width} px`).toBeLessThan(most)
    expect(scrollWidth).toBe(width)
    const lines = await page
      .getByRole('navigation', { name: 'Control page' })
      .getByRole('link')
      .evaluateAll((tabs) =>
        tabs.map((tab) => {
          const text = document.createRange()
          text.selectNodeContents(tab)
          return new Set([...text.getClientRects()].map(({ top }) => Math.round(top))).size
        }),
      )
    expect(lines, `lines of the tabs at ${width} px`).toEqual([1, 1, 1])
  }
})

test('the tabs stay in sight on a tall window, and leave a low one to the page', async ({
  page,
  tenant,
}) => {
  const tabs = page.getByRole('navigation', { name: 'Control page' })
  await openControlPage(page, tenant, '?q=id-token')
  const toEnd = () => page.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await toEnd()
  await expect(tabs).toBeInViewport()
  await page.setViewportSize({ width: 720, height: 450 })
  await toEnd()
  await expect(tabs).not.toBeInViewport()
})

/** Every page of the tenant that a browser can be led to, and how. */
const pages: Record<string, (page: Page, tenant: Tenant) => Promise<unknown>> = {
  'the account picker': async (page) => {
    await page.goto('/')
    await signInLink(page).click()
    await page.locator('summary').click()
  },
  'a search without a match': async (page) => {
    await page.getByRole('textbox').fill('zzzz')
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByText('No one matches “zzzz”.').waitFor()
  },
  consent: async (page, tenant) => {
    tenant.withdrawConsent()
    await page.goto('/')
    await signInLink(page).click()
    await offeredAccount(page, 3).click()
    await page.getByRole('heading', { name: 'Permissions requested' }).waitFor()
  },
  'need for approval': async (page, tenant) => {
    tenant.requireAdminConsent(true)
    // The account of the page before is signed in to the tenant.
    await page.goto('/')
    await signInLink(page).click()
    await page.getByRole('heading', { name: 'Need admin approval' }).waitFor()
    tenant.requireAdminConsent(false)
  },
  'administrator consent': (page, tenant) =>
    page.goto(
      `${tenant.origin}/${tenant.tenantId}/v2.0/adminconsent?${new URLSearchParams({
        client_id: tenant.clients[0]?.clientId ?? '',
        redirect_uri: tenant.clients[0]?.web?.redirectUris?.[0] ?? '',
        scope: 'User.Read Directory.Read.All',
      }).toString()}`,
    ),
  'an error': (page, tenant) =>
    page.goto(
      `${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/authorize?client_id=${tenant.clients[0]?.clientId}`,
    ),
  'a device code': (page, tenant) => page.goto(`${tenant.origin}/devicelogin`),
  'the end of a sign-out': (page, tenant) =>
    page.goto(`${tenant.origin}/${tenant.tenantId}/oauth2/v2.0/logout`),
  'an unknown address': (page, tenant) => page.goto(`${tenant.origin}/nowhere`),
  'the scenarios': async (page, tenant) => {
    tenant.scenarios.start('graph-500', { times: 2 })
    tenant.scenarios.start('user-disabled', { user: people(tenant).at(5).id })
    tenant.faults.set({ at: 'me', kind: 'hang' })
    await page.goto(`${tenant.origin}/_tenant?q=graph-50`)
    for (const options of await page.locator('.options summary:visible').all())
      await options.click()
  },
  'the popular scenarios': (page, tenant) => page.goto(`${tenant.origin}/_tenant`),
  'a refused form': async (page, tenant) => {
    await page.goto(`${tenant.origin}/_tenant?q=tokens-revoked`)
    await page.getByLabel('Options: Access tokens are revoked').click()
    await page.getByLabel('User: Access tokens are revoked').fill('nobody')
    await page.getByRole('button', { name: 'Run: Access tokens are revoked' }).click()
    await page.getByRole('alert').waitFor()
  },
  'the requests': (page, tenant) => page.goto(`${tenant.origin}/_tenant/requests`),
  'the directory': (page, tenant) => page.goto(`${tenant.origin}/_tenant/directory`),
}

for (const width of [1280, 390]) {
  const tag = width === 1280 ? [] : ['@thorough']
  test(
    `the tenant’s pages have no accessibility violation, and nothing that their policy forbids, at ${width} px`,
    { tag },
    async ({ page, tenant }) => {
      test.setTimeout(180_000)
      await page.setViewportSize({ width, height: 800 })
      const found: string[] = []
      page.on('pageerror', (error) => found.push(error.message))
      page.on('console', (message) => {
        // A page with an error status is one of the pages.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          found.push(message.text())
      })
      for (const [name, lead] of Object.entries(pages)) {
        await lead(page, tenant)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          const broken = await violationsOf(page, colorScheme)
          expect(broken, `${name}, ${colorScheme}`).toEqual([])
        }
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        expect(overflow, `${name} scrolls sideways`).toBe(0)
      }
      expect(found).toEqual([])
    },
  )
}
