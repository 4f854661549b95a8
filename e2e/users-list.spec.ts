/** The list of users: search, sort, pages, and the address bar. */
import { expect, test, type Page } from '@playwright/test'
import { askForEverything, changeAnswers } from './change-answers.ts'
import { beSignedIn } from './signed-in.ts'

const table = (page: Page) => page.getByRole('table', { name: 'Users' })
const rows = (page: Page) => table(page).locator('tbody tr')
const box = (page: Page) => page.getByRole('searchbox', { name: 'Search users' })
const names = (page: Page) => rows(page).getByRole('button').allInnerTexts()
const scrolledTo = (page: Page) => page.evaluate(() => Math.round(window.scrollY))

/** Waits for a page of the list. */
async function expectPage(page: Page, number: number): Promise<void> {
  await expect(page.getByLabel('Page', { exact: true })).toHaveValue(String(number))
  await expect(page.getByRole('navigation', { name: 'Pages of users' })).toContainText('of 10')
  await expect(table(page)).toHaveAttribute('aria-busy', 'false')
}

/** Records the page's queries for users from now on. */
function asked(page: Page): URLSearchParams[] {
  const queries: URLSearchParams[] = []
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url())
    if (pathname === '/api/users') queries.push(searchParams)
  })
  return queries
}

test.beforeEach(async ({ page }) => {
  await beSignedIn(page)
})

test('five keystrokes cause one request, and one history entry', async ({ page }) => {
  await page.clock.install()
  await page.goto('/users')
  await expectPage(page, 1)
  const before = await page.evaluate(() => history.length)
  const queries = asked(page)
  // On a busy machine, keys come slowly: meanwhile, no time passes on the page.
  // The clock goes forward only: it has to stop at a time that has not come yet.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 60_000))
  await box(page).pressSequentially('nora ')
  await page.clock.resume()
  await expect(table(page).locator('mark').first()).toHaveText(/^nora$/i)
  await expect(page).toHaveURL(/\/users\?q=nora$/)
  expect(queries.map((query) => query.get('search'))).toEqual(['nora'])
  expect(await page.evaluate(() => history.length)).toBe(before)
})

test(
  '`/` focuses the search, Esc empties it, and 100 characters fit',
  { tag: '@thorough' },
  async ({ page }) => {
    await page.goto('/users?q=nora')
    await expect(table(page).locator('mark').first()).toBeVisible()
    await page.keyboard.press('/')
    await expect(box(page)).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(box(page)).toHaveValue('')
    await expectPage(page, 1)
    await expect(page).toHaveURL(/\/users$/)
    await box(page).fill('a/b')
    // Esc that ends the composition of a word is not for the page.
    await box(page).dispatchEvent('keydown', { key: 'Escape', isComposing: true })
    await expect(box(page)).toHaveValue('a/b')
    await page.keyboard.press('/')
    await expect(box(page)).toHaveValue('a/b/')
    await expect(box(page)).toHaveAttribute('maxlength', '100')
  },
)

test('Next, Back and Forward keep the page and the scroll position', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 500 })
  await page.goto('/users')
  await expectPage(page, 1)
  const first = await names(page)
  const queries = asked(page)
  const next = page.getByRole('button', { name: 'Next' })
  await next.scrollIntoViewIfNeeded()
  const left = await scrolledTo(page)
  expect(left).toBeGreaterThan(300)
  await next.click()
  await expectPage(page, 2)
  const second = await names(page)
  expect(second).not.toEqual(first)
  await page.goBack()
  await expectPage(page, 1)
  expect(await names(page)).toEqual(first)
  await expect.poll(() => scrolledTo(page)).toBe(left)
  await page.goForward()
  await expectPage(page, 2)
  expect(await names(page)).toEqual(second)
  // Page 2 was prefetched; page 3 has been fetched meanwhile, and nothing else.
  await expect.poll(() => queries.length).toBe(1)
  expect(queries[0]?.get('cursor')).toBeTruthy()
})

