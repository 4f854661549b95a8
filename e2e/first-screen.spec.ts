/** What is seen of a page before the app is there. */
import { expect, test, type Page, type Route } from '@playwright/test'
import { askForEverything } from './change-answers.ts'
import { openWithData } from './opened-page.ts'
import { beSignedIn } from './signed-in.ts'

const code = /\/assets\/index-[^/]*\.js$/
const title = (page: Page) => page.getByRole('main').getByRole('heading', { level: 1 })

/** Keeps the app's code away. @returns how to let it through */
async function withoutTheApp(page: Page): Promise<() => Promise<void>> {
  const held: Route[] = []
  await page.route(code, (route) => void held.push(route))
  return async () => {
    await Promise.all(held.splice(0).map((route) => route.continue()))
  }
}

/** Notes what is drawn in place of a title that was there. */
async function noteGaps(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const gaps: string[] = []
    Reflect.set(globalThis, 'gaps', gaps)
    let hadTitle = false
    new MutationObserver(() => {
      const hasTitle = document.querySelector('main h1') !== null
      if (hadTitle && !hasTitle) gaps.push(document.querySelector('main')?.innerHTML ?? 'nothing')
      hadTitle ||= hasTitle
    }).observe(document, { childList: true, subtree: true })
  })
}

/** The texts of the first lines, and where they are. */
async function firstLines(page: Page) {
  const lines = page.locator('main h1, main h1 ~ p:not([role])')
  await expect(lines.first()).toBeVisible()
  return lines.evaluateAll((all) =>
    all.slice(0, 2).map((line) => {
      const { x, y } = line.getBoundingClientRect()
      return { text: line.textContent, x: Math.round(x), y: Math.round(y) }
    }),
  )
}

for (const [what, path, signedIn, expected] of [
  ['the home page, signed out', '/', false, /^Sign in with Microsoft Entra\. Keep the tokens/],
  ['the home page', '/', true, /^Hello, \p{L}+$/u],
  ['the ID token', '/claims?view=json', true, 'ID token'],
  ['the users', '/users?q=an', true, 'Users'],
  ['the sessions', '/sessions', true, 'Your sessions'],
  ['a page that needs a sign-in', '/users', false, 'Sign in to see this page'],
] as const) {
  for (const width of [1280, 390]) {
    test(`${what} can be read before the app, which changes nothing of it, at ${width} px`, async ({
      page,
    }) => {
      await page.setViewportSize({ width, height: 800 })
      if (signedIn) await beSignedIn(page)
      const letThrough = await withoutTheApp(page)
      await noteGaps(page)
      await page.goto(path, { waitUntil: 'commit' })
      await expect(title(page)).toHaveText(expected)
      const before = await firstLines(page)
      await letThrough()
      await expect(page.getByRole('navigation').first()).toBeVisible()
      await expect(page.getByRole('button', { name: 'Theme and language' })).toBeVisible()
      await expect(title(page)).toHaveAttribute('tabindex', '-1')
      const after = await firstLines(page)
      expect(after).toHaveLength(before.length)
      for (const [index, { text, x, y }] of before.entries()) {
        // The end of the session comes with the app.
        expect(after[index]).toEqual({ text: expect.stringContaining(text), x, y })
      }
      expect(await page.evaluate(() => Reflect.get(globalThis, 'gaps') as string[])).toEqual([])
    })
  }
}

test('a page whose session this browser has not proven is for the app to explain', async ({
  page,
}) => {
  await withoutTheApp(page)
  for (const path of ['/', '/users']) {
    const opened = async (change: (html: string) => string) => {
      await page.route(`**${path}`, async (route) => {
        const response = await route.fetch()
        await route.fulfill({ response, body: change(await response.text()) })
      })
      await page.goto(path, { waitUntil: 'commit' })
      await page.waitForFunction(() => document.readyState !== 'loading')
      return title(page).count()
    }
    expect(await opened((html) => html)).toBe(1)
    const signedOut = '"signedIn":false,'
    const unproven = `${signedOut}"deviceProof":"unsupported",`
    expect(await opened((html) => html.replace(signedOut, unproven))).toBe(0)
  }
})

