/** Navigation between pages: title, focus and scroll position, the keyboard, and themes. */
import { expect, test, type Locator, type Page } from '@playwright/test'
import { problemMediaType } from '@gatehouse/contract/problem'
import { answer } from './problem-answers.ts'
import { beSignedIn } from './signed-in.ts'
import { accountButton, offeredAccount, signInLink } from './visitor.ts'

const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name, exact: typeof name === 'string' })
const pageLink = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name })
const scrolledTo = (page: Page) => page.evaluate(() => Math.round(window.scrollY))

/** Presses Tab until an element has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible()
  const isFocused = () => target.evaluate((element) => element === document.activeElement)
  for (let press = 0; press < 60; press += 1) {
    if (await isFocused()) return
    await page.keyboard.press('Tab')
  }
  throw new Error('Tab does not lead there')
}

/** Afterwards the code of both pages is there. */
async function comeToUsersFromTheToken(page: Page): Promise<void> {
  await beSignedIn(page)
  await page.goto('/claims')
  await expect(heading(page, 'ID token')).toBeVisible()
  await pageLink(page, 'Users').click()
}

async function tabAndEnter(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press('Enter')
}

test('a page has one address, without a slash at its end', async ({ page }) => {
  await beSignedIn(page)
  await page.goto('/users/?q=ada')
  await expect(heading(page, 'Users')).toBeVisible()
  await expect(page).toHaveURL('/users?q=ada')
  // A link of an app, which no server sees.
  await page.evaluate(() => window.history.pushState(null, '', '/claims/?x=1#security'))
  await expect(heading(page, 'ID token')).toBeVisible()
})

test('a change of page sets the title, the focus, the current link and the scroll position', async ({
  page,
}) => {
  await beSignedIn(page)
  await page.setViewportSize({ width: 1280, height: 500 })
  await page.goto('/claims')
  await expect(heading(page, 'ID token')).toBeVisible()
  await expect(page).toHaveTitle('ID token · Gatehouse')
  // A loaded document starts at its top.
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY')
  await page.getByRole('heading', { name: 'Security values' }).scrollIntoViewIfNeeded()
  const left = await scrolledTo(page)
  expect(left).toBeGreaterThan(300)

  // By keyboard: Playwright's mouse scrolls a little before it clicks.
  await pageLink(page, 'Users').evaluate((link) => (link as HTMLElement).click())
  await expect(heading(page, 'Users')).toBeFocused()
  await expect(page).toHaveTitle('Users · Gatehouse')
  await expect(pageLink(page, 'Users')).toHaveAttribute('aria-current', 'page')
  await expect(page.locator('[aria-current]')).toHaveCount(1)
  expect(await scrolledTo(page)).toBe(0)

  await page.goBack()
  await expect(heading(page, 'ID token')).toBeFocused()
  await expect(page).toHaveTitle('ID token · Gatehouse')
  await expect.poll(() => scrolledTo(page)).toBe(left)
})

test('the bar says at once where a link leads, and the page before stays as it is until the other one is drawn', async ({
  page,
}) => {
  await comeToUsersFromTheToken(page)
  await page.getByRole('searchbox').fill('ma')
  await expect(page).toHaveURL(/q=ma/)
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))

  const atOnce = await page.evaluate(followAndLook, 'a[href="/claims"]')
  expect(atOnce).toEqual({ path: '/claims', link: 'ID token', heading: 'Users', field: 'ma' })
  await expect(heading(page, 'ID token')).toBeFocused()
  expect(new URL(page.url()).search).toBe('')
  expect(asked.filter((url) => url.includes('/api/users?'))).toEqual([])

  // The browser restores the scroll position of the page that it finds.
  const wentBack = await page.evaluate(followAndLook, undefined)
  expect(wentBack).toEqual({ path: '/users', link: 'Users', heading: 'Users', field: 'ma' })
})

/** Runs in the page: taps on a link, or goes back, and tells what is there before the browser does anything else. */
async function followAndLook(link: string | undefined) {
  if (link) document.querySelector<HTMLElement>(`nav ${link}`)?.click()
  else {
    const gone = new Promise((resolve) => addEventListener('popstate', resolve, { once: true }))
    history.back()
    await gone
  }
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
  return {
    path: location.pathname,
    link: document.querySelector('nav [aria-current="page"]')?.textContent,
    heading: document.querySelector('h1')?.textContent,
    field: document.querySelector<HTMLInputElement>('main input')?.value,
  }
}