test(
  'a link to the middle of a sorted search survives a reload',
  { tag: '@thorough' },
  async ({ page }) => {
    await page.goto('/users?q=a&sort=-name&page=2')
    await expect(page.getByText(/^26–\d+ of \d+$/)).toBeVisible()
    const shown = await names(page)
    await page.reload()
    await expect(page.getByText(/^26–\d+ of \d+$/)).toBeVisible()
    await expect(page).toHaveURL(/\/users\?q=a&sort=-name&page=2$/)
    await expect(box(page)).toHaveValue('a')
    await expect(table(page)).toHaveAttribute('aria-busy', 'false')
    expect(await names(page)).toEqual(shown)
  },
)

test('any page is a number away, and its neighbours are as near as always', async ({ page }) => {
  await page.goto('/users')
  await expectPage(page, 1)
  const queries = asked(page)
  const number = page.getByLabel('Page', { exact: true })
  await number.fill('7')
  await number.press('Enter')
  await expect(page).toHaveURL(/\/users\?page=7$/)
  await expectPage(page, 7)
  await expect(number).toBeFocused()
  await expect(page.getByText('151–175 of 250')).toBeVisible()
  await page.getByRole('button', { name: 'Previous' }).click()
  await expectPage(page, 6)
  await page.getByRole('button', { name: 'Next' }).click()
  await expectPage(page, 7)
  expect(queries.map((query) => query.get('page')).filter(Boolean)).toEqual(['7', '6'])
  await number.fill('99')
  await number.press('Enter')
  await expectPage(page, 10)
  await expect(page.getByRole('button', { name: 'Next' })).toBeDisabled()
  for (const wrong of ['ten', '', '-3', '1e1']) {
    await number.fill(wrong)
    await number.press('Enter')
    await expect(number).toHaveValue('10')
  }
  await page.goBack()
  await expectPage(page, 7)
})

/** Runs in the page: notes what a screen reader is given to say. */
function noteAnnouncements() {
  const said: (string | null)[] = []
  Reflect.set(globalThis, 'said', said)
  new MutationObserver((changes) => {
    for (const { target } of changes)
      if (target instanceof Element && target.ariaLive === 'polite') said.push(target.textContent)
  }).observe(document, { childList: true, subtree: true })
}

test(
  'a page number beyond the end shows the last page, and an invalid one the first',
  { tag: '@thorough' },
  async ({ page }) => {
    await page.addInitScript(noteAnnouncements)
    await page.goto('/users?page=30')
    await expectPage(page, 10)
    await expect(page).toHaveURL(/\/users\?page=10$/)
    expect(await page.evaluate(() => Reflect.get(globalThis, 'said') as unknown)).toEqual([
      'Showing 226 to 250 of 250',
    ])
    const next = page.getByRole('button', { name: 'Next' })
    await expect(next).toBeDisabled()
    await next.click({ force: true })
    await expect(page).toHaveURL(/\/users\?page=10$/)
    await page.goto('/users?page=-2&sort=upwards')
    await expectPage(page, 1)
    await expect(page.getByRole('button', { name: 'Previous' })).toBeDisabled()
  },
)

test(
  'the name column reverses the order, from the first page',
  { tag: '@thorough' },
  async ({ page }) => {
    await page.goto('/users?page=2')
    await expectPage(page, 2)
    const head = table(page).getByRole('columnheader', { name: 'Name', exact: true })
    await expect(head).toHaveAttribute('aria-sort', 'ascending')
    await head.getByRole('button').click()
    await expect(head).toHaveAttribute('aria-sort', 'descending')
    await expectPage(page, 1)
    await expect(page).toHaveURL(/\/users\?sort=-name$/)
    const order = new Intl.Collator('en', { sensitivity: 'base' })
    const shown = await names(page)
    expect(shown).toEqual(shown.toSorted((a, b) => order.compare(b, a)))
    await head.getByRole('button').click()
    await expect(page).toHaveURL(/\/users$/)
  },
)

