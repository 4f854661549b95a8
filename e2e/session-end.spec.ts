/** The end of a session: a warning in time, and an empty page afterwards. */
import { expect, type BrowserContext, type Page, type Route } from '@playwright/test'
import { announcements, violationsOf } from './accessibility.ts'
import { changeAnswers } from './change-answers.ts'
import { test } from './own-gatehouse.ts'
import { passingTime } from './passing-time.ts'
import { accountButton, expectSignedIn, signIn, signInLink } from './visitor.ts'

const minute = 60_000
const place = '/users?q=no&sort=-name#table'

const toast = (page: Page) => page.getByRole('region', { name: 'Session', exact: true })
const stay = (page: Page) => toast(page).getByRole('button', { name: 'Extend session' })
const dialog = (page: Page) => page.getByRole('dialog', { name: 'Sign in again to continue' })
const table = (page: Page) => page.getByRole('table', { name: 'Users' })

/** Ends the session from another device: a second browser with the same cookie. */
async function endOnServer(context: BrowserContext, origin: string): Promise<void> {
  const other = await context.browser()?.newContext({ baseURL: origin })
  await other?.addCookies(await context.cookies(origin))
  const answer = await other?.request.post('/auth/sign-out', { headers: { 'x-csrf': '1' } })
  expect(answer?.status()).toBe(200)
  await other?.close()
}

/** What the page shows of users, and must not show after the end. */
async function openUsers(page: Page): Promise<string[]> {
  await page.goto(place)
  await expect(table(page).locator('mark').first()).toBeVisible()
  return table(page).getByText(/@/).allInnerTexts()
}

/** Cuts the page off, which also says so to it. @returns a function that ends it */
async function cutOff(page: Page): Promise<() => Promise<void>> {
  const refuse = (route: Route) => route.abort('internetdisconnected')
  await page.context().setOffline(true)
  // The answers of these tests come from a route, which has a network of its own.
  await page.route('**/api/**', refuse)
  return async () => {
    await page.unroute('**/api/**', refuse)
    await page.context().setOffline(false)
  }
}

async function expectNothingOf(page: Page, texts: string[]): Promise<void> {
  const html = await page.content()
  for (const text of texts) expect(html).not.toContain(text)
}

async function expectSound(page: Page): Promise<void> {
  expect(await violationsOf(page)).toEqual([])
}

test(
  'five minutes before the end a toast appears, is announced once, and counts down',
  { tag: '@thorough' },
  async ({ page }) => {
    await signIn(page, 0)
    const time = await passingTime(page)
    await openUsers(page)
    const heard = await announcements(page)
    await time.pass(54 * minute)
    await expect(toast(page)).toBeHidden()
    await time.pass(minute + 1000)
    await expect(toast(page)).toContainText(/Your session ends in 4:5\d/)
    await time.pass(minute)
    await expect(toast(page)).toContainText(/Your session ends in 3:5\d/)
    const warnings = (await heard()).filter((text) => text.includes('session ends'))
    expect(warnings).toEqual(['Your session ends in 5 minutes. You can extend it.'])
    await expectSound(page)
  },
)

test(
  'Extend session moves its end, and a read of the session does not',
  { tag: '@thorough' },
  async ({ page }) => {
    await signIn(page, 0)
    const time = await passingTime(page)
    await page.goto('/')
    await expect(page.getByText('59:5').or(page.getByText('1:00:00'))).toBeVisible()
    await time.pass(55 * minute + 1000)
    await expect(stay(page)).toBeVisible()
    const before = time.asked()
    for (let step = 0; step < 4; step += 1) {
      await time.pass(31_000)
      await expect.poll(() => time.asked().session).toBeGreaterThan(before.session + step)
    }
    await expect(toast(page)).toContainText('Your session ends in 2:')
    expect(time.asked().extend).toBe(0)

    await stay(page).click()
    await expect(toast(page)).toHaveCount(0)
    expect(time.asked().extend).toBe(1)
    await expect(page.getByRole('main')).toContainText(/(?:59:5\d|1:00:00) left/)
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
    await time.pass(54 * minute)
    await expect(toast(page)).toHaveCount(0)
  },
)

