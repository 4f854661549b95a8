/** `/sessions`: the user's own sessions, and ending them. */
import { expect, type Browser, type Page } from '@playwright/test'
import { violationsOf } from './accessibility.ts'
import { askForEverything, changeAnswers } from './change-answers.ts'
import { test } from './own-gatehouse.ts'
import { answerWithProblem } from './problem-answers.ts'
import { accountButton, signIn } from './visitor.ts'

const table = (page: Page) => page.getByRole('table', { name: 'Your sessions' })
const rows = (page: Page) =>
  table(page)
    .getByRole('row')
    .filter({ has: page.getByRole('button') })
const others = (page: Page) => table(page).getByRole('button', { name: /^Sign out of / })
const endOthers = (page: Page) => page.getByRole('button', { name: 'Sign out everywhere else' })
const question = (page: Page) => page.getByRole('dialog')

/** Signs the same account in with another browser. */
async function elsewhere(browser: Browser, baseURL: string | undefined): Promise<Page> {
  const context = await browser.newContext({
    ...(baseURL && { baseURL }),
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  })
  const page = await context.newPage()
  await signIn(page, 0)
  return page
}

/** Ends the sessions of earlier tests, so that each test begins with one session. */
async function signInAlone(page: Page): Promise<string> {
  const name = await signIn(page, 0)
  const answer = await page.request.delete('/api/sessions', { headers: { 'x-csrf': '1' } })
  expect(answer.status()).toBe(204)
  return name
}

test('the account menu leads to the sessions, of which this device is the only one', async ({
  page,
}) => {
  const name = await signInAlone(page)
  await accountButton(page, name).click()
  const menu = page.getByRole('region', { name: 'Account' })
  await expect(menu.getByRole('link', { name: 'Manage your Microsoft account' })).toHaveAttribute(
    'href',
    'https://myaccount.microsoft.com/',
  )
  await menu.getByRole('link', { name: 'Your sessions' }).click()
  await expect(page).toHaveURL(/\/sessions$/)
  await expect(page).toHaveTitle('Your sessions · Gatehouse')
  await expect(menu).toBeHidden()
  await expect(page.getByRole('heading', { level: 1, name: 'Your sessions' })).toBeFocused()
  await expect(rows(page)).toHaveCount(1)
  await expect(rows(page)).toContainText('This device')
  await expect(rows(page)).toContainText('Active now')
  // Signed in, and the end: relative, with the exact time in the tooltip.
  await expect(rows(page).locator('time')).toHaveText([/ ago$|^now$/, /^in (?:\d+ min|1 h)$/])
  await expect(rows(page).locator('time').first()).toHaveAttribute('title', /\d{4}/)
  await expect(rows(page)).toContainText('127.0.0.1')
  await expect(page.getByRole('main')).toContainText('You are signed in on this device only.')
  await expect(endOthers(page)).toHaveCount(0)
})

test(
  'each session says what is known of it, and no more',
  { tag: '@thorough' },
  async ({ page }) => {
    await signInAlone(page)
    await changeAnswers(page, '/api/sessions', (json) => {
      const { sessions } = json as { sessions: Record<string, unknown>[] }
      const [own] = sessions
      const before = new Date(Date.now() - 60 * 60_000).toISOString()
      const other = { ...own, current: false, startedAt: before, lastSeenAt: before }
      const devices = [
        { id: 'a', device: 'A', methods: ['pwd', 'mfa', 'pwd'], address: '2001:db8::1' },
        { id: 'b', device: 'B', methods: ['unheard-of'], address: undefined },
        { id: 'c', device: 'C', lastSeenAt: new Date().toISOString(), deviceBound: true },
      ]
      return { sessions: [own, ...devices.map((device) => ({ ...other, ...device }))] }
    })
    await page.goto('/sessions')
    const row = (index: number) => rows(page).nth(index)
    await expect(row(1)).toContainText('With password and multifactor authentication')
    await expect(row(1)).toContainText('2001:db8::1')
    await expect(row(1)).toContainText('1 h ago')
    await expect(row(1)).not.toContainText('Active now')
    await expect(row(2).getByRole('rowheader')).toHaveText('B Not bound to its device')
    await expect(row(3)).toContainText('Active now')
    await expect(row(3)).toContainText('its cookie is worth nothing elsewhere')
    await expect(row(1).getByRole('button')).toHaveAccessibleName(
      /^Sign out of A, signed in .*\d{4}/,
    )
  },
)

