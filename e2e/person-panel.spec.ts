/** The panel of a person while the list changes below it, and where the focus goes after it. */
import { expect, test, type Page } from '@playwright/test'
import { beSignedIn } from './signed-in.ts'

const table = (page: Page) => page.getByRole('table', { name: 'Users' })
const open = (page: Page, row: number) =>
  table(page).locator('tbody tr').nth(row).getByRole('button')
const box = (page: Page) => page.getByRole('searchbox', { name: 'Search users' })
const panel = (page: Page) => page.getByRole('dialog')

test.beforeEach(async ({ page }) => {
  await beSignedIn(page)
  await page.goto('/users')
  await expect(table(page)).toHaveAttribute('aria-busy', 'false')
})

test('a panel that a link opened leaves the focus on the row of the person it showed last', async ({
  page,
}) => {
  await open(page, 2).click()
  await page.reload()
  await expect(panel(page)).toBeVisible()
  await page.getByRole('button', { name: 'Next person' }).click()
  await page.keyboard.press('Escape')
  await expect(panel(page)).toHaveCount(0)
  await expect(open(page, 3)).toBeFocused()
})

test('a person who is chosen right after typing stays open; the search waits', async ({ page }) => {
  await page.clock.install()
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 60_000))
  await box(page).fill('nora')
  const name = await open(page, 3).innerText()
  await open(page, 3).click()
  await expect(page).toHaveURL(/\/users\?user=[\w-]+$/)
  await page.clock.runFor(5000)
  await expect(page.getByRole('dialog', { name, exact: true })).toBeVisible()
  await expect(page).toHaveURL(/\/users\?user=[\w-]+$/)
  await page.keyboard.press('Escape')
  await page.clock.resume()
  await expect(page).toHaveURL(/\/users\?q=nora$/)
  await expect(table(page).locator('mark').first()).toHaveText(/^nora$/i)
  await expect(panel(page)).toHaveCount(0)
})

test('a person who is chosen while another list loads is shown at once, and stays', async ({
  page,
}) => {
  const answer = Promise.withResolvers<undefined>()
  await page.route('**/api/users?*search=*', async (route) => {
    await answer.promise
    await route.continue()
  })
  await box(page).fill('nora')
  await expect(page).toHaveURL(/q=nora$/)
  const name = await open(page, 3).innerText()
  await open(page, 3).click()
  const dialog = page.getByRole('dialog', { name, exact: true })
  await expect(dialog).toBeVisible()
  answer.resolve(undefined)
  await expect(table(page).locator('mark').first()).toHaveText(/^nora$/i)
  await expect(dialog).toBeVisible()
  // The list has neither this person nor one beside them.
  await expect(page.getByRole('button', { name: 'Next person' })).toHaveAttribute(
    'aria-disabled',
    'true',
  )
  await page.keyboard.press('Escape')
  await expect(panel(page)).toHaveCount(0)
  await expect(page).toHaveURL(/\/users\?q=nora$/)
  await expect(page.getByText('The linked person isn’t on this page of the list.')).toHaveCount(0)
})
