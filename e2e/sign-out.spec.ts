/** What a sign-out takes from the browser, and what it leaves. */
import { expect, type Page } from '@playwright/test'
import { test } from './own-gatehouse.ts'
import { accountButton, signIn, signOut } from './visitor.ts'

/** As the code of an app would, which stores what it likes. */
async function fillStorage(page: Page): Promise<void> {
  await page.evaluate(async () => {
    localStorage.setItem('theme', 'dark')
    localStorage.setItem('draft', 'private')
    sessionStorage.setItem('filter', 'private')
    await (await caches.open('answers')).put('/private', new Response('private'))
    await new Promise((resolve, reject) => {
      const request = indexedDB.open('notes')
      request.addEventListener('success', () => {
        request.result.close()
        resolve(undefined)
      })
      request.addEventListener('error', reject)
    })
  })
}

function stored(page: Page) {
  return page.evaluate(async () => ({
    // In development also the names of the steps of Get started.
    local: Object.fromEntries(Object.entries(localStorage)),
    session: Object.entries(sessionStorage),
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
  }))
}

test('a sign-out empties the browser’s storage in every tab, and keeps the theme', async ({
  page,
  context,
}) => {
  const name = await signIn(page, 0)
  const other = await context.newPage()
  await other.goto('/claims')
  await fillStorage(other)
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.evaluate(() => sessionStorage.setItem('filter', 'private'))

  await signOut(page, name)
  const empty = {
    local: { theme: 'dark', 'get-started': 'signIn token' },
    session: [],
    databases: [],
    caches: [],
  }
  for (const tab of [page, other]) await expect.poll(() => stored(tab)).toEqual(empty)
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})

test('a sign-out does not wait for the browser’s cache, and leaves no photo in it', async ({
  page,
}) => {
  const name = await signIn(page, 0)
  await page.goto('/users')
  const photo = page.locator('tbody img[data-loaded]').first()
  await expect(photo).toBeVisible()
  const address = (await photo.getAttribute('src')) ?? ''
  const [answer] = await Promise.all([
    page.waitForResponse('**/auth/sign-out'),
    signOut(page, name),
  ])
  expect(await answer.allHeaders()).not.toHaveProperty('clear-site-data')
  const status = await page.evaluate(
    async (url) => (await fetch(url, { cache: 'force-cache' })).status,
    address,
  )
  expect(status).toBe(401)
})

for (const path of ['/', '/claims']) {
  test(`${path} leads nowhere back in while the browser leaves for Microsoft`, async ({ page }) => {
    const name = await signIn(page, 0)
    await page.goto(path)
    // The browser stays as it is before Microsoft answers.
    await page.route(/\/logout\b/, (route) => route.abort('aborted'))
    await accountButton(page, name).click()
    const leaving = page.waitForRequest(/\/logout\b/)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await leaving
    await expect(page.getByRole('main')).toHaveText('Loading')
    await expect(page.getByText(name)).toHaveCount(0)
    await expect(page.locator('a[href*="/auth/sign-in"]')).toHaveCount(0)
  })
}
