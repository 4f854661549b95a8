/** A page without a connection to its server, and with answers that ask the user for something. */
import { expect, type Page } from '@playwright/test'
import { violationsOf } from './accessibility.ts'
import { changeAnswers } from './change-answers.ts'
import { causes } from './failure-causes.ts'
import { test } from './own-gatehouse.ts'
import { answer, answerWithProblem, requestId } from './problem-answers.ts'
import { signIn } from './visitor.ts'

const table = (page: Page) => page.getByRole('table', { name: 'Users' })
const card = (page: Page, title: string) => page.getByRole('heading', { name: title })
const main = (page: Page) => page.getByRole('main')

const signInUrl = '/auth/sign-in?challenge=made-up'
const place = '/users?q=no&sort=-name#table'

/** The address of *Continue*. */
async function expectToComeBack(page: Page, link: string): Promise<void> {
  const href = await main(page).getByRole('link', { name: link }).getAttribute('href')
  const url = new URL(href ?? '', 'http://app.example')
  expect(url.pathname).toBe('/auth/sign-in')
  expect(Object.fromEntries(url.searchParams)).toEqual({ challenge: 'made-up', returnTo: place })
}

test.beforeEach(async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await signIn(page, 0)
})

test('missing consent is described, and can be given or sent to an administrator', async ({
  page,
}) => {
  await answerWithProblem(page, '/api/users', 'interaction_required', {
    reason: 'consent',
    signInUrl,
    scopes: ['User.ReadBasic.All', 'Made.Up'],
  })
  await page.goto(place)
  await expect(card(page, 'This app needs your permission')).toBeVisible()
  await expect(main(page)).toContainText(
    'This page needs “See the names and addresses of the people in your organisation” and “Made.Up”.',
  )
  await expectToComeBack(page, 'Review permissions')

  await main(page).getByRole('button', { name: 'Copy details for your administrator' }).click()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  const { origin } = new URL(page.url())
  expect(copied.split('\n')).toEqual([
    'App: Gatehouse',
    'Problem: interaction_required, consent',
    'Status: 401',
    'Permissions: User.ReadBasic.All, Made.Up',
    `Request id: ${requestId}`,
    expect.stringMatching(/^Time: 20\d\d-\d\d-\d\dT[\d:.]+Z$/),
    `Page: ${origin}/users`,
  ])
})

