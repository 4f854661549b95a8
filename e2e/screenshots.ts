/** Takes the screenshots; `screenshots.config.ts` runs it. It is not part of `npm test`. */
import { join } from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { root } from './imports.ts'
import { beSignedIn } from './signed-in.ts'
import { signInLink } from './visitor.ts'

const folder = join(root, 'test-results/screenshots')
const widths = [1280, 390]
const themes = ['light', 'dark'] as const

/** The README's pictures: the page, and the element to wait for. */
const readme = {
  home: ['/', 'region'],
  claims: ['/claims', 'region'],
  users: ['/users?q=a', 'table'],
} as const

async function settle(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await page.waitForLoadState('networkidle')
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
}

for (const theme of themes) {
  for (const width of widths) {
    test(`${theme}, ${width} px`, async ({ page }) => {
      test.setTimeout(120_000)
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height: 800 })
      const take = async (name: string, fullPage = true) => {
        await settle(page)
        await page.screenshot({ path: join(folder, `${name}-${theme}-${width}.png`), fullPage })
      }
      const shoot = async (name: string, path: string) => {
        await page.goto(path)
        await take(name)
      }

      await shoot('home-signed-out', '/')
      await shoot('signed-out', '/signed-out')
      await shoot('401', '/claims')
      await shoot('404', '/nowhere')
      await shoot('sign-in-problem', '/sign-in-problem?code=not_assigned&aadsts=50105&id=2f1c9f6e')
      await page.goto('/')
      await signInLink(page).click()
      await take('tenant-accounts')

      await beSignedIn(page)
      await shoot('home', '/')
      await page.locator('[popovertarget="account"]').click()
      await take('account', false)
      await shoot('claims', '/claims')
      await shoot('claims-json', '/claims?view=json')
      await shoot('sessions', '/sessions')
      await shoot('users-search', '/users?q=no')
      await shoot('users-none', '/users?q=zzzz')
      await shoot('users', '/users')
      await page.getByRole('table').getByRole('button').nth(3).click()
      await take('person', false)
    })
  }
}

test('the README’s pictures', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await beSignedIn(page)
  for (const [name, [path, role]] of Object.entries(readme)) {
    await page.goto(path)
    await page.getByRole(role).first().waitFor()
    await settle(page)
    await page.screenshot({ path: join(root, 'docs/images', `${name}.png`) })
  }
})