test(
  'a toast can be dismissed, and is reachable above an open panel',
  { tag: '@thorough' },
  async ({ page }) => {
    await signIn(page, 0)
    const time = await passingTime(page)
    await openUsers(page)
    await table(page).getByRole('button').last().click()
    await time.pass(55 * minute + 1000)
    const panel = page.getByRole('dialog')
    await expect(panel.getByRole('region', { name: 'Session' })).toBeVisible()
    await panel.getByRole('button', { name: 'Dismiss' }).click()
    await expect(toast(page)).toHaveCount(0)
    await expect(panel).toBeVisible()
  },
)

test(
  'if the session cannot be extended, the toast says so and has no button',
  { tag: '@thorough' },
  async ({ page }) => {
    await signIn(page, 0)
    const time = await passingTime(page)
    await changeAnswers(page, '/api/session', (json) => {
      const session = json as { now: string }
      const end = new Date(Date.parse(session.now) + 4 * minute).toISOString()
      return { ...session, expiresAt: end, absoluteExpiresAt: end }
    })
    await page.goto('/')
    await time.pass(1000)
    await expect(toast(page)).toContainText(/ends in 3:\d\d\. You’ll have to sign in again\./)
    await expect(page.getByRole('button', { name: 'Extend session' })).toHaveCount(0)
  },
)

test(
  'at zero the page is removed, and a dialog that cannot be dismissed leads back to it',
  { tag: '@thorough' },
  async ({ page }) => {
    const name = await signIn(page, 0)
    const time = await passingTime(page)
    const users = await openUsers(page)
    await time.passUntil(8000)
    await expect(toast(page)).toContainText('Your session ends in 0:0')
    await time.passUntil(0)
    await expect(dialog(page)).toBeVisible()
    await expectNothingOf(page, [name, ...users])
    await expect(toast(page)).toHaveCount(0)
    await expectSound(page)

    const link = dialog(page).getByRole('link', { name: 'Sign in again' })
    await expect(link).toBeFocused()
    for (let press = 0; press < 3; press += 1) await page.keyboard.press('Escape')
    await page.mouse.click(5, 5)
    await expect(dialog(page)).toBeVisible()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.closest('main, header'))).toBeNull()

    const href = new URL((await link.getAttribute('href')) ?? '', page.url())
    expect(href.pathname).toBe('/auth/sign-in')
    expect(href.searchParams.get('returnTo')).toBe(place)
  },
)

test(
  'a session that ended while the computer slept is over when the page wakes up',
  { tag: '@thorough' },
  async ({ page }) => {
    const name = await signIn(page, 0)
    const time = await passingTime(page)
    const users = await openUsers(page)
    time.passUnseen(3 * 60 * minute)
    // `Date.now()` has moved on during sleep, `performance.now()` has not.
    await page.clock.setSystemTime(Date.now() + 3 * 60 * minute)
    await time.pass(5000)
    await expect(dialog(page)).toBeVisible()
    await expectNothingOf(page, [name, ...users])
  },
)

test('after sleep without a network, nothing is shown until the server has answered', async ({
  page,
}) => {
  const name = await signIn(page, 0)
  const time = await passingTime(page)
  const users = await openUsers(page)
  const visible = () => page.evaluate(() => getComputedStyle(document.body).visibility)
  const reconnect = await cutOff(page)
  time.passUnseen(3 * 60 * minute)
  await page.clock.setSystemTime(Date.now() + 3 * 60 * minute)
  await time.pass(5000)
  await expect.poll(visible).toBe('hidden')
  await expect(table(page)).toBeHidden()
  const waiting = page.getByRole('dialog', { name: 'Checking your session' })
  await time.pass(1000)
  await expect(waiting).toBeVisible()
  await expectSound(page)
  // Longer than three attempts take.
  await time.pass(7000)
  await expect(table(page)).toBeHidden()
  await reconnect()
  await expect(dialog(page)).toBeVisible()
  await expect(waiting).toHaveCount(0)
  expect(await visible()).toBe('visible')
  await expectNothingOf(page, [name, ...users])
})