test('a page that is about to go does not write into the address of the next one', async ({
  page,
}) => {
  await comeToUsersFromTheToken(page)
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  // So slow that the other page is drawn in many pieces, and the search begins between two of them.
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 20 })
  await page.getByRole('searchbox').fill('ma')
  await page.evaluate(async () => {
    document.querySelector<HTMLElement>('nav a[href="/claims"]')?.click()
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
    const end = performance.now() + 400
    while (performance.now() < end);
  })
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 1 })
  await expect(heading(page, 'ID token')).toBeFocused()
  expect(page.url()).toMatch(/\/claims$/)
})

test('a link to what is shown, and the second click of a double click, add nothing to the history', async ({
  page,
}) => {
  await beSignedIn(page)
  await page.goto('/users?q=no')
  await expect(heading(page, 'Users')).toBeVisible()
  const entries = () => page.evaluate(() => history.length)
  const before = await entries()
  await pageLink(page, 'ID token').dblclick()
  await expect(heading(page, 'ID token')).toBeFocused()
  await page.evaluate(() => window.scrollTo(0, 400))
  await pageLink(page, 'ID token').evaluate((link) => (link as HTMLElement).click())
  // As after a tap on a link to the document that is open.
  await expect.poll(() => scrolledTo(page)).toBe(0)
  expect(await entries()).toBe(before + 1)
  await page.goBack()
  await expect(heading(page, 'Users')).toBeFocused()
  await expect(page).toHaveURL(/\/users\?q=no$/)
})

test('the keyboard stays in the page at an end of the list, and after a search is cleared', async ({
  page,
}) => {
  await beSignedIn(page)
  await page.goto('/users?page=2')
  const previous = page.getByRole('button', { name: 'Previous' })
  await previous.press('Enter')
  await expect(previous).toBeDisabled()
  await expect(previous).toBeFocused()
  for (const [path, button, title] of [
    ['/users?q=zzzz', 'Clear search', 'Users'],
    ['/claims?q=zzzz', /^Clear/, 'ID token'],
  ] as const) {
    await page.goto(path)
    // The other one is part of the search box.
    const clear = page.getByRole('main').getByRole('button', { name: button }).last()
    await clear.press('Enter')
    await expect(clear).toHaveCount(0)
    await expect(heading(page, title)).toBeFocused()
  }
})

test('an address that does not exist has a page that says so, with a link home', async ({
  page,
}) => {
  const response = await page.goto('/nowhere')
  expect(response?.status()).toBe(404)
  await expect(heading(page, 'Page not found')).toBeVisible()
  await expect(page).toHaveTitle('Page not found · Gatehouse')
  await page.getByRole('main').getByRole('link', { name: 'Go to home' }).click()
  await expect(page).toHaveURL(/\/$/)
})

test('the first Tab offers to skip the navigation', { tag: '@thorough' }, async ({ page }) => {
  await page.goto('/')
  const signIn = page.getByRole('link', { name: 'Sign in with Microsoft' })
  await expect(signIn).toBeVisible()
  const skip = page.getByRole('link', { name: 'Skip to content' })
  await expect(skip).toBeAttached()
  await expect(skip).not.toBeInViewport()
  await page.keyboard.press('Tab')
  await expect(skip).toBeFocused()
  await expect(skip).toBeInViewport()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(signIn).toBeFocused()
  await expect(page).toHaveURL(/\/$/)
})

test('the keyboard is enough, from sign-in to sign-out', async ({ page }) => {
  await page.goto('/users')
  await tabAndEnter(page, page.getByRole('link', { name: 'Sign in with Microsoft' }))
  await tabAndEnter(page, offeredAccount(page, 5))
  const accept = page.getByRole('button', { name: 'Accept' })
  await expect(accept.or(heading(page, 'Users'))).toBeVisible()
  if (await accept.isVisible()) await tabAndEnter(page, accept)

  const rows = page.getByRole('table', { name: 'Users' }).locator('tbody tr')
  await tabAndEnter(page, rows.nth(1).getByRole('button'))
  const panel = page.getByRole('dialog')
  await tabTo(page, panel.getByRole('link', { name: 'Open in Microsoft Entra admin center' }))
  await page.keyboard.press('Escape')
  await expect(rows.nth(1).getByRole('button')).toBeFocused()
  await tabAndEnter(page, page.getByRole('button', { name: 'Next' }))
  await expect(page.getByLabel('Page', { exact: true })).toHaveValue('2')

  await tabAndEnter(page, pageLink(page, 'ID token'))
  await expect(heading(page, 'ID token')).toBeFocused()
  const response = await page.request.get('/api/me')
  const { name } = (await response.json()) as { name: string }
  await tabAndEnter(page, accountButton(page, name))
  await tabAndEnter(page, page.getByRole('button', { name: 'Sign out' }))
  await page.waitForURL(/\/signed-out/)
  await expect(signInLink(page)).toBeVisible()
})

