/** The users page while Microsoft Graph refuses, stalls or answers nonsense, by the tenant's faults. */
import { expect, type Page } from '@playwright/test'
import type { Tenant } from '@gatehouse/tenant'
import { test } from './own-gatehouse.ts'
import { expectSignedIn, signIn, signInLink } from './visitor.ts'
import { people } from '@gatehouse/tenant/testing'

const table = (page: Page) => page.getByRole('table', { name: 'Users' })
const card = (page: Page, title: string) => page.getByRole('heading', { name: title })
const tryAgain = (page: Page) => page.getByRole('button', { name: 'Try again' })

const throttled = { at: 'users', kind: 'graphError', status: 429, code: 'TooManyRequests' } as const

/** Records the texts of the polite live region from now on. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const said: string[] = []
    Reflect.set(globalThis, 'said', said)
    const region = document.querySelector('[aria-live="polite"]')
    if (!region) throw new Error('There is no live region')
    new MutationObserver(() => said.push(region.textContent)).observe(region, { childList: true })
  })
  return () => page.evaluate(() => Reflect.get(globalThis, 'said') as string[])
}

/** Records what the page shows beside each number of seconds. A busy test would miss some of them. */
async function watchCountdown(page: Page): Promise<() => Promise<object[]>> {
  await page.evaluate(() => {
    const seen: { left: string; rows: number; busy: string | null | undefined }[] = []
    Reflect.set(globalThis, 'seen', seen)
    const look = () => {
      const main = document.querySelector('main')
      const [, left] = /Trying again in (\d+ seconds?)/.exec(main?.textContent ?? '') ?? []
      if (left === undefined || left === seen.at(-1)?.left) return
      const list = main?.querySelector('table')
      const rows = list?.querySelectorAll('tr').length ?? 0
      seen.push({ left, rows, busy: list?.getAttribute('aria-busy') })
    }
    const changes = { childList: true, characterData: true, subtree: true }
    new MutationObserver(look).observe(document.body, changes)
  })
  return () => page.evaluate(() => Reflect.get(globalThis, 'seen') as object[])
}

/** Signs in as another user, after clearing the browser's cookies. */
async function signInAsGuest(page: Page, tenant: Tenant): Promise<void> {
  const guest = people(tenant).guest
  await page.context().clearCookies()
  await page.goto('/')
  await signInLink(page).click()
  await page.getByRole('textbox').fill(guest.userPrincipalName)
  await page.getByRole('button', { name: 'Next' }).click()
  // Consent is asked for once: another test may have given it.
  const accept = page.getByRole('button', { name: 'Accept' })
  const greeting = page.getByRole('heading', { name: /^Hello/ })
  await expect(accept.or(greeting)).toBeVisible()
  if (await accept.isVisible()) await accept.click()
  await expectSignedIn(page)
}

test.beforeEach(async ({ page }) => {
  await signIn(page, 0)
})

test('a busy Graph is retried automatically at the time that it named, not before', async ({
  page,
  tenant,
}) => {
  tenant.faults.set({ ...throttled, retryAfter: '2', times: 1 })
  await page.goto('/users')
  await expect(card(page, 'Microsoft Graph is busy')).toBeVisible()
  await expect(page.getByRole('main')).toContainText(/Trying again in [12] seconds?\./)
  await expect(table(page).getByRole('row')).toHaveCount(26)
  const [first, second] = tenant.journal.entries().filter(({ endpoint }) => endpoint === 'users')
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1900)
})

test(
  'if Graph stays busy, the user can retry, but not before the time that it named',
  { tag: '@thorough' },
  async ({ page, tenant }) => {
    tenant.faults.set({ ...throttled, retryAfter: '1', times: 2 })
    await page.goto('/users')
    await expect(tryAgain(page)).toBeDisabled()
    expect(tenant.journal.count('users')).toBe(2)
    await expect(tryAgain(page)).toHaveText('Try again')
    await tryAgain(page).click()
    await expect(table(page).getByRole('row')).toHaveCount(26)
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  },
)

test(
  'the seconds count down on the page, and are announced once',
  { tag: '@thorough' },
  async ({ page, tenant }) => {
    await page.goto('/users')
    await expect(table(page).getByRole('row')).toHaveCount(26)
    const said = await listen(page)
    // The search, and not the next page of the list, which is prefetched.
    const when = ({ url }: { url: string }) => url.includes('search')
    tenant.faults.set({ ...throttled, retryAfter: '3', times: 1, when })
    const note = page.getByRole('main').getByText(/Trying again in/)
    const seen = await watchCountdown(page)
    await page.getByRole('searchbox').fill('no')
    await expect.poll(async () => (await seen()).length).toBe(3)
    await expect(note).toBeHidden()
    await expect(table(page)).toHaveAttribute('aria-busy', 'false')
    // The old rows stay meanwhile.
    expect(await seen()).toEqual(
      ['3 seconds', '2 seconds', '1 second'].map((left) => ({ left, rows: 26, busy: 'true' })),
    )
    const busy = (await said()).filter((text) => text.includes('busy'))
    expect(busy).toEqual(['Microsoft Graph is busy. Trying again in 3 seconds.'])
  },
)

