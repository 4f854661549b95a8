/** *Get started* and the developer panel: what leads a developer on, and how each step is ticked. */
import { expect, test as onLocalTenant, type Locator, type Page } from '@playwright/test'
import { askForEverything } from './change-answers.ts'
import { tenantPort } from './playwright.config.ts'
import { answerWithProblem } from './problem-answers.ts'
import { test } from './scenario.ts'
import { beSignedIn } from './signed-in.ts'
import { signIn, signInLink, signOut } from './visitor.ts'

const main = (page: Page) => page.getByRole('main')
const card = (page: Page) => main(page).getByRole('region', { name: 'Get started' })
const panel = (page: Page) => main(page).getByRole('region', { name: 'For developers' })
const proof = (page: Page) => main(page).getByRole('region', { name: /in this browser$/ })
const pill = (page: Page) => page.getByRole('banner').getByRole('button', { name: 'Local tenant' })
const popover = (page: Page) => page.getByRole('region', { name: 'Local tenant' })
const ticked = (page: Page) => card(page).locator('li[data-done="true"] h3')

async function expectTicked(page: Page, titles: string[]): Promise<void> {
  await expect(ticked(page)).toHaveText(titles.map((title) => `Done: ${title}`))
  await expect(card(page)).toContainText(`${titles.length} of 5 done`)
}

onLocalTenant(
  'on the local tenant, the first steps tick themselves by what was done',
  async ({ page }) => {
    await page.goto('/')
    await expectTicked(page, [])
    await expect(card(page)).toContainText('README.md')
    await expect(card(page)).toContainText('npm run register')
    await expect(card(page)).toContainText('docs/add-a-page-and-an-api.md')

    // A visit of the page while signed out reads no token.
    await page.goto('/claims')
    // What is in the bar notes visits.
    await expect(pill(page)).toBeVisible()
    await page.goto('/')
    await expectTicked(page, [])

    const name = await signIn(page, 4)
    await expectTicked(page, ['Sign in as a test user'])
    await card(page).getByRole('link', { name: 'Open ID token' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'ID token' })).toBeVisible()
    await page.goBack()
    await expectTicked(page, ['Sign in as a test user', 'Read your ID token'])
    await signOut(page, name)
    await expectTicked(page, ['Sign in as a test user', 'Read your ID token'])
  },
)

test('a failure that is turned on at the tenant ticks its step, and a configured tenant the next', async ({
  page,
  tenant,
}) => {
  await page.goto('/')
  await expectTicked(page, ['Connect your tenant'])
  tenant.scenarios.start('graph-throttled')
  await page.reload()
  await expectTicked(page, ['Break something', 'Connect your tenant'])
  tenant.scenarios.clear()
  await beSignedIn(page)
  await page.goto('/claims')
  await expect(page.getByText('Validated by the server')).toBeVisible()
  await page.goto('/')
  // The last one is the developer's own page, which the sample has none of.
  await expectTicked(page, [
    'Sign in',
    'Read your ID token',
    'Break something',
    'Connect your tenant',
  ])
})

onLocalTenant(
  'the panel says that nothing is to be set up, and leads to the control page',
  async ({ page }) => {
    await page.goto('/')
    await expect(panel(page)).toContainText('250 generated people, nothing to set up')
    await expect(panel(page)).not.toContainText('redirect URI')
    const link = panel(page).getByRole('link', { name: 'Control page' })
    await expect(link).toHaveAttribute('href', `http://127.0.0.1:${tenantPort}/_tenant`)
    await expect(panel(page).getByRole('link', { name: 'Doctor' })).toBeVisible()
  },
)

