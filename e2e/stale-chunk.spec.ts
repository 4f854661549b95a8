/** A tab that was open during an update of the server: the code of its other pages is gone. */
import { expect, test, type Page, type Route } from '@playwright/test'
import { problemMediaType } from '@gatehouse/contract/problem'
import { beSignedIn } from './signed-in.ts'

const code = /\/assets\/claims-[\w-]+\.js$/

/** Counts the loads of the tab from now on. */
function loads(page: Page): () => number {
  let count = 0
  page.on('domcontentloaded', () => (count += 1))
  return () => count
}

const gone = { status: 404, contentType: 'application/problem+json', body: '{}' }

test.beforeEach(({ page }) => beSignedIn(page))

test('a page whose code is missing is reloaded automatically, and then shown', async ({ page }) => {
  let isGone = true
  await page.route(code, (route) => (isGone ? route.fulfill(gone) : route.continue()))
  await page.goto('/')
  await expect(page.getByRole('heading', { name: /^Hello/ })).toBeVisible()
  const loaded = loads(page)
  await page.route('**/claims', (route) => {
    isGone = false
    return route.continue()
  })
  await page.getByRole('navigation').getByRole('link', { name: 'ID token' }).click()
  await expect(page.getByText('Validated by the server')).toBeVisible()
  expect(loaded()).toBe(1)
})

test(
  'code that is still missing after a reload leads to a card with a button',
  { tag: '@thorough' },
  async ({ page }) => {
    await page.route(code, (route) => route.fulfill(gone))
    await page.goto('/')
    const loaded = loads(page)
    await page.getByRole('navigation').getByRole('link', { name: 'ID token' }).click()
    await expect(page.getByRole('heading', { name: 'This page stopped working' })).toBeVisible()
    expect(loaded()).toBe(1)
    await expect(page).toHaveTitle('This page stopped working · Gatehouse')
    await expect(page.getByRole('button', { name: 'Reload' })).toBeVisible()
  },
)

test('code that does not come because the server is away leaves the app there, until the server is back', async ({
  page,
}) => {
  let isAway = true
  const whileAway = (route: Route) => (isAway ? route.abort('connectionrefused') : route.continue())
  await page.route(code, whileAway)
  await page.goto('/')
  await expect(page.getByRole('heading', { name: /^Hello/ })).toBeVisible()
  await page.route('**/api/session', whileAway)
  const loaded = loads(page)
  await page.getByRole('navigation').getByRole('link', { name: 'ID token' }).click()
  const card = page.getByRole('heading', { name: 'This app’s server didn’t answer' })
  const tryAgain = page.getByRole('main').getByRole('button', { name: 'Try again' })
  // As on any change of page.
  await expect(card).toBeFocused()
  await expect(page).toHaveTitle('This app’s server didn’t answer · Gatehouse')
  const asked = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/session'))
  await tryAgain.click()
  await asked
  await expect(card).toBeVisible()
  expect(loaded()).toBe(0)
  isAway = false
  await tryAgain.click()
  await expect(page.getByText('Validated by the server')).toBeVisible()
  expect(loaded()).toBe(1)
})

test('a busy server that does not send the code of the countdown either leaves the list there, and is asked again', async ({
  page,
}) => {
  await page.goto('/users')
  const rows = page.getByRole('table', { name: 'Users' }).locator('tbody tr')
  await expect(rows).toHaveCount(25)
  let isBusy = true
  const busy = { status: 503, contentType: problemMediaType, headers: { 'retry-after': '2' } }
  await page.route(/\/api\/(?:users\?|session$)|\/assets\//, (route) =>
    isBusy ? route.fulfill({ ...busy, body: '{"code":"unavailable"}' }) : route.continue(),
  )
  const countdown = page.waitForResponse(/\/assets\/retry-countdown/)
  await page.getByRole('button', { name: 'Name', exact: true }).click()
  expect((await countdown).status()).toBe(503)
  await expect(rows).toHaveCount(25)
  isBusy = false
  await expect(page.getByRole('columnheader', { name: 'Name', exact: true })).toHaveAttribute(
    'aria-sort',
    'descending',
  )
  await expect(page.getByRole('table')).toHaveAttribute('aria-busy', 'false')
  await expect(rows).toHaveCount(25)
})

test('a page whose own code or styles do not come says so, in the language of its reader', async ({
  page,
  browser,
  baseURL,
}) => {
  const gone502 = { status: 502, contentType: 'text/html', body: '<h1>' }
  const texts = {
    'en-GB': /This page didn’t load completely/,
    'de-DE': /Diese Seite wurde nicht/,
  }
  for (const [locale, text] of Object.entries(texts)) {
    for (const file of [/\/assets\/index-[\w-]+\.js$/, /\/assets\/style-[\w-]+\.css$/]) {
      const reader = await browser.newPage({ locale, baseURL: baseURL ?? '' })
      await reader.route(file, (route) => route.fulfill(gone502))
      await reader.goto('/')
      await expect(reader.getByRole('alert')).toContainText(text)
      await reader.close()
    }
  }
  await page.goto('/')
  await expect(page.getByRole('heading', { name: /^Hello/ })).toBeVisible()
  await expect(page.getByText(texts['en-GB'])).toBeHidden()
})
