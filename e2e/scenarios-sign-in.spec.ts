/** The pages of each scenario at a sign-in, or a repeated one, as documented in docs/local-tenant.md. */
import { expect } from '@playwright/test'
import { freePort } from '@gatehouse/tenant/testing'
import { heading, main, says, test, trySignIn } from './scenario.ts'
import { prepareDeployment } from './instances/deployment.ts'
import { hasStarted, startInstance } from './instances/instance.ts'
import { offeredAccount, signIn, signInLink } from './visitor.ts'

for (const [id, title, action] of [
  ['sign-in-blocked', 'Your organisation blocked this sign-in', 'Use another account'],
  ['sign-in-not-assigned', 'You’re not assigned to this app', 'Use another account'],
  ['sign-in-other-organisation', 'That account can’t be used here', 'Use another account'],
  ['sign-in-wrong-issuer', 'This sign-in couldn’t be verified', 'Try again'],
  ['sign-in-without-code', 'Sign-in didn’t work', 'Try again'],
  ['sign-in-unavailable', 'Microsoft sign-in is unavailable', 'Try again'],
  ['token-endpoint-hangs', 'Microsoft sign-in is unavailable', 'Try again'],
] as const) {
  test(says(id), { tag: '@thorough' }, async ({ page, tenant }) => {
    tenant.scenarios.start(id)
    await trySignIn(page)
    await expect(heading(page, title)).toBeVisible({ timeout: 20_000 })
    await expect(main(page).getByRole('link', { name: action })).toBeVisible()
  })
}

for (const id of ['token-endpoint-slow', 'id-token-kid-missing', 'id-token-oid-wrong']) {
  test(says(id), { tag: '@thorough' }, async ({ page, tenant }) => {
    tenant.scenarios.start(id)
    await trySignIn(page)
    await expect(page.getByRole('link', { name: 'ID token' }).first()).toBeVisible({
      timeout: 20_000,
    })
    await expect(signInLink(page)).toBeHidden()
  })
}

test(says('admin-consent-needed'), async ({ page, tenant }) => {
  await signIn(page, 0)
  tenant.scenarios.start('admin-consent-needed')
  await page.goto('/users')
  await expect(heading(page, 'This app needs your permission')).toBeVisible()
  await main(page).getByRole('link', { name: 'Review permissions' }).click()
  await expect(heading(page, 'Need admin approval')).toBeVisible()
  await page.getByRole('button', { name: 'Return without granting consent' }).click()
  await page.waitForURL(/\/sign-in-problem/)
  await expect(heading(page, 'An administrator has to approve this app')).toBeVisible()
})

test(says('user-disabled'), { tag: '@thorough' }, async ({ page, tenant }) => {
  await signIn(page, 0)
  tenant.scenarios.start('user-disabled')
  await page.goto('/users')
  await expect(heading(page, 'Sign in again to continue')).toBeVisible()
  await main(page).getByRole('link', { name: 'Sign in again' }).click()
  await expect(heading(page, 'Your organisation blocked this sign-in')).toBeVisible()
  await main(page).getByRole('link', { name: 'Use another account' }).click()
  await offeredAccount(page, 0).click()
  await expect(page.getByText(/AADSTS50057: .* is disabled/)).toBeVisible()
})

test(says('discovery-down'), { tag: '@thorough' }, async ({ page }) => {
  test.setTimeout(60_000)
  const port = await freePort()
  const deployment = await prepareDeployment({ publicUrl: `http://localhost:${port}` })
  try {
    deployment.tenant.scenarios.start('discovery-down')
    const instance = startInstance(port, deployment.publicUrl, deployment.env)
    deployment.onEnd(() => instance.end())
    await hasStarted(instance)
    await page.goto(deployment.publicUrl)
    await signInLink(page).click()
    await expect(heading(page, 'Microsoft sign-in is unavailable')).toBeVisible()
    await expect(main(page).getByRole('link', { name: 'Try again' })).toBeVisible()
  } finally {
    await deployment.end()
  }
})