test('with a tenant of your own, the panel shows the registration and what Doctor says', async ({
  page,
  context,
  tenant,
  baseURL,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  test.setTimeout(120_000)
  // The panel waits for Doctor as long as a person would; on a busy machine the checks may take longer.
  await expect(async () => {
    await page.goto('/')
    await expect(panel(page)).toContainText(/\d+ of \d+ checks passed/, { timeout: 20_000 })
  }).toPass({ timeout: 80_000 })
  await expect(panel(page)).toContainText(tenant.tenantId)
  await expect(panel(page)).toContainText(`${baseURL}/auth/redirect`)
  await panel(page).getByRole('button', { name: 'Copy redirect uri' }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${baseURL}/auth/redirect`)
  await expect(
    panel(page).getByRole('link', { name: 'Open the app registration' }),
  ).toHaveAttribute('href', `${tenant.authority}/_tenant`)
})

test('the panel says why Doctor has no result', async ({ page }) => {
  const sentences = {
    too_many_requests: 'Doctor checks a few times a minute at most.',
    internal: 'Doctor didn’t answer.',
  } as const
  for (const code of ['too_many_requests', 'internal'] as const) {
    // Each is the newest route, which is asked first.
    await answerWithProblem(page, '/api/doctor', code)
    await page.goto('/')
    await expect(panel(page)).toContainText(sentences[code])
  }
})

test('the pill in the bar says what fails now, signed out and signed in', async ({
  page,
  tenant,
}) => {
  for (const path of ['/', '/users']) {
    await page.goto(path)
    await pill(page).click()
    await expect(popover(page)).toContainText('No real accounts')
    await expect(popover(page)).toContainText('No failures active.')
    await page.keyboard.press('Escape')
    await expect(popover(page)).toBeHidden()
    if (path === '/') await beSignedIn(page)
  }
  // Not one of the client: the app remembers for a while that it was refused, and other tests come after this one.
  tenant.scenarios.start('graph-throttled')
  await pill(page).click()
  await expect(popover(page).getByRole('listitem')).toHaveText(['Graph throttles'])
  await popover(page).getByRole('link', { name: 'Doctor' }).click()
  await expect(page).toHaveURL(/\/doctor$/)
  await expect(popover(page)).toBeHidden()
})

test('without popovers, the pill is a link to the control page', async ({ page, tenant }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(HTMLElement.prototype, 'popover')
  })
  await page.goto('/doctor')
  const link = page.getByRole('banner').getByRole('link', { name: 'Local tenant' })
  await expect(link).toHaveAttribute('href', `${tenant.authority}/_tenant`)
  await expect(page.getByText('No real accounts')).toHaveCount(0)
})

test('where the server names no control page, nothing speaks to developers', async ({ page }) => {
  await askForEverything(page)
  await page.route('**/api/session', (route) =>
    route.fulfill({ json: { signedIn: false, development: false, now: new Date().toISOString() } }),
  )
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await page.goto('/')
  await expect(main(page).getByRole('region', { name: 'How signing in works' })).toBeVisible()
  for (const part of [card(page), panel(page), pill(page)]) await expect(part).toHaveCount(0)
  expect(asked.filter((path) => /development|parts/.test(path))).toEqual([])
})

test('a fake token is found at once, and named in the title', async ({ page }) => {
  await page.goto('/')
  await expect(proof(page)).toContainText('0 tokens')
  await proof(page).getByText('Try it yourself').click()
  await proof(page).getByRole('button', { name: 'Plant a fake token' }).click()
  await expect(page.getByRole('heading', { name: '1 token found in this browser' })).toBeVisible()
  const line = (await proof(page).locator('code').textContent()) ?? ''
  await proof(page).getByRole('button', { name: 'Remove it' }).click()
  await expect(page.getByRole('heading', { name: 'No tokens in this browser' })).toBeVisible()
  await page.evaluate(line)
  await expect(page.getByRole('heading', { name: '1 token found in this browser' })).toBeVisible()
})

test('a wide copy button says that it has copied, and its own name again after two seconds', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const copy = main(page).getByRole('button', { name: 'Copy report' })
  // The doctor checks a few times a minute at most, and other pages ask it as well: it may take the whole minute.
  test.setTimeout(120_000)
  await expect(async () => {
    await page.goto('/doctor')
    await expect(copy).toBeVisible({ timeout: 3000 })
  }).toPass({ timeout: 80_000, intervals: [8000] })
  await copy.click()
  await expect(main(page).getByRole('button', { name: 'Copied' })).toBeVisible()
  await expect(main(page).getByRole('button', { name: 'Copy report' })).toBeVisible()
})

const signInStyle = (link: Locator) =>
  link.evaluate((element) => getComputedStyle(element).backgroundColor)

test('the bar’s sign-in button is quiet where the page has one', async ({ page }) => {
  const colours: Record<string, string> = {}
  for (const path of ['/', '/claims', '/signed-out', '/doctor']) {
    await page.goto(path)
    await expect(signInLink(page)).toBeVisible()
    colours[path] = await signInStyle(signInLink(page))
  }
  expect(colours['/claims']).toBe(colours['/'])
  expect(colours['/signed-out']).toBe(colours['/'])
  expect(colours['/doctor']).not.toBe(colours['/'])
})

test('signed in, the page shows the name and the size of the reader’s own cookie', async ({
  page,
}) => {
  await beSignedIn(page)
  await page.goto('/')
  const [cookie] = (await page.context().cookies()).filter(({ name }) =>
    name.startsWith('session-'),
  )
  await expect(main(page).getByRole('region', { name: 'How signing in works' })).toContainText(
    `Yours: ${cookie?.name}, ${`${cookie?.name}=${cookie?.value}`.length} bytes, HttpOnly`,
  )
})
