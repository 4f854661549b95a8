/** Small windows, large text, forced colours, reduced motion, and print. */
import { expect, test, type Locator, type Page } from '@playwright/test'
import { violationsOf } from './accessibility.ts'
import type { SignedIn } from '@gatehouse/contract/session'
import { changeAnswers } from './change-answers.ts'
import { beSignedIn } from './signed-in.ts'
import { signInLink } from './visitor.ts'

const signedOutPaths = [
  '/',
  '/claims',
  '/signed-out',
  '/sign-in-problem?code=not_assigned&aadsts=50105&id=2f1c9f6e-0f6b',
  '/nowhere',
]
const signedInPaths = ['/', '/claims', '/claims?view=json', '/users', '/users?q=zzzz', '/sessions']

const heading = (page: Page) => page.getByRole('heading', { level: 1 }).first()

/** Small targets beside text, with 24 px of space. Everything else is a main target. */
const small = /^(?:Copy (?!all)|Dismiss|Link to |Skip to content)/

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await expect(heading(page)).toBeVisible()
  await page.waitForLoadState('networkidle')
}

async function expectToFit(page: Page, what: string): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow, `${what} scrolls sideways`).toBe(0)
  const cut = await page.evaluate(() => {
    const shown = document.querySelectorAll('main *, [popover]:popover-open *, dialog[open] *')
    return (
      [...shown]
        .filter((element) =>
          element.checkVisibility({ visibilityProperty: true, opacityProperty: true }),
        )
        .filter((element) => !element.closest('svg, .hidden-visually, .table, [class*="gate"]'))
        // What scrolls sideways by itself is cut off by it; the block has to fit.
        .filter((element) => !element.parentElement?.closest('pre'))
        .filter((element) => {
          const { left, right, width } = element.getBoundingClientRect()
          return width > 1 && (right > window.innerWidth + 1 || left < -1)
        })
        .map((element) => element.outerHTML.slice(0, 90))
    )
  })
  expect(cut, `${what} is cut off`).toEqual([])
}

async function expectPartsToFit(page: Page, what: string): Promise<void> {
  const account = page.getByRole('banner').locator('[popovertarget="account"]')
  await account.click()
  await page.getByRole('button', { name: 'Sign out' }).hover()
  await expectToFit(page, `${what}, account`)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Theme' }).click()
  await page.getByRole('button', { name: 'Dark' }).hover()
  await expectToFit(page, `${what}, themes`)
  await page.keyboard.press('Escape')
  await page.getByRole('table').getByRole('button').nth(2).click()
  const panel = page.getByRole('dialog')
  await panel.evaluate((dialog) => Promise.all(dialog.getAnimations().map((one) => one.finished)))
  await expectToFit(page, `${what}, person`)
  await page.keyboard.press('Escape')
}

for (const [what, width, height] of [
  ['320 px', 320, 640],
  ['400 % zoom', 320, 256],
] as const) {
  test(`every page fits at ${what}`, { tag: '@thorough' }, async ({ page }) => {
    await page.setViewportSize({ width, height })
    for (const path of signedOutPaths) {
      await open(page, path)
      await expectToFit(page, path)
    }
    await beSignedIn(page)
    for (const path of signedInPaths) {
      await open(page, path)
      await expectToFit(page, path)
    }
    await open(page, '/users')
    await expectPartsToFit(page, '/users')
  })
}

test('at 400 % zoom the bar does not cover the page', { tag: '@thorough' }, async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 256 })
  await beSignedIn(page)
  await open(page, '/claims')
  await page.evaluate(() => window.scrollTo(0, 400))
  await expect(page.getByRole('banner')).not.toBeInViewport()
})

test('at 200 % zoom of a small laptop the bar does not take a quarter of the page', async ({
  page,
}) => {
  await page.setViewportSize({ width: 720, height: 450 })
  await open(page, '/')
  await page.evaluate(() => window.scrollTo(0, 400))
  await expect(page.getByRole('banner')).not.toBeInViewport()
})

test('at 320 px the brand, the local tenant’s mark, the theme and the account are one line', async ({
  page,
}) => {
  await page.setViewportSize({ width: 320, height: 640 })
  const middles = async () => {
    const parts = page
      .getByRole('banner')
      .locator(
        '.brand, [popovertarget="local-tenant"], [popovertarget="themes"][title], .bar-inner > :last-child',
      )
    await expect(parts).toHaveCount(4)
    return parts.evaluateAll((elements) => [
      ...new Set(
        elements.map((element) => {
          const { top, bottom } = element.getBoundingClientRect()
          return Math.round((top + bottom) / 2)
        }),
      ),
    ])
  }
  await open(page, '/')
  expect(await middles()).toHaveLength(1)
  await beSignedIn(page)
  await open(page, '/')
  expect(await middles()).toHaveLength(1)
})

