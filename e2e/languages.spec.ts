/** The pages in the reader's language: by the browser, by a choice, and what happens if its texts do not come. */
import { expect, test, type Locator, type Page } from '@playwright/test'
import { violationsOf } from './accessibility.ts'
import { beSignedIn } from './signed-in.ts'
import { offeredAccount } from './visitor.ts'

const german = (path: string) => /\/assets\/de-[\w-]+\.js$/.test(path)
const heading = (page: Page) => page.getByRole('heading', { level: 1 })
const menu = (page: Page) =>
  page.getByRole('button', { name: /^(?:Theme and language|Design und Sprache)$/ })

/** A browser whose user prefers these languages. */
async function prefer(page: Page, languages: string[]): Promise<void> {
  await page.addInitScript((list) => {
    Object.defineProperty(navigator, 'languages', { get: () => list })
    Object.defineProperty(navigator, 'language', { get: () => list[0] })
  }, languages)
}

/** Texts with a word that is in most English sentences and in no German one, but for those marked as English. */
async function englishTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) {
      const { parentElement: parent, textContent: text } = texts.currentNode
      if (parent?.closest('[lang="en"], code, pre, script, [hidden]')) continue
      if (/\b(?:the|your|you|is|of|and|sign)\b/i.test(text ?? '')) found.push(text ?? '')
    }
    return found
  })
}

async function languageOf(page: Page): Promise<string> {
  await expect(heading(page)).toBeVisible()
  return page.evaluate(() => document.documentElement.lang)
}

test('a German browser shows German pages, from the sign-in to the end', async ({ page }) => {
  await prefer(page, ['de-AT', 'en'])
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto('/')
  expect(await languageOf(page)).toBe('de')
  await page.getByRole('main').getByRole('link', { name: 'Anmelden' }).click()
  await offeredAccount(page, 2).click()
  const accept = page.getByRole('button', { name: 'Accept' })
  await expect(accept.or(page.getByRole('link', { name: 'ID-Token' }).first())).toBeVisible()
  if (await accept.isVisible()) await accept.click()
  await expect(heading(page)).toContainText('Hallo')
  for (const path of ['/', '/claims', '/users', '/sessions', '/doctor', '/nowhere']) {
    await page.goto(path)
    expect(await languageOf(page)).toBe('de')
    expect(await englishTexts(page), path).toEqual([])
    expect(await violationsOf(page), path).toEqual([])
  }
  expect(complaints).toEqual([])
})

test('another tab says in German that the user has signed out', async ({ page, context }) => {
  const other = await context.newPage()
  for (const tab of [page, other]) await prefer(tab, ['de'])
  await beSignedIn(page)
  await other.goto('/users')
  await page.goto('/')
  await page.getByRole('banner').getByRole('button').last().click()
  await page.getByRole('button', { name: 'Abmelden' }).click()
  await expect(other.locator('#announcements')).toHaveText('Sie haben sich abgemeldet.')
})

test('the longer German words have room at 320 px', async ({ page }) => {
  await prefer(page, ['de'])
  await page.setViewportSize({ width: 320, height: 640 })
  const boxOf = async (element: Locator) =>
    (await element.boundingBox()) ?? { x: 0, y: 0, width: 0 }
  for (const path of ['/', '/claims']) {
    await page.goto(path)
    const signIn = page.getByRole('main').getByRole('link', { name: 'Mit Microsoft anmelden' })
    await expect(signIn).toBeVisible()
    // The padding of its card stays free.
    const { x, width } = await boxOf(signIn)
    expect(x + width).toBeLessThanOrEqual(320 - x + 8)
    const banner = page.getByRole('banner')
    const own = await boxOf(banner.getByRole('link', { name: 'Anmelden' }))
    const brand = await boxOf(banner.getByRole('link', { name: /^Gate/ }))
    expect(own.y).toBe(brand.y)
  }
  await beSignedIn(page)
  await page.goto('/claims')
  const name = page.getByText('Ausgestellt', { exact: true }).first()
  await expect(name).toBeVisible()
  const [end, value] = await name.evaluate((term) => {
    const text = document.createRange()
    text.selectNodeContents(term)
    const beside = term.nextElementSibling?.getBoundingClientRect()
    return [text.getBoundingClientRect().right, beside?.left ?? 0]
  })
  expect(value - (end ?? 0)).toBeGreaterThan(8)
})

test('the texts are fetched beside the code, and by their readers only', async ({ page }) => {
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await page.goto('/')
  expect(await languageOf(page)).toBe('en')
  expect(asked.filter(german)).toEqual([])
  await prefer(page, ['de'])
  asked.length = 0
  await page.goto('/')
  expect(await languageOf(page)).toBe('de')
  expect(asked.filter(german)).toHaveLength(1)
  // A browser that had to read the code first would ask for them later.
  const entry = asked.findIndex((path) => /\/index-[\w-]+\.js$/.test(path))
  expect(Math.abs(asked.findIndex(german) - entry)).toBeLessThanOrEqual(2)
})

test.describe('the language', () => {
  for (const [languages, expected] of [
    [['fr', 'de', 'en'], 'de'],
    [['fr', 'en', 'de'], 'en'],
    [['fr', 'it'], 'en'],
    [['DE-ch'], 'de'],
    [['constructor', 'toString'], 'en'],
  ] as const) {
    test(`of a reader of ${languages.join(', ')} is ${expected}`, async ({ page }) => {
      await prefer(page, [...languages])
      await page.goto('/')
      expect(await languageOf(page)).toBe(expected)
    })
  }

  test('is the chosen one, in this browser, until another one is chosen', async ({ page }) => {
    await page.goto('/sign-in-problem?code=cancelled')
    await menu(page).click()
    await page.getByRole('button', { name: 'Deutsch' }).click()
    await expect(heading(page)).toHaveText('Anmeldung abgebrochen')
    await page.goto('/')
    expect(await languageOf(page)).toBe('de')
    await menu(page).click()
    await expect(page.getByRole('button', { name: 'Deutsch' })).toHaveAttribute(
      'aria-pressed',
      'true',
    )
    await page.getByRole('button', { name: 'English' }).click()
    await expect(menu(page)).toHaveAccessibleName('Theme and language')
    expect(await languageOf(page)).toBe('en')
  })

  test('that is stored and that nobody knows is ignored', async ({ page }) => {
    await prefer(page, ['de'])
    await page.addInitScript(() => localStorage.setItem('language', '__proto__'))
    await page.goto('/')
    expect(await languageOf(page)).toBe('de')
  })

  test('whose texts do not come is English', async ({ page }) => {
    await prefer(page, ['de'])
    await page.route(
      ({ pathname }) => german(pathname),
      (route) => route.abort(),
    )
    await page.goto('/')
    await expect(heading(page)).toContainText('Sign in with Microsoft Entra')
    expect(await languageOf(page)).toBe('en')
  })
})

test('a browser without JavaScript is told in every language that the page needs it', async ({
  request,
}) => {
  const html = await (await request.get('/')).text()
  const told = /<noscript>(.*?)<\/noscript>/s.exec(html)?.[1] ?? ''
  expect(told).toContain('This page needs JavaScript.')
  expect(told).toMatch(/<p class="noscript" lang="de">[^<]*JavaScript/)
})