for (const [name, fault] of [
  ['closes the connection', { kind: 'reset' }],
  ['answers in HTML', { kind: 'respond', status: 502, body: '<h1>Bad gateway</h1>' }],
  ['answers with half of its JSON', { kind: 'respond', status: 200, body: '{"value":[' }],
  ['sends far too much', { kind: 'huge', bytes: 20_000_000 }],
] as const) {
  test(
    `a Graph that ${name} is a failure of Microsoft, and can be retried`,
    { tag: '@thorough' },
    async ({ page, tenant }) => {
      tenant.faults.set({ at: 'users', ...fault })
      await page.goto('/users')
      await expect(card(page, 'Microsoft Graph gave no usable answer')).toBeVisible()
      await expect(page.getByRole('main')).toContainText('Your account is fine')
      tenant.faults.clear()
      await tryAgain(page).click()
      await expect(table(page).getByRole('row')).toHaveCount(26)
    },
  )
}

test(
  'a Graph that never answers is waited for once',
  { tag: '@thorough' },
  async ({ page, tenant }) => {
    test.setTimeout(60_000)
    tenant.faults.set({ at: 'users', kind: 'hang' })
    let asked = 0
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/api/users') asked += 1
    })
    await page.goto('/users')
    await expect(card(page, 'Microsoft Graph didn’t answer in time')).toBeVisible({
      timeout: 30_000,
    })
    expect(asked).toBe(1)
  },
)

test('a guest gets one answer that says so, with a link home', async ({ page, tenant }) => {
  tenant.restrictGuests(true)
  await signInAsGuest(page, tenant)
  tenant.journal.clear()
  await page.goto('/users')
  await expect(card(page, 'You can’t list this directory')).toBeVisible()
  // A focus of the window fetches the session again, and not the refused list.
  const session = page.waitForResponse('**/api/session')
  await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
  await session
  expect(tenant.journal.count('users')).toBe(1)
  await page.getByRole('main').getByRole('link', { name: 'Go to home' }).click()
  await expect(page.getByRole('heading', { name: /^Hello/ })).toBeVisible()
})

test(
  'a page of results that is too old starts again from page 1',
  { tag: '@thorough' },
  async ({ page }) => {
    // The cursor of page 3 is stale: it belongs to a session that is over.
    let first: string | undefined
    let isOld = true
    await page.route(/[?&]cursor=/, (route) => {
      const url = new URL(route.request().url())
      first ??= url.searchParams.get('cursor') ?? ''
      if (isOld && url.searchParams.get('cursor') !== first) url.searchParams.set('cursor', 'old')
      return route.continue({ url: url.href })
    })
    await page.goto('/users')
    await expect(table(page).getByRole('row')).toHaveCount(26)

    const next = page.getByRole('button', { name: 'Next' })
    await next.click()
    await expect(page.getByLabel('Page', { exact: true })).toHaveValue('2')
    await next.click()
    await expect(page.getByText('This page of results was too old.')).toBeVisible()
    isOld = false
    await expect(page).toHaveURL(/\/users$/)
    await expect(page.getByLabel('Page', { exact: true })).toHaveValue('1')
    await expect(page.getByRole('alert')).toHaveCount(0)
  },
)

test('a page token that Graph has forgotten starts the list again from page 1', async ({
  page,
  tenant,
}) => {
  await page.goto('/users')
  await expect(table(page).getByRole('row')).toHaveCount(26)
  const code = 'Directory_ExpiredPageToken'
  const when = ({ url }: { url: string }) => /skiptoken/i.test(url)
  await page.getByRole('button', { name: 'Next' }).click()
  await expect(page.getByLabel('Page', { exact: true })).toHaveValue('2')
  tenant.faults.set({ at: 'users', kind: 'graphError', status: 400, code, when })
  // Page 3 may have been loaded in advance.
  await expect(async () => {
    await page.getByRole('button', { name: 'Next' }).click()
    const note = page.getByText('This page of results was too old.')
    await expect(note).toBeVisible({ timeout: 3_000 })
  }).toPass()
  await expect(page.getByLabel('Page', { exact: true })).toHaveValue('1')
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test('a search that Graph refuses is refused input, with another search as the way on', async ({
  page,
  tenant,
}) => {
  await page.goto('/users')
  await expect(table(page).getByRole('row')).toHaveCount(26)
  const code = 'Request_UnsupportedQuery'
  const when = ({ url }: { url: string }) => url.includes('search')
  tenant.faults.set({ at: 'users', kind: 'graphError', status: 400, code, when })
  await page.getByRole('searchbox').fill('%')
  await expect(card(page, 'This search isn’t possible')).toBeVisible()
  await expect(tryAgain(page)).toHaveCount(0)
  await page.getByRole('searchbox').fill('')
  await expect(table(page).getByRole('row')).toHaveCount(26)
})

test('a search without a match can be cleared', { tag: '@thorough' }, async ({ page }) => {
  await page.goto('/users?q=zzzz')
  await expect(card(page, 'No one matches “zzzz”')).toBeVisible()
  await page.getByRole('button', { name: 'Clear search' }).click()
  await expect(table(page).getByRole('row')).toHaveCount(26)
  await expect(page.getByRole('searchbox')).toHaveValue('')
})