test('a person’s panel takes the focus, keeps it, and returns it to the row', async ({ page }) => {
  await page.goto('/users')
  await expectPage(page, 1)
  const row = rows(page).nth(3)
  const open = row.getByRole('button')
  const userName = await row.getByText(/@/).first().innerText()
  await open.focus()
  await page.keyboard.press('Enter')
  const panel = page.getByRole('dialog', { name: await open.innerText() })
  await expect(panel).toContainText(userName)
  for (const fact of ['First name', 'Last name', 'Email', 'User name', 'Object ID']) {
    await expect(panel.getByRole('term').filter({ hasText: fact })).toBeVisible()
  }
  const isInside = () => panel.evaluate((dialog) => dialog.contains(document.activeElement))
  expect(await isInside()).toBe(true)
  // `/` belongs to the page below, which cannot be reached now.
  await page.keyboard.press('/')
  await expect(box(page)).not.toBeFocused()
  await page.keyboard.press('Escape')
  await expect(panel).toHaveCount(0)
  await expect(open).toBeFocused()

  await open.click()
  await panel.getByRole('button', { name: 'Close' }).click()
  await expect(panel).toHaveCount(0)
  await expect(open).toBeFocused()
  await open.click()
  await page.mouse.click(20, 400)
  await expect(panel).toHaveCount(0)
  // Back closes it as well; the list stays, and the focus returns.
  await open.click()
  await expect(panel).toBeVisible()
  await page.goBack()
  await expect(panel).toHaveCount(0)
  await expect(page).toHaveURL(/\/users$/)
  await expect(open).toBeFocused()
})

