/** Every page, menu and dialog, in both themes and on a phone, has no violation of accessibility or of the content security policy. */
import { expect, test, type Page } from '@playwright/test'
import { violationsOf } from './accessibility.ts'
import { signIn } from './visitor.ts'

const themes = ['light', 'dark'] as const

/** Collects the complaints of the browser: policy violations, script errors, failed assertions. */
async function complaints(page: Page): Promise<string[]> {
  const found: string[] = []
  page.on('pageerror', (error) => found.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(`${page.url()}: ${message.text()}`)
  })
  await page.exposeFunction('reportViolation', (text: string) => found.push(text))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      const binding = globalThis as unknown as { reportViolation: (text: string) => void }
      binding.reportViolation(`${violatedDirective} ${blockedURI}`)
    })
  })
  return found
}

async function expectSound(page: Page, state: string): Promise<void> {
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await violationsOf(page, colorScheme), `${state}, ${colorScheme}`).toEqual([])
  }
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow, `${state} scrolls sideways`).toBe(0)
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** What opens on a page, and how. */
const parts: Record<string, (page: Page, name: string) => Promise<void>> = {
  'the account menu': async (page, name) => {
    await button(page, name).click()
    await expect(button(page, 'Sign out')).toBeVisible()
  },
  'the local tenant': async (page) => {
    await button(page, 'Local tenant').click()
    await expect(page.getByText('No failures active.')).toBeVisible()
  },
  'the themes': async (page) => {
    await button(page, 'Theme and language').click()
    await expect(button(page, 'Dark')).toBeVisible()
  },
  'a person': async (page) => {
    await page.getByRole('table').getByRole('button').nth(2).click()
    await expect(page.getByRole('dialog')).toBeVisible()
  },
}

for (const [index, width] of [1280, 390].entries()) {
  const tag = width === 1280 ? [] : ['@thorough']
  test(
    `signed-out pages have no accessibility violation, script error or policy violation at ${width} px`,
    { tag },
    async ({ page }) => {
      // Axe alone takes two seconds a page on a busy machine.
      test.setTimeout(240_000)
      await page.setViewportSize({ width, height: 800 })
      const found = await complaints(page)
      for (const path of ['/', '/claims', '/signed-out', '/sign-in-problem?code=expired&id=x']) {
        await open(page, path)
        for (const summary of await page.locator('summary').all()) await summary.click()
        await expectSound(page, path)
      }
      expect(found).toEqual([])
    },
  )

  test(
    `signed-in pages have no accessibility violation, script error or policy violation at ${width} px`,
    { tag },
    async ({ page }) => {
      test.setTimeout(240_000)
      await page.setViewportSize({ width, height: 800 })
      const found = await complaints(page)
      const name = await signIn(page, 4 + index)
      for (const path of ['/', '/claims#aio', '/claims?view=json', '/users?q=zzzz', '/sessions']) {
        await open(page, path)
        await expectSound(page, path)
      }
      await open(page, '/users')
      await expect(page.getByRole('table')).toHaveAttribute('aria-busy', 'false')
      await expectSound(page, '/users')
      for (const [part, show] of Object.entries(parts)) {
        await show(page, name)
        await expectSound(page, part)
        await page.keyboard.press('Escape')
      }
      expect(found).toEqual([])
    },
  )
}