test(
  'a session whose cookie was stolen is a warning, counts as none, and is taken off the list',
  { tag: '@thorough' },
  async ({ page }) => {
    await signInAlone(page)
    const removed: string[] = []
    await page.route('**/api/sessions/*', async (route) => {
      removed.push(`${route.request().method()} ${new URL(route.request().url()).pathname}`)
      await route.fulfill({ status: 204 })
    })
    await changeAnswers(page, '/api/sessions', (json) => {
      const { sessions } = json as { sessions: Record<string, unknown>[] }
      const at = '2026-11-20T12:00:00.000Z'
      const ended = { reason: 'theft_suspected', at }
      const stolen = {
        ...sessions[0],
        id: 'gone',
        device: 'Edge on Windows',
        current: false,
        ended,
      }
      return { sessions: removed.length > 0 ? sessions : [stolen, ...sessions] }
    })
    await page.goto('/sessions')
    const warnings = page.getByRole('region', { name: 'Sessions that we ended' })
    await expect(warnings.getByRole('heading', { level: 2 })).toHaveText(
      'Edge on Windows: we ended this session',
    )
    await expect(warnings).toContainText('Its cookie was used on another device')
    await expect(warnings).toContainText(/20 Nov 2026|Nov 20, 2026/)
    await expect(warnings).toContainText('change your password and tell your administrator')
    await expect(rows(page)).toHaveCount(1)
    await expect(page.getByRole('main')).toContainText('You are signed in on this device only.')
    await expect(endOthers(page)).toHaveCount(0)
    expect(await violationsOf(page, 'light')).toEqual([])

    await page
      .getByRole('button', { name: /^Remove from this list: Edge on Windows, ended on .*2026/ })
      .click()
    await expect(warnings).toHaveCount(0)
    expect(removed).toEqual(['DELETE /api/sessions/gone'])
    await expect(page.locator('#announcements')).toHaveText(
      'Edge on Windows is no longer on this list.',
    )
    await expect(rows(page)).toHaveCount(1)
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  },
)

test('a long list is shown twenty at a time', { tag: '@thorough' }, async ({ page }) => {
  await signInAlone(page)
  const at = '2026-01-01T10:00:00.000Z'
  const sessions = Array.from({ length: 45 }, (_, index) => ({
    id: `session-${index}`,
    device: `Firefox on Device ${index}`,
    startedAt: at,
    lastSeenAt: at,
    expiresAt: at,
    current: index === 0,
  }))
  await askForEverything(page)
  await page.route('**/api/sessions', (route) => route.fulfill({ json: { sessions } }))
  await page.goto('/sessions')
  await expect(rows(page)).toHaveCount(20)
  await page.getByRole('button', { name: 'Show 20 more of 45' }).click()
  await expect(rows(page)).toHaveCount(40)
  await page.getByRole('button', { name: 'Show 5 more of 45' }).click()
  await expect(rows(page)).toHaveCount(45)
  await expect(page.getByRole('button', { name: /^Show / })).toHaveCount(0)
})

test(
  'one session is ended, and its browser shows that',
  { tag: '@thorough' },
  async ({ page, browser, baseURL }) => {
    await signInAlone(page)
    const other = await elsewhere(browser, baseURL)
    await other.goto('/users')
    await page.goto('/sessions')
    await expect(rows(page)).toHaveCount(2)
    await expect(rows(page).first()).toContainText('This device')
    await expect(rows(page).last()).toContainText('Firefox on Windows')
    await others(page).click()
    await expect(rows(page)).toHaveCount(1)
    await expect(page.locator('#announcements')).toHaveText('Signed out of Firefox on Windows.')
    await expect(
      page.getByRole('main').getByText('Signed out of Firefox on Windows.'),
    ).toBeVisible()
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused()

    const dialog = other.getByRole('dialog', { name: 'Sign in again to continue' })
    // A request finds out, or the page's own check did before.
    const search = other.getByRole('searchbox')
    await expect(search.or(dialog)).toBeVisible()
    if (await search.isVisible()) await search.fill('a', { timeout: 5_000 }).catch(() => undefined)
    await expect(dialog).toBeVisible()
    await other.context().close()
  },
)