test('a sign-in can begin before the app is there, and leads back', async ({ page }) => {
  await withoutTheApp(page)
  await page.goto('/users?q=an#row', { waitUntil: 'commit' })
  const link = page.getByRole('link', { name: 'Sign in with Microsoft' })
  await expect(link).toHaveAttribute('href', '/auth/sign-in?returnTo=%2Fusers%3Fq%3Dan%23row')
  await link.click()
  await expect(page).toHaveURL(/\/oauth2\/v2\.0\/authorize\?/)
})

test('a link of the first screen that has the focus keeps it when the app comes', async ({
  page,
}) => {
  for (const path of ['/', '/users?q=an']) {
    const letThrough = await withoutTheApp(page)
    await page.goto(path, { waitUntil: 'commit' })
    const link = page.getByRole('main').getByRole('link', { name: 'Sign in with Microsoft' })
    await link.focus()
    await letThrough()
    await expect(page.getByRole('button', { name: 'Theme and language' })).toBeVisible()
    await expect(link).toBeFocused()
    await page.unroute(code)
  }
})

test('the first screen is in the reader’s language', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ locale: 'de-DE', ...(baseURL && { baseURL }) })
  const page = await context.newPage()
  await withoutTheApp(page)
  await page.goto('/', { waitUntil: 'commit' })
  await expect(title(page)).toHaveText(
    'Anmelden mit Microsoft Entra. Token bleiben auf dem Server.',
  )
  await context.close()
})

test('a page that the browser has kept greets nobody', async ({ page }) => {
  await beSignedIn(page)
  await openWithData(page, '/')
  await page.goto('/claims')
  await expect(title(page)).toHaveText('ID token')
  await withoutTheApp(page)
  await page.goBack({ waitUntil: 'commit' })
  await expect(page.getByRole('banner')).toBeVisible()
  await expect(title(page)).toHaveCount(0)
})

test('a page without a session begins with the bar', async ({ page }) => {
  await askForEverything(page)
  await withoutTheApp(page)
  await page.goto('/', { waitUntil: 'commit' })
  await expect(page.getByRole('banner')).toBeVisible()
  await expect(title(page)).toHaveCount(0)
})

test('a reload, and Back from another document, find the place where the reader was', async ({
  page,
}) => {
  const place = () => page.evaluate(() => Math.round(window.scrollY))
  await beSignedIn(page)
  await page.setViewportSize({ width: 1280, height: 500 })
  for (const path of ['/claims', '/users?page=2']) {
    await page.goto(path)
    await expect.poll(() => page.evaluate(() => document.body.scrollHeight)).toBeGreaterThan(1200)
    expect(await place()).toBe(0)
    await page.evaluate(async () => {
      const ended = new Promise((resolve) => addEventListener('scrollend', resolve, { once: true }))
      window.scrollTo(0, 600)
      await ended
    })
    await page.reload()
    await expect.poll(place).toBe(600)
    await page.goto('/healthz')
    await page.goBack()
    await expect.poll(place).toBe(600)
  }
})

test('a reader who has gone somewhere else meanwhile stays there', async ({ page }) => {
  await beSignedIn(page)
  await page.setViewportSize({ width: 1280, height: 500 })
  await page.goto('/claims')
  await expect(page.getByText('Validated by the server')).toBeVisible()
  const letThrough = await withoutTheApp(page)
  /** Where the reader is in the end, who was at 600 px before a reload. */
  const after = async (doing: () => Promise<void>) => {
    await page.evaluate(() => navigation.updateCurrentEntry({ state: 600 }))
    await page.reload({ waitUntil: 'commit' })
    // Its script has begun by then.
    await expect(title(page)).toBeVisible()
    await doing()
    await letThrough()
    await expect(page.getByText('Validated by the server')).toBeVisible()
    await page.waitForLoadState('networkidle')
    return page.evaluate(() => Math.round(window.scrollY))
  }
  expect(await after(() => Promise.resolve())).toBe(600)
  expect(await after(() => page.keyboard.press('Shift'))).toBe(0)
})