test(
  'an answer of a proxy is nobody’s failure in particular, with details to copy',
  { tag: '@thorough' },
  async ({ page }) => {
    await answer(page, '/api/claims', (route) =>
      route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>Log in to the Wi-Fi' }),
    )
    await page.goto('/claims')
    await expect(card(page, 'This app couldn’t read the answer')).toBeVisible()
    await main(page).getByRole('button', { name: 'Copy details' }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(
      'Problem: unreadable',
    )
    await page.unrouteAll()
    await main(page).getByRole('button', { name: 'Try again' }).click()
    await expect(main(page).getByText('Validated by the server')).toBeVisible()
  },
)

test('an error of this app shows its request id', { tag: '@thorough' }, async ({ page }) => {
  await answerWithProblem(page, '/api/claims', 'internal')
  await page.goto('/claims')
  await expect(card(page, 'Something went wrong on our side')).toBeVisible()
  await main(page).getByText('Details', { exact: true }).click()
  await expect(main(page).getByText(requestId)).toBeVisible()
})

test(
  'an unreachable server is tried three times, and then by the user',
  { tag: '@thorough' },
  async ({ page }) => {
    let asked = 0
    await answer(page, '/api/claims', (route) => {
      asked += 1
      return route.abort('connectionrefused')
    })
    await page.goto('/claims')
    await expect(card(page, 'This app’s server didn’t answer')).toBeVisible()
    expect(asked).toBe(3)
    await page.unrouteAll()
    await main(page).getByRole('button', { name: 'Try again' }).click()
    await expect(main(page).getByText('Validated by the server')).toBeVisible()
  },
)

test(
  'an unreachable server at the first load leads to a page that says so',
  { tag: '@thorough' },
  async ({ page }) => {
    await answer(page, '/api/session', (route) => route.abort('connectionrefused'))
    for (const path of ['/', '/users']) {
      await page.goto(path)
      await expect(
        page.getByRole('heading', { level: 1, name: 'This app’s server didn’t answer' }),
      ).toBeVisible()
    }
  },
)

test(
  'offline, a page waits for the connection and then continues automatically',
  { tag: '@thorough' },
  async ({ page, context }) => {
    await page.goto('/users')
    await expect(table(page).getByRole('row')).toHaveCount(26)
    await context.setOffline(true)
    await page.getByRole('searchbox').fill('no')
    await expect(card(page, 'You’re offline')).toBeVisible()
    await expect(main(page)).toContainText('The page will load when you’re back online.')
    await context.setOffline(false)
    await expect(page).toHaveURL(/q=no/)
    await expect(table(page).locator('mark').first()).toBeVisible()
  },
)

test(
  'offline, a page whose code is not loaded yet loads once the connection is back',
  { tag: '@thorough' },
  async ({ page, context }) => {
    await context.setOffline(true)
    await page.getByRole('link', { name: 'ID token' }).first().click()
    await expect(card(page, 'You’re offline')).toBeVisible()
    await context.setOffline(false)
    await expect(main(page).getByText('Validated by the server')).toBeVisible()
  },
)

test(
  'a slow answer keeps the old rows, dimmed, and an older answer never replaces a newer one',
  { tag: '@thorough' },
  async ({ page }) => {
    await page.goto('/users')
    await expect(table(page).getByRole('row')).toHaveCount(26)
    const rows = await table(page).getByText(/@/).allInnerTexts()
    const held: (() => void)[] = []
    await answer(page, '/api/users', async (route) => {
      const search = new URL(route.request().url()).searchParams.get('search')
      if (search === 'a') await new Promise<void>((go) => held.push(go))
      await route.continue().catch(() => undefined)
    })
    const box = page.getByRole('searchbox')
    await box.fill('a')
    await expect(table(page)).toHaveAttribute('aria-busy', 'true')
    expect(await table(page).getByText(/@/).allInnerTexts()).toEqual(rows)
    await expect(page.getByText('Loading')).toHaveCount(0)

    await box.fill('no')
    await expect(table(page)).toHaveAttribute('aria-busy', 'false')
    const found = await table(page).getByText(/@/).allInnerTexts()
    expect(found).not.toEqual(rows)
    for (const go of held) go()
    await expect(page).toHaveURL(/q=no/)
    expect(await table(page).getByText(/@/).allInnerTexts()).toEqual(found)
  },
)

for (const { colorScheme, width } of [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 320 },
] as const) {
  test(
    `every failure is an accessible page, ${colorScheme} at ${width} px`,
    { tag: '@thorough' },
    async ({ page, tenant }) => {
      // Axe alone takes two seconds a page on a busy machine.
      test.setTimeout(120_000)
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height: 800 })
      for (const { name, heading, arrange } of causes) {
        tenant.faults.clear()
        await page.unrouteAll()
        await arrange(page, tenant)
        await page.goto(`/users?q=${name.length}`)
        await expect(card(page, heading)).toBeVisible()
        expect(await violationsOf(page, colorScheme), name).toEqual([])
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        expect(overflow, `${name} scrolls sideways`).toBe(0)
      }
    },
  )
}

test('Next after the end of a list that has become shorter shows where it ends now', async ({
  page,
}) => {
  const shorter = { users: [], total: 225, next: null }
  await page.route(/\/api\/users\?.*cursor/, (route) => route.fulfill({ json: shorter }))
  await page.goto('/users?page=9')
  const pager = page.getByRole('navigation', { name: 'Pages of users' })
  await expect(pager).toContainText('of 10')
  await changeAnswers(page, '/api/users', (json) => ({
    ...(json as object),
    total: 225,
    next: null,
  }))
  await page.getByRole('button', { name: 'Next' }).click()
  await expect(pager).toContainText('of 9')
  await expect(page).toHaveURL(/\/users\?page=9$/)
  await expect(table(page).locator('tbody tr')).toHaveCount(25)
})
