/** Back to a page in the back/forward cache, which Playwright disables by default, and headless Chromium lacks. */
import { expect } from '@playwright/test'
import { findChromium } from './chromium.ts'
import { test } from './own-gatehouse.ts'
import { signIn } from './visitor.ts'

test.use({
  launchOptions: async ({ launchOptions }, use) => {
    await use({
      ...launchOptions,
      executablePath: findChromium() ?? 'chromium',
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    })
  },
})

test('Back after a sign-out in another tab shows nothing of the cached page', async ({ page }) => {
  const name = await signIn(page, 0)
  await page.goto('/users')
  const table = page.getByRole('table', { name: 'Users' })
  await expect(table.getByRole('row')).toHaveCount(26)
  const users = await table.getByText(/@/).allInnerTexts()
  await page.evaluate(() => Reflect.set(globalThis, 'kept', true))

  await page.goto('/robots.txt')
  await page.request.post('/auth/sign-out', { headers: { 'x-csrf': '1' } })
  await page.goBack({ waitUntil: 'commit' })
  await expect(page.getByRole('dialog', { name: 'Sign in again to continue' })).toBeVisible()
  expect(await page.evaluate(() => Reflect.get(globalThis, 'kept') as unknown)).toBe(true)
  const html = await page.content()
  for (const text of [name, ...users]) expect(html).not.toContain(text)
})

test('Back during a session shows the page as it was', { tag: '@thorough' }, async ({ page }) => {
  await signIn(page, 0)
  await page.goto('/users')
  const table = page.getByRole('table', { name: 'Users' })
  await expect(table.getByRole('row')).toHaveCount(26)
  await page.evaluate(() => window.scrollTo(0, 400))
  await page.evaluate(() => Reflect.set(globalThis, 'kept', true))
  await page.goto('/robots.txt')
  await page.goBack({ waitUntil: 'commit' })
  await expect(table).toBeVisible()
  expect(await page.evaluate(() => Reflect.get(globalThis, 'kept') as unknown)).toBe(true)
  expect(await page.evaluate(() => window.scrollY)).toBe(400)
})
