/** Microsoft requires an interaction during a session: the page says which, and *Continue* returns to the page. */
import { expect, type Page } from '@playwright/test'
import { test } from './own-gatehouse.ts'
import { signIn } from './visitor.ts'

const account = 0
const place = '/users?q=no&sort=-name#table'
const table = (page: Page) => page.getByRole('table', { name: 'Users' })
const card = (page: Page, title: string) => page.getByRole('heading', { name: title })

/** Follows the page's link, does what the tenant asks, and returns to the page. */
async function continueAndReturn(page: Page, link: string): Promise<void> {
  await page.getByRole('main').getByRole('link', { name: link }).click()
  // An account to choose, a consent to give, a second factor to show.
  const asked = page.getByRole('button', { name: /@|^Accept$|^Yes, it’s me$/ })
  for (let step = 0; step < 3; step += 1) {
    await expect(asked.first().or(table(page))).toBeVisible()
    if (await table(page).isVisible()) break
    await asked.first().click()
  }
  await expect(table(page).locator('mark').first()).toBeVisible()
  await expect(page).toHaveURL((url) => url.pathname + url.search + url.hash === place)
}

test('an authentication context that Graph requires leads to a step-up', async ({
  page,
  tenant,
}) => {
  await signIn(page, account)
  tenant.requireAuthenticationContext('users', 'c1')
  await page.goto(place)
  await expect(card(page, 'Microsoft needs to verify it’s you')).toBeVisible()
  await expect(table(page)).toHaveCount(0)
  await continueAndReturn(page, 'Continue')
})

test('withdrawn consent is requested again, with a description of the permission', async ({
  page,
  tenant,
}) => {
  await signIn(page, account)
  tenant.withdrawConsent()
  tenant.revokeTokens()
  await page.goto(place)
  await expect(card(page, 'This app needs your permission')).toBeVisible()
  await expect(page.getByRole('main')).toContainText(
    'This page needs “See the names and addresses of the people in your organisation”.',
  )
  await expect(
    page.getByRole('button', { name: 'Copy details for your administrator' }),
  ).toBeVisible()
  await continueAndReturn(page, 'Review permissions')
})

test(
  'a session that was revoked at Microsoft leads to a sign-in',
  { tag: '@thorough' },
  async ({ page, tenant }) => {
    await signIn(page, account)
    tenant.revokeUser()
    await page.goto(place)
    await expect(card(page, 'Sign in again to continue')).toBeVisible()
    await continueAndReturn(page, 'Sign in again')
  },
)

test(
  'the data of the page is removed when the interaction is requested',
  { tag: '@thorough' },
  async ({ page, tenant }) => {
    await signIn(page, account)
    await page.goto('/users')
    await expect(table(page).getByRole('row')).toHaveCount(26)
    const rows = await table(page).getByText(/@/).allInnerTexts()
    tenant.requireAuthenticationContext('users', 'c1')
    await page.getByRole('searchbox').fill('no')
    await expect(card(page, 'Microsoft needs to verify it’s you')).toBeVisible()
    const html = await page.content()
    for (const row of rows) expect(html).not.toContain(row)
  },
)
