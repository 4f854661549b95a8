/** An intranet app that signs its visitors in at once, where Microsoft knows them. */
import { expect } from '@playwright/test'
import { test } from './own-gatehouse.ts'
import { expectSignedIn, signIn, signInLink, signOut } from './visitor.ts'

const place = '/users?q=no&sort=-name#table'

test.use({ config: { signIn: { automatic: true } } })

test('a visitor whom Microsoft knows is signed in at the page, search and hash included', async ({
  page,
  context,
  baseURL,
}) => {
  await signIn(page, 0)
  // The browser was closed: the app’s cookies are gone, and Microsoft’s are not.
  await context.clearCookies({ domain: 'localhost' })
  await page.goto('about:blank')
  await page.goto(place)
  await expectSignedIn(page)
  expect(page.url()).toBe(`${baseURL}${place}`)
})

test('a visitor whom Microsoft does not know sees the page signed out, once asked', async ({
  page,
  baseURL,
}) => {
  const asked: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/authorize')) asked.push(request.url())
  })
  await page.goto(place)
  await expect(page.getByRole('heading', { name: 'Sign in to see this page' })).toBeVisible()
  expect(page.url()).toBe(`${baseURL}${place}`)
  await page.reload()
  await page.goto('/')
  await expect(signInLink(page)).toBeVisible()
  expect(asked).toHaveLength(1)
})

test('a sign-out is not undone by the next visit', async ({ page }) => {
  const name = await signIn(page, 1)
  await signOut(page, name)
  await page.goto('/')
  await expect(signInLink(page)).toBeVisible()
})

test('a browser that refuses cookies shows the page, without a loop and without a trace', async ({
  page,
  context,
  baseURL,
}) => {
  // The browser keeps no cookie of this app.
  await context.route(`${baseURL}/**`, async (route) => {
    const response = await route.fetch({ maxRedirects: 0 })
    const { 'set-cookie': _refused, ...headers } = response.headers()
    await route.fulfill({ response, headers })
  })
  await page.goto(place)
  await expect(page.getByRole('heading', { name: 'Sign in to see this page' })).toBeVisible()
  expect(page.url()).toBe(`${baseURL}${place}`)
})