test('a long name makes no page wider than its window', async ({ page }) => {
  await beSignedIn(page)
  await changeAnswers(page, '/api/session', (json) => {
    const session = json as SignedIn
    return { ...session, user: { ...session.user, name: 'Wolfeschlegelsteinhausen '.repeat(8) } }
  })
  for (const width of [721, 768, 992, 993, 1100]) {
    await page.setViewportSize({ width, height: 800 })
    await open(page, '/')
    await expect(page.getByRole('button', { name: 'Local tenant' })).toBeVisible()
    await expectToFit(page, `${width} px`)
  }
})

/** What WCAG 1.4.12 lets a reader set. */
const spacing =
  '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }'

test('with spaced text, the panel of a person is no wider than its window', async ({ page }) => {
  await beSignedIn(page)
  for (const width of [320, 390, 1280]) {
    await page.setViewportSize({ width, height: 800 })
    await open(page, '/users')
    await page.locator('tbody button').first().click()
    const panel = page.getByRole('dialog')
    await expect(panel.getByRole('link', { name: /^Open in Microsoft/ })).toBeVisible()
    const tooWide = await panel.evaluate((dialog, css) => {
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(css)
      document.adoptedStyleSheets.push(sheet)
      return dialog.scrollWidth - dialog.clientWidth
    }, spacing)
    expect(tooWide, `${width} px`).toBe(0)
  }
})

/** The sizes of all targets; a link within a sentence is as high as its line. */
function targets(within: Locator): Promise<{ name: string; width: number; height: number }[]> {
  return within.locator('a, button, input, summary').evaluateAll((elements) =>
    elements
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      .filter((element) => getComputedStyle(element).display !== 'inline')
      .map((element) => {
        // The target of a user is the whole row.
        const pressed = element.closest('tbody tr') ?? element
        const { width, height } = pressed.getBoundingClientRect()
        const name = element.getAttribute('aria-label') ?? element.textContent.trim()
        // What moves has sizes such as 43.99998.
        const [wide, high] = [width, height].map((size) => Math.round(size * 10) / 10)
        return {
          name: element.closest('dt') ? `Link to ${name}` : name,
          width: wide ?? 0,
          height: high ?? 0,
        }
      }),
  )
}

test(
  'on a phone, main controls are 44 px high, and all others 24',
  { tag: '@thorough' },
  async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 800 })
    const body = page.locator('body')
    const expectLarge = async (where: string) => {
      const found = await targets(body)
      expect(found.length).toBeGreaterThan(4)
      const tooSmall = found.filter(({ name, width, height }) => {
        const least = small.test(name) ? 24 : 44
        return height < least || width < 24
      })
      expect(tooSmall, where).toEqual([])
    }
    for (const path of ['/', '/claims', '/sign-in-problem?code=expired']) {
      await open(page, path)
      await expectLarge(path)
    }
    await beSignedIn(page)
    for (const path of ['/', '/claims', '/users', '/sessions']) {
      await open(page, path)
      await page.getByRole('banner').locator('[popovertarget="account"]').click()
      await expectLarge(path)
      await page.keyboard.press('Escape')
    }
  },
)

test('every state is visible with forced colours', { tag: '@thorough' }, async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' })
  await open(page, '/')
  expect(await borderOf(signInLink(page))).not.toBe('0px')
  await beSignedIn(page)
  await open(page, '/claims#oid')
  const style = (locator: Locator, property: string, pseudo?: string) =>
    locator.evaluate(
      (element, [name, of]) => getComputedStyle(element, of).getPropertyValue(name ?? ''),
      [property, pseudo] as const,
    )
  const current = page.locator('nav [aria-current="page"]')
  const other = page.locator('nav a:not([aria-current])').first()
  const mark = await style(current, 'background-color', '::after')
  expect(mark).not.toBe(await style(other, 'background-color', '::after'))
  const pressed = page.getByRole('button', { name: 'Explained' })
  expect(await style(pressed, 'outline-style')).not.toBe('none')
  const marked = page.locator('[data-marked="true"]')
  expect(await style(marked, 'outline-style')).not.toBe('none')
  expect(await borderOf(page.getByRole('progressbar'))).not.toBe('0px')
  // With the colours of the system, a browser draws the bar's border and not what is left.
  expect(await style(page.getByRole('progressbar'), 'forced-color-adjust')).toBe('none')
  await page.keyboard.press('Tab')
  expect(await style(page.locator(':focus'), 'outline-style')).not.toBe('none')
  await open(page, '/')
  // As much of the session is left as the bar is filled.
  const bar = page.getByRole('progressbar')
  await bar.scrollIntoViewIfNeeded()
  const { x = 0, y = 0 } = (await bar.boundingBox()) ?? {}
  const picture = (top: number) =>
    page.screenshot({ clip: { x: x + 20, y: y + top, width: 20, height: 2 } })
  expect((await picture(2)).equals(await picture(-6))).toBe(false)
  const status = page.getByText('You’re signed in to').locator('..')
  expect(await style(status, 'border-top-width', '::before')).toBe('4px')
  expect(await violationsOf(page)).toEqual([])
  await open(page, '/users')
  await page.getByRole('table').getByRole('button').nth(2).click()
  expect(await style(page.getByRole('dialog'), 'border-inline-start-width')).not.toBe('0px')
})

