/** Takes the pictures; `screenshots.config.ts` runs it. Not part of `npm test`: pictures are for looking at. */
import { join } from 'node:path'
import { test, type Page } from '@playwright/test'
import { root } from './imports.ts'
import { signIn, signInLink } from './visitor.ts'

const folder = join(root, 'test-results/screenshots')
const widths = [1280, 390]
const themes = ['light', 'dark'] as const

async function shoot(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  // The first formats of dates and the fade of a skeleton take a moment; a picture wants the end of it.
  await page.waitForTimeout(500)
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

for (const theme of themes) {
  for (const width of widths) {
    test(`${theme}, ${width} px`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: theme })
      await page.setViewportSize({ width, height: 800 })
      const shot = (name: string) => shoot(page, `${name}-${theme}-${width}`)

      await page.goto('/')
      await shot('home-signed-out')
      await page.goto('/claims')
      await shot('401')
      await page.goto(
        '/sign-in-problem?code=not_assigned&aadsts=50105&id=2f1c9f6e-0f6b-4a52-9d2a-7d1b6f0c9e11',
      )
      await shot('sign-in-problem')
      await page.goto('/nowhere')
      await shot('404')
      await page.goto('/')
      await signInLink(page).click()
      await shot('tenant-accounts')
      await page.goto('/')
      await signIn(page, 0)
      await shot('home')
      await page.goto('/claims')
      await shot('claims')
      await page.goto('/users?q=no')
      await shot('users-search')
      await page.goto('/users')
      await page.getByRole('table').waitFor()
      await shot('users')
      if (theme === 'light' && width === 1280) {
        await page.goto('/')
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.waitForTimeout(500)
        await page.screenshot({ path: join(root, 'docs/images/home.png') })
      }
    })
  }
}
