/**
 * The scenario of an expired secret. Other scopes give this file an app of its own, because the app remembers for half
 * a minute that it was refused.
 */
import { expect } from '@playwright/test'
import { heading, main, says, test, trySignIn } from './scenario.ts'
import { signIn } from './visitor.ts'

test.use({ scopes: ['User.ReadBasic.All', 'User.Read'] })

test(says('secret-expired'), { tag: '@thorough' }, async ({ page, tenant }) => {
  await signIn(page, 0)
  tenant.scenarios.start('secret-expired')
  await page.goto('/users')
  await expect(heading(page, 'Unavailable right now')).toBeVisible()
  await trySignIn(page)
  await expect(heading(page, 'This app isn’t set up correctly')).toBeVisible()
  await expect(main(page)).toContainText('The secret has expired: issue a new one.')
  await expect(main(page).getByRole('link', { name: 'Open Doctor' })).toBeVisible()
})