test(
  'a page whose session is confirmed after sleep is as it was, with the focus',
  { tag: '@thorough' },
  async ({ page }) => {
    await signIn(page, 0)
    const time = await passingTime(page)
    await openUsers(page)
    await page.getByRole('searchbox').focus()
    const reconnect = await cutOff(page)
    await page.clock.setSystemTime(Date.now() + 2 * minute)
    await time.pass(5000)
    await time.pass(1000)
    await expect(page.getByRole('dialog', { name: 'Checking your session' })).toBeVisible()
    await reconnect()
    await expect(table(page)).toBeVisible()
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(page.getByRole('searchbox')).toBeFocused()
  },
)

test('a 401 from anywhere is one dialog and no further request', async ({ page, context }) => {
  const name = await signIn(page, 0)
  const users = await openUsers(page)
  await endOnServer(context, new URL(page.url()).origin)
  const requests: string[] = []
  page.on('request', (request) => requests.push(new URL(request.url()).pathname))
  await page.getByRole('searchbox').fill('a')
  await expect(dialog(page)).toBeVisible()
  await expectNothingOf(page, [name, ...users])
  // A loop would send its next request within two turns of the event loop and an answer.
  await page.evaluate(() => fetch('/api/session'))
  await page.evaluate(() => fetch('/api/session'))
  const ofTheApp = requests.slice(0, -2).filter((path) => path.startsWith('/api/'))
  expect(ofTheApp.filter((path) => path === '/api/users').length).toBeLessThanOrEqual(2)
  expect(ofTheApp.length).toBeLessThanOrEqual(3)

  await dialog(page).getByRole('link', { name: 'Sign in again' }).click()
  await expect(table(page)).toBeVisible()
  await expect(page).toHaveURL(/\/users\?q=a&sort=-name$/)
})

test(
  'signing in in another tab closes the dialog',
  { tag: '@thorough' },
  async ({ page, context }) => {
    await signIn(page, 0)
    await openUsers(page)
    await endOnServer(context, new URL(page.url()).origin)
    await page.getByRole('searchbox').fill('a')
    await expect(dialog(page)).toBeVisible()
    const other = await context.newPage()
    await other.goto('/')
    await signInLink(other).click()
    await expectSignedIn(other)
    await expect(dialog(page)).toHaveCount(0)
    await expect(table(page).locator('mark').first()).toBeVisible()
    await expect(page).toHaveURL(/\/users\?q=a&sort=-name$/)
  },
)

test('a page that was loaded signed out has no dialog', { tag: '@thorough' }, async ({ page }) => {
  await page.goto('/users')
  await expect(page.getByRole('heading', { name: 'Sign in to see this page' })).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(signInLink(page)).toBeVisible()
})

test(
  'a wrong clock, or a change of the clock, has no effect',
  { tag: '@thorough' },
  async ({ page }) => {
    const name = await signIn(page, 0)
    await page.clock.install({ time: Date.now() + 5 * 60 * minute })
    await page.goto('/')
    await expect(accountButton(page, name)).toBeVisible()
    const left = page.getByText(/^(?:59:\d\d|1:00:00)$/)
    await expect(left).toBeVisible()
    await expect(page.getByRole('main')).toContainText(/in (?:1 h|60 min)/)
    for (const wrong of [-7 * 60 * minute, 48 * 60 * minute]) {
      await page.clock.setSystemTime(Date.now() + wrong)
      await page.clock.runFor(6000)
      await expect(left).toBeVisible()
    }
    await expect(toast(page)).toHaveCount(0)
    await expect(dialog(page)).toHaveCount(0)
  },
)