test('all other sessions are ended after a confirmation, and this one goes on', async ({
  page,
  browser,
  baseURL,
}) => {
  await signInAlone(page)
  const two = [await elsewhere(browser, baseURL), await elsewhere(browser, baseURL)]
  await page.goto('/sessions')
  await expect(rows(page)).toHaveCount(3)
  await endOthers(page).click()
  await expect(question(page)).toContainText('Sign out everywhere else?')
  await question(page).getByRole('button', { name: 'Cancel' }).click()
  await expect(question(page)).toBeHidden()
  await expect(endOthers(page)).toBeFocused()
  await expect(rows(page)).toHaveCount(3)

  await endOthers(page).click()
  await question(page).getByRole('button', { name: 'Sign out 2 devices' }).click()
  await expect(question(page)).toBeHidden()
  await expect(rows(page)).toHaveCount(1)
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  for (const other of two) {
    expect((await other.request.get('/api/me')).status()).toBe(401)
    await other.context().close()
  }
  expect((await page.request.get('/api/me')).status()).toBe(200)
})

test(
  'a session that has ended meanwhile is removed as well',
  { tag: '@thorough' },
  async ({ page, browser, baseURL }) => {
    await signInAlone(page)
    const other = await elsewhere(browser, baseURL)
    await page.goto('/sessions')
    await expect(rows(page)).toHaveCount(2)
    await other.request.post('/auth/sign-out', { headers: { 'x-csrf': '1' } })
    await others(page).click()
    await expect(rows(page)).toHaveCount(1)
    await expect(page.getByRole('alert')).toHaveCount(0)
    await other.context().close()
  },
)

test('ending this session is a sign-out', { tag: '@thorough' }, async ({ page }) => {
  await signInAlone(page)
  await page.goto('/sessions')
  await rows(page).getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.waitForURL(/\/signed-out/)
  await expect(page.getByRole('main')).toContainText('signed out')
})

test(
  'a failure keeps the row, and is shown',
  { tag: '@thorough' },
  async ({ page, browser, baseURL }) => {
    await signInAlone(page)
    const other = await elsewhere(browser, baseURL)
    await page.goto('/sessions')
    await expect(rows(page)).toHaveCount(2)
    await page.route('**/api/sessions/*', (route) => route.abort('connectionrefused'))
    await others(page).click()
    await expect(table(page).getByRole('alert')).toHaveText('That did not work. Try again.')
    await answerWithProblem(page, '/api/sessions', 'internal')
    await page.reload()
    await expect(
      page.getByRole('heading', { name: 'Something went wrong on our side' }),
    ).toBeVisible()
    await other.context().close()
  },
)

for (const { colorScheme, width } of [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 320 },
] as const) {
  test(
    `the list and its confirmation are accessible, ${colorScheme} at ${width} px`,
    { tag: '@thorough' },
    async ({ page, browser, baseURL }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height: 800 })
      await signInAlone(page)
      const other = await elsewhere(browser, baseURL)
      await page.goto('/sessions')
      await expect(rows(page)).toHaveCount(2)
      const found = () => violationsOf(page, colorScheme)
      expect(await found()).toEqual([])
      const { scroll, client } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        client: document.documentElement.clientWidth,
      }))
      expect(scroll).toBe(client)
      await endOthers(page).click()
      expect(await found()).toEqual([])
      await other.context().close()
    },
  )
}

test('cookies of another program on this machine, of the same names, keep no one out', async ({
  page,
  context,
  baseURL,
}) => {
  const { hostname: domain, port } = new URL(baseURL ?? '')
  const bases = ['session', 'sign-in-1', 'sign-in-2', 'sign-in-3']
  await context.addCookies(
    bases.flatMap((base) =>
      ['/api', '/auth'].map((path) => ({ name: `${base}-${port}`, value: 'x', domain, path })),
    ),
  )
  await signIn(page, 0)
  await page.reload()
  await page.goto('/sessions')
  await expect(rows(page).first()).toBeVisible()
})