function borderOf(locator: Locator): Promise<string> {
  return locator.evaluate((element) => getComputedStyle(element).borderTopWidth)
}

test('a popover leaves as it came, and at once if the user prefers reduced motion', async ({
  page,
}) => {
  await open(page, '/')
  /** The longest animation when it closes, in ms. */
  const leaving = async () => {
    await page.getByRole('button', { name: 'Theme' }).click()
    const themes = page.locator('#themes')
    await expect(themes).toBeVisible()
    return themes.evaluate(async (element: HTMLElement) => {
      await Promise.all(element.getAnimations().map(({ finished }) => finished))
      element.hidePopover()
      await new Promise(requestAnimationFrame)
      const lengths = element
        .getAnimations()
        .map(({ effect }) => Number(effect?.getComputedTiming().duration))
      return Math.max(0, ...lengths)
    })
  }
  expect(await leaving()).toBeGreaterThan(50)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await leaving()).toBe(0)
})

test('nothing moves if the user prefers reduced motion', { tag: '@thorough' }, async ({ page }) => {
  await beSignedIn(page)
  await open(page, '/users')
  const person = page.getByRole('table').getByRole('button').nth(1)
  /** The duration of the animations when the panel opens, in ms. */
  const lengths = async () => {
    const found = await person.evaluate(async (button) => {
      ;(button as HTMLElement).click()
      await new Promise(requestAnimationFrame)
      return document
        .getAnimations()
        .map(({ effect }) => Number(effect?.getComputedTiming().duration))
    })
    await page.keyboard.press('Escape')
    return found
  }
  expect(Math.max(...(await lengths()))).toBeGreaterThan(100)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  expect(Math.max(0, ...(await lengths()))).toBe(0)
})

test('the users’ page prints as a list, black on white', { tag: '@thorough' }, async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark', media: 'print' })
  // A4 with the usual margins.
  await page.setViewportSize({ width: 718, height: 1000 })
  await beSignedIn(page)
  await open(page, '/users?q=no')
  const table = page.getByRole('table', { name: 'Users' })
  await expect(table.getByRole('columnheader')).toHaveText(['Name', 'User name'])
  await expect(heading(page)).toBeVisible()
  await expect(page.getByText(/^1–\d+ of \d+$/)).toBeVisible()
  for (const role of ['navigation', 'search'] as const) {
    for (const part of await page.getByRole(role).all()) await expect(part).toBeHidden()
  }
  await expect(page.getByRole('button', { name: 'Theme' })).toBeHidden()
  const luminance = (locator: Locator) =>
    locator.evaluate((element) => getComputedStyle(element).color.match(/\d+/g)?.map(Number)[0])
  expect(await luminance(table.locator('tbody td').nth(1))).toBeLessThan(100)
  const paper = await page.evaluate(
    () => getComputedStyle(document.documentElement).backgroundColor,
  )
  expect(paper).toBe('rgb(255, 255, 255)')
  const sheet = await page.pdf({ format: 'A4' })
  expect(sheet.length).toBeGreaterThan(5000)
})

test('the dot between a time and how long ago it was is not drawn where the line breaks', async ({
  page,
}) => {
  await beSignedIn(page)
  const seen = new Set<string>()
  for (const width of [1280, 390, 320]) {
    await page.setViewportSize({ width, height: 844 })
    for (const path of ['/claims', '/']) {
      await open(page, path)
      await expect(page.locator('main time').first()).toBeVisible()
      const times = await page.locator('main time:has(> span)').evaluateAll((all) =>
        all.map((time) => {
          time.scrollIntoView({ block: 'center' })
          const [exact, relative] = [...(time.firstElementChild?.children ?? [])]
          if (!exact || !relative) throw new Error('no two parts')
          const [before, box] = [exact.getBoundingClientRect(), relative.getBoundingClientRect()]
          // What is cut off is not hit either. The dot is in the padding at the left.
          const hit = document.elementFromPoint(box.left + 7, box.top + box.height / 2)
          return { oneLine: Math.abs(before.top - box.top) < 2, dot: relative.contains(hit) }
        }),
      )
      expect(times.length, path).toBeGreaterThan(1)
      for (const { oneLine, dot } of times) {
        expect(dot, `${path} at ${width} px`).toBe(oneLine)
        seen.add(oneLine ? 'one line' : 'two lines')
      }
    }
  }
  expect(seen).toEqual(new Set(['one line', 'two lines']))
})