for (const [theme, scheme] of [
  ['Dark', 'light'],
  ['Light', 'dark'],
] as const) {
  test(
    `the theme ${theme} is set before the first paint, on a ${scheme} system`,
    { tag: '@thorough' },
    async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme })
      const background = () =>
        page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
      await page.goto('/')
      await expect(signInLink(page)).toBeVisible()
      const asTheSystem = await background()
      const button = page.getByRole('button', { name: 'Theme' })
      await button.click()
      await page.getByRole('button', { name: theme, exact: true }).click()
      await expect(button).toBeFocused()
      await expect.poll(background).not.toBe(asTheSystem)
      const chosen = await background()

      // The page before the app's script has loaded, which would flash.
      await page.route(/\/assets\/.*\.js$/, (route) => route.abort())
      await page.goto('/claims')
      await expect(page.getByRole('banner')).toContainText('Gatehouse')
      expect(await background()).toBe(chosen)
      await page.unrouteAll()

      await page.reload()
      await button.click()
      await expect(page.getByRole('button', { name: theme, exact: true })).toHaveAttribute(
        'aria-pressed',
        'true',
      )
      await page.getByRole('button', { name: 'System', exact: true }).click()
      expect(await background()).toBe(asTheSystem)
      expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])
    },
  )
}

test('a page that was opened at 127.0.0.1 is shown at the public address, without a trace of it', async ({
  page,
  baseURL,
}) => {
  await page.goto(`${baseURL?.replace('localhost', '127.0.0.1')}/users?q=no#table`)
  await expect(page.getByRole('heading', { name: 'Sign in to see this page' })).toBeVisible()
  await expect(page).toHaveURL(`${baseURL}/users?q=no#table`)
})

test('one mark moves to the link of the page that was chosen, and is gone where no link is', async ({
  page,
}) => {
  /** The left edge of the mark, from the left edge of the link; undefined without a mark. */
  const offset = () =>
    page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('list')
      .evaluate((list) => {
        const { content, left } = getComputedStyle(list, '::after')
        const link = list.querySelector('[aria-current]')
        if (content === 'none' || !link) return undefined
        return (
          Number.parseFloat(left) -
          (link.getBoundingClientRect().x - list.getBoundingClientRect().x)
        )
      })
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  await beSignedIn(page)
  await page.goto('/')
  await expect.poll(offset).toBeCloseTo(12, 0)
  await pageLink(page, 'Users').click()
  await expect(heading(page, 'Users')).toBeVisible()
  await expect.poll(offset).toBeCloseTo(12, 0)
  const { x = 0 } = (await pageLink(page, 'Users').boundingBox()) ?? {}
  expect(x).toBeGreaterThan(400)
  await page.goto('/sessions')
  await expect(heading(page, /sessions/i)).toBeVisible()
  expect(await offset()).toBeUndefined()
})

/** Runs in the page: replaces every text by elements with it, as browsers do that translate a page. */
function translate() {
  const replaceTexts = () => {
    const texts: Text[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const text = walker.currentNode as Text
      if (text.data.trim() && !text.parentElement?.closest('script, font')) texts.push(text)
    }
    for (const text of texts) {
      const font = document.createElement('font')
      font.textContent = text.data
      text.replaceWith(font)
    }
  }
  const observer = new MutationObserver(() => {
    replaceTexts()
    observer.takeRecords()
  })
  const options = { childList: true, subtree: true, characterData: true }
  document.addEventListener('DOMContentLoaded', () => observer.observe(document.body, options))
}

test('a page that the browser translates goes on, and shows what is new', async ({ page }) => {
  await page.addInitScript(translate)
  await beSignedIn(page)
  await page.goto('/users')
  const pager = page.getByRole('navigation', { name: 'Pages of users' })
  await expect(pager).toContainText('of 10')
  await expect(page.locator('main font').first()).toBeVisible()
  const box = page.getByRole('searchbox')
  for (const [search, marked] of [
    ['no', /^no$/i],
    ['nora', /^nora$/i],
  ] as const) {
    await box.fill(search)
    await expect(page.locator('tbody mark').first()).toHaveText(marked)
  }
  await expect(page.locator('tbody tr')).toHaveText([/^Nora Hill/])
  await box.fill('a')
  await expect(pager).not.toContainText('of 10')
  await box.fill('')
  await expect(pager).toContainText('of 10')

  // Once by itself, and then the user decides.
  await answer(page, '/api/users', (route) =>
    route.fulfill({
      status: 429,
      contentType: problemMediaType,
      headers: { 'retry-after': '3' },
      body: JSON.stringify({ code: 'too_many_requests', title: 'Made up' }),
    }),
  )
  await box.fill('be')
  await expect(page.getByText(/^Trying again in 1 second/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Try again', exact: true })).toBeEnabled()
})
