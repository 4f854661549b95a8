/** `/doctor`: what prevents a sign-in, who can change it, and the next step. */
import { expect, test as withLocalTenant, type Page } from '@playwright/test'
import { violationsOf } from './accessibility.ts'
import { freePort } from '@gatehouse/tenant/testing'
import { heading, main, test } from './scenario.ts'
import { prepareDeployment } from './instances/deployment.ts'
import { hasStarted, startInstance } from './instances/instance.ts'
import { answer, answerWithProblem } from './problem-answers.ts'

const group = (page: Page, name: string) => main(page).getByRole('region', { name })
const check = (page: Page, name: string) =>
  main(page)
    .getByRole('listitem')
    .filter({ has: page.locator('strong, h3').getByText(name, { exact: true }) })
const again = (page: Page) => main(page).getByRole('button', { name: 'Check again' })

async function expectSound(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const width of [1280, 390, 320]) {
      await page.setViewportSize({ width, height: 800 })
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(overflow, `scrolls sideways at ${width} px`).toBe(0)
    }
    expect(await violationsOf(page)).toEqual([])
  }
}

withLocalTenant('all is in order with the local tenant, signed out', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto('/doctor')
  await expect(page).toHaveTitle('Doctor · Gatehouse')
  await expect(heading(page, 'Doctor')).toBeVisible()
  await expect(main(page)).toContainText(/All \d\d checks passed\./)
  await expect(group(page, 'Failed')).toHaveCount(0)
  await expect(group(page, 'Warnings')).toHaveCount(0)
  await expect(heading(page, 'Not checked')).toBeVisible()
  await heading(page, 'Passed').click()
  await expect(check(page, 'Redirect URI')).toContainText('/auth/redirect is registered.')
  await expect(check(page, 'Address bar')).toContainText(new URL(page.url()).origin)
  await expect(check(page, 'App credential')).toContainText(
    'the local tenant accepts it; it does not end.',
  )
  await expect(check(page, 'App roles')).toBeHidden()

  await main(page).getByRole('button', { name: 'Copy report' }).click()
  const report = await page.evaluate(() => navigator.clipboard.readText())
  expect(JSON.parse(report)).toMatchObject({ ok: true, browser: new URL(page.url()).origin })
  await again(page).click()
  await expect(page.locator('#announcements')).toHaveText(
    /^Checked\. \d+ checks: 0 failed, 0 warnings, 3 not checked\.$/,
  )
  await expectSound(page)
})

withLocalTenant('it is not in the navigation', async ({ page }) => {
  await page.goto('/doctor')
  await expect(heading(page, 'Doctor')).toBeVisible()
  await expect(page.getByRole('banner').getByRole('link', { name: 'Doctor' })).toHaveCount(0)
})

test(
  'an expired secret is shown with its next step, and no longer once the app has a new one',
  { tag: '@thorough' },
  async ({ page }) => {
    // A separate app, because an app tests its secret once a minute.
    const port = await freePort()
    const publicUrl = `http://localhost:${port}`
    const deployment = await prepareDeployment({ publicUrl })
    const { tenant, env } = deployment
    const instance = startInstance(port, publicUrl, env)
    deployment.onEnd(() => instance.end())
    try {
      await hasStarted(instance)
      tenant.scenarios.start('secret-expired')
      await page.goto(`${publicUrl}/doctor`)
      const secret = group(page, 'Failed').getByRole('listitem')
      await expect(secret).toHaveCount(1)
      await expect(secret).toContainText('App credential')
      await expect(secret).toContainText('AADSTS7000222')
      await expect(secret).toContainText('You, in the app registration')
      await expect(secret.getByRole('link')).toHaveAttribute('href', `${tenant.authority}/_tenant`)
      await expect(secret).toContainText('Certificates & secrets')
      await expect(main(page)).not.toContainText('checks passed')
      await expectSound(page)

      tenant.scenarios.clear()
      await again(page).click()
      await expect(secret).toContainText(/asked \d+ seconds? ago/)

      await instance.end()
      await instance.startAgain()
      await again(page).click()
      await expect(group(page, 'Failed')).toHaveCount(0)
      await expect(group(page, 'Warnings')).toContainText('clientSecretExpires')
    } finally {
      await deployment.end()
    }
  },
)

test(
  'a tenant that does not answer is shown with the address to try',
  { tag: '@thorough' },
  async ({ page, context, tenant }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    tenant.scenarios.start('discovery-down')
    await page.goto('/doctor')
    const authority = group(page, 'Failed').getByRole('listitem').first()
    await expect(authority).toContainText('Tenant reachable', { timeout: 20_000 })
    await expect(authority).toContainText('The server’s operator')
    await expect(group(page, 'Failed').getByRole('listitem')).toHaveCount(1)
    await heading(page, 'Not checked').click()
    for (const name of ['Token issuer', 'Clock', 'App credential']) {
      await expect(check(page, name)).toBeVisible()
    }
    const address = `${tenant.authority}/${tenant.tenantId}/v2.0/.well-known/openid-configuration`
    await authority.getByRole('button', { name: `Copy ${address}` }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address)
  },
)

test(
  'at another address the page names the configured one',
  { tag: '@thorough' },
  async ({ page, baseURL }) => {
    const { port } = new URL(baseURL ?? '')
    // As behind a proxy that passes on another Host, where a second redirect would be a loop.
    await page.goto(`http://other.localhost:${port}/doctor?host-redirect=done`)
    await expect(heading(page, 'Open the app at its own address')).toBeVisible()
    await expect(main(page).getByRole('alert')).toContainText(`${baseURL}/doctor`)
    await expectSound(page)
  },
)

test(
  'a check that comes too soon keeps the last result, and says when the next is possible',
  { tag: '@thorough' },
  async ({ page }) => {
    await page.goto('/doctor')
    await expect(again(page)).toBeVisible()
    await answer(page, '/api/doctor', (route) =>
      route.fulfill({
        status: 429,
        contentType: 'application/problem+json',
        headers: { 'retry-after': '40' },
        body: JSON.stringify({ code: 'too_many_requests', title: 'Too Many Requests' }),
      }),
    )
    await again(page).click()
    await expect(main(page)).toContainText(/You can check again in (?:3\d|40) seconds\./)
    await expect(check(page, 'App credential')).toBeVisible()
    await expectSound(page)
    await page.reload()
    await expect(heading(page, 'Checked too often')).toBeVisible()
    await expect(main(page)).toContainText(/Try again in (?:3\d|40) s/)
  },
)

test(
  'a check that fails keeps the last result, and says so',
  { tag: '@thorough' },
  async ({ page, tenant }) => {
    tenant.scenarios.clear()
    await page.goto('/doctor')
    await expect(again(page)).toBeVisible()
    await answerWithProblem(page, '/api/doctor', 'internal')
    await again(page).click()
    await expect(main(page).getByRole('alert')).toContainText('from the last check')
    await expect(check(page, 'App credential')).toBeVisible()
    await page.reload()
    await expect(heading(page, 'Something went wrong on our side')).toBeVisible()
  },
)

test(
  'in production the page says that it is for development',
  { tag: '@thorough' },
  async ({ page, tenant }) => {
    tenant.scenarios.clear()
    await answerWithProblem(page, '/api/doctor', 'not_found')
    await page.goto('/doctor')
    await expect(heading(page, 'This page is for development')).toBeVisible()
    await expect(main(page)).toContainText('npm run doctor')
    await expectSound(page)
  },
)