test('a person has an address, and the next one is a key away', async ({ page }) => {
  await page.goto('/users?sort=-name&page=2')
  await expectPage(page, 2)
  const shown = await names(page)
  const panel = (index: number) =>
    page.getByRole('dialog', { name: shown[index] ?? '-', exact: true })
  await rows(page).nth(1).getByRole('button').click()
  await expect(panel(1)).toBeVisible()
  await expect(page).toHaveURL(/\/users\?sort=-name&page=2&user=[\w-]+$/)
  const previous = page.getByRole('button', { name: 'Previous person' })
  const next = page.getByRole('button', { name: 'Next person' })
  await next.click()
  await expect(panel(2)).toBeVisible()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await expect(panel(0)).toBeVisible()
  await expect(previous).toHaveAttribute('aria-disabled', 'true')
  await page.keyboard.press('ArrowUp')
  await expect(panel(0)).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await expect(panel(1)).toBeVisible()

  const id = new URL(page.url()).searchParams.get('user') ?? ''
  await page.reload()
  await expect(panel(1)).toContainText(id)
  await page.keyboard.press('Escape')
  await expect(panel(1)).toHaveCount(0)
  await expect(page).toHaveURL(/\/users\?sort=-name&page=2$/)
  // Another page of the list does not have that person.
  await page.goto(`/users?user=${id}`)
  await expect(page.getByText('The linked person isn’t on this page of the list.')).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('the buttons of the panel stay under the pointer when the next name is longer', async ({
  page,
}) => {
  await changeAnswers(page, '/api/users', (json) => {
    const { users, ...rest } = json as { users: { displayName: string }[] }
    const named = users.map((user, index) =>
      index === 1 ? { ...user, displayName: 'Wolfeschlegelsteinhausen '.repeat(8) } : user,
    )
    return { ...rest, users: named }
  })
  await page.goto('/users')
  await rows(page).first().getByRole('button').click()
  const panel = page.getByRole('dialog')
  await panel.evaluate((dialog) => Promise.all(dialog.getAnimations().map((one) => one.finished)))
  const next = panel.getByRole('button', { name: 'Next person' })
  const before = await next.boundingBox()
  await next.click()
  await expect(panel.getByRole('heading')).toContainText('Wolfeschlegelsteinhausen')
  expect(await next.boundingBox()).toEqual(before)
})

test(
  'everything about a person is copied at once',
  { tag: '@thorough' },
  async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto('/users')
    await expectPage(page, 1)
    await rows(page).first().getByRole('button').click()
    const panel = page.getByRole('dialog')
    const mail = panel.getByRole('link', { name: /@/ })
    expect(await mail.getAttribute('href')).toBe(`mailto:${await mail.innerText()}`)
    // An id is one line.
    const id = panel.locator('code')
    expect((await id.boundingBox())?.height).toBeLessThan(25)
    await panel.getByRole('button', { name: 'Copy all' }).click()
    const copied = () => page.evaluate(() => navigator.clipboard.readText())
    await expect.poll(copied).toContain(`Object ID: ${await id.innerText()}`)
    expect(await copied()).toContain(
      `Display name: ${await panel.getByRole('heading').innerText()}`,
    )
  },
)

test('the columns are the same on every page, and a guest has the address of home', async ({
  page,
}) => {
  const edges = () =>
    table(page)
      .getByRole('columnheader')
      .evaluateAll((heads) => heads.map((head) => head.getBoundingClientRect().left))
  await page.goto('/users')
  await expectPage(page, 1)
  const first = await edges()
  expect(first).toHaveLength(2)
  const guest = rows(page)
    .filter({ has: page.getByText('Guest', { exact: true }) })
    .first()
  await expect(guest).toContainText('@partner.example')
  await expect(guest).not.toContainText('#EXT#')
  await expect(guest).toHaveAttribute('title', /#EXT#@/)
  await page.goto('/users?page=3')
  await expectPage(page, 3)
  expect(await edges()).toEqual(first)
  await page.goto('/users?q=zzzz')
  await expect(page.getByRole('heading', { name: 'No one matches “zzzz”' })).toBeVisible()
  await expect(page.getByText('0 of 0')).toHaveCount(0)
})

test('the row of the signed-in user is marked', { tag: '@thorough' }, async ({ page }) => {
  const response = await page.request.get('/api/me')
  const { name, username } = (await response.json()) as { name: string; username: string }
  await page.goto(`/users?q=${encodeURIComponent(name)}`)
  const mine = rows(page).filter({ hasText: username })
  await expect(mine.getByText('You', { exact: true })).toBeVisible()
  await expect(rows(page).getByText('You', { exact: true })).toHaveCount(1)
})

test('the first load reserves the space of the rows', { tag: '@thorough' }, async ({ page }) => {
  const held: (() => void)[] = []
  await askForEverything(page)
  await page.route(
    (url) => url.pathname === '/api/users',
    async (route) => {
      await new Promise<void>((go) => held.push(go))
      await route.continue()
    },
  )
  await page.goto('/users')
  await expect(rows(page)).toHaveCount(25)
  await expect(table(page)).toHaveAttribute('aria-busy', 'true')
  const heights = () => rows(page).evaluateAll((all) => all.map((row) => row.clientHeight))
  const waiting = await heights()
  for (const go of held) go()
  await expect(table(page)).toHaveAttribute('aria-busy', 'false')
  expect(await heights()).toEqual(waiting)
})

test(
  'a name without letters has the sign of a person, and a long one is cut and whole in the tooltip',
  { tag: '@thorough' },
  async ({ page }) => {
    const long = 'x'.repeat(200)
    await changeAnswers(page, '/api/users', (json) => {
      const { users, ...rest } = json as { users: { displayName: string }[] }
      const named = ['!?', long, '\u202eevil', ' '].map((displayName, index) => ({
        ...users[index],
        displayName,
      }))
      return { ...rest, users: named }
    })
    await page.goto('/users')
    await expect(rows(page)).toHaveCount(4)
    const disc = rows(page).first().locator('[aria-hidden="true"]').first()
    await expect(disc.locator('svg')).toHaveCount(1)
    await expect(rows(page).nth(1).locator('[data-initials="X"]')).toHaveCount(1)
    await expect(rows(page).nth(1)).toHaveAttribute('title', new RegExp(`^${long}\n`))
    await rows(page).nth(1).getByRole('button').click()
    await expect(page.getByRole('dialog', { name: long })).toBeVisible()
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }))
    expect(scroll).toBe(client)
  },
)
