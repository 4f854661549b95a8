/** A browser that lacks what the pages are built with: popovers, `light-dark()` and BroadcastChannel. */
import { expect, type Page } from '@playwright/test'
import { changeTexts } from './change-answers.ts'
import { test } from './own-gatehouse.ts'
import { accountButton, expectSignedIn, signIn } from './visitor.ts'

const notice = (page: Page) => page.getByText('This browser is out of date')

/** This browser forgets them: the methods, the attributes, the selector and the colours. */
async function forget(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, 'BroadcastChannel')
    for (const name of ['popover', 'showPopover', 'hidePopover', 'togglePopover']) {
      Reflect.deleteProperty(HTMLElement.prototype, name)
    }
    const setAttribute = Reflect.get(Element.prototype, 'setAttribute')
    Element.prototype.setAttribute = function setKnown(name: string, value: string) {
      if (!name.toLowerCase().startsWith('popover')) setAttribute.call(this, name, value)
    }
    const matches = Reflect.get(Element.prototype, 'matches')
    Reflect.set(
      Element.prototype,
      'matches',
      function matchesKnown(this: Element, selector: string) {
        return matches.call(this, selector.replaceAll(':popover-open', ':unknown-selector'))
      },
    )
    const supports = CSS.supports.bind(CSS)
    CSS.supports = (...asked: string[]) =>
      !asked.join(' ').includes('light-dark') && Reflect.apply(supports, CSS, asked)
  })
  await changeTexts(
    page,
    ({ pathname }) => pathname.endsWith('.css'),
    (css) => css.replaceAll('light-dark(', 'unknown(').replaceAll(':popover-open', ':unknown'),
  )
}

test('is told so, and signs in and out', async ({ page, context }) => {
  const failures: string[] = []
  page.on('pageerror', (error) => failures.push(error.message))
  await forget(page)
  const name = await signIn(page, 0)
  await expect(notice(page)).toBeVisible()
  const signOut = page.getByRole('banner').getByRole('button', { name: 'Sign out' })
  await expect(signOut).toBeHidden()
  await page.goto('/users')
  await expect(page.getByRole('table', { name: 'Users' })).toBeVisible()
  await accountButton(page, name).click()
  await page.getByRole('link', { name: 'Your sessions' }).click()
  await expect(page).toHaveURL(/\/sessions$/)
  const other = await context.newPage()
  await other.goto('/users')
  await expectSignedIn(other)
  await page.bringToFront()
  // The page may be hidden for a moment, because it was left: then nothing takes the focus.
  await expect(async () => {
    await accountButton(page, name).focus()
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('Tab')
    await expect(signOut).toBeFocused({ timeout: 500 })
  }).toPass()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/signed-out/)
  expect(failures).toEqual([])
})

test('a browser that has them is not told anything', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(notice(page)).toBeHidden()
})
