/** For tests of scenarios: clears them after each test, and reads what is documented of each. */
import { expect, type Page } from '@playwright/test'
import { documentedScenarios } from '@gatehouse/test-support/documented-scenarios'
import { test as base } from './own-gatehouse.ts'
import { offeredAccount, signInLink } from './visitor.ts'

export const test = base.extend<{ clearedAfterwards: void }>({
  clearedAfterwards: [
    async ({ tenant }, use) => {
      await use()
      tenant.scenarios.clear()
    },
    { auto: true },
  ],
})

export const documented = documentedScenarios()

/** The title of the test that shows the documented page of a scenario. @throws Error if none is documented */
export function says(id: string): string {
  const page = documented.find((scenario) => scenario.id === id)?.page
  if (page === undefined) throw new Error(`${id} is not in the table`)
  return `${id}: ${page}`
}

export const main = (page: Page) => page.getByRole('main')
export const heading = (page: Page, name: string) =>
  page.getByRole('heading', { name, exact: true })
export const tryAgain = (page: Page) => main(page).getByRole('button', { name: 'Try again' })
export const rows = (page: Page) => page.getByRole('table', { name: 'Users' }).locator('tbody tr')

/** Signs in as far as the tenant allows, in a new browser. */
export async function trySignIn(page: Page): Promise<void> {
  await page.context().clearCookies()
  await page.goto('/')
  await signInLink(page).click()
  const account = offeredAccount(page, 0)
  const accept = page.getByRole('button', { name: 'Accept' })
  const end = main(page).getByText(
    /^Who can fix it|contact the app’s developer\.$|^You’re signed in to /,
  )
  await expect(account.or(end).first()).toBeVisible()
  if (await end.isVisible()) return
  await account.click()
  // A user who consented before is not asked again.
  await expect(accept.or(end)).toBeVisible({ timeout: 20_000 })
  if (await accept.isVisible()) await accept.click()
}
