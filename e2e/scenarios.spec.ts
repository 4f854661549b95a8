/** The pages that signed-in users see in each scenario, as documented in docs/local-tenant.md. */
import { readFileSync } from 'node:fs'
import { expect, type Page } from '@playwright/test'
import { documented, heading, main, rows, says, test, tryAgain, trySignIn } from './scenario.ts'
import { shownElsewhere } from './scenarios-elsewhere.ts'
import { signIn } from './visitor.ts'

test(says('refresh-other-user'), async ({ page, tenant }) => {
  await signIn(page, 0)
  tenant.scenarios.start('refresh-other-user')
  await page.getByRole('banner').getByRole('link', { name: 'Users' }).click()
  await expect(heading(page, 'Sign in again to continue')).toBeVisible()
  expect((await page.request.get('/api/me')).status()).toBe(401)
})

for (const [id, title] of [
  ['refresh-unavailable', 'Unavailable right now'],
  ['graph-503', 'Microsoft Graph is unavailable'],
] as const) {
  test(says(id), { tag: '@thorough' }, async ({ page, tenant }) => {
    await signIn(page, 0)
    tenant.scenarios.start(id)
    await page.goto('/users')
    await expect(heading(page, title)).toBeVisible()
    await expect(main(page)).toContainText(/Trying again in \d+ seconds?\./)
    await expect(tryAgain(page)).toBeVisible({ timeout: 20_000 })
    await expect(heading(page, title)).toBeVisible()
  })
}

test(says('graph-throttled-long'), async ({ page, tenant }) => {
  await signIn(page, 0)
  tenant.scenarios.start('graph-throttled-long')
  await page.goto('/users')
  await expect(heading(page, 'Microsoft Graph is busy')).toBeVisible()
  await expect(tryAgain(page)).toBeDisabled()
  await expect(main(page)).not.toContainText('Trying again')
})

for (const id of ['graph-504', 'graph-drips']) {
  test(says(id), { tag: '@thorough' }, async ({ page, tenant }) => {
    await signIn(page, 0)
    tenant.scenarios.start(id)
    await page.goto('/users')
    await expect(heading(page, 'Microsoft Graph didn’t answer in time')).toBeVisible({
      timeout: 20_000,
    })
    await expect(tryAgain(page)).toBeEnabled()
  })
}

for (const id of [
  'tokens-revoked',
  'graph-organization-fails',
  'graph-hostile-headers',
  'keys-rotated',
]) {
  test(says(id), { tag: '@thorough' }, async ({ page, tenant, baseURL }) => {
    const elsewhere: string[] = []
    page.on('request', (request) => {
      const { origin } = new URL(request.url())
      if (origin !== baseURL && origin !== tenant.origin) elsewhere.push(origin)
    })
    await signIn(page, 0)
    tenant.scenarios.start(id)
    await page.goto('/users')
    await expectUsers(page)
    // A user who signs in now is not affected either.
    await trySignIn(page)
    await page.goto('/users')
    await expectUsers(page)
    await expect(main(page).getByRole('alert')).toHaveCount(0)
    expect(elsewhere).toEqual([])
  })
}

test(says('graph-slow'), { tag: '@thorough' }, async ({ page, tenant }) => {
  await signIn(page, 0)
  tenant.scenarios.start('graph-slow')
  await page.goto('/users', { waitUntil: 'commit' })
  await expect(page.getByRole('table', { name: 'Users' })).toHaveAttribute('aria-busy', 'true')
  await expectUsers(page)
})

test(says('directory-100000'), { tag: '@thorough' }, async ({ page, tenant }) => {
  // Six seconds of work for the tenant, on a machine that has nothing else to do.
  test.setTimeout(120_000)
  await signIn(page, 0)
  tenant.scenarios.start('directory-100000')
  await page.goto('/users')
  await expectUsers(page, 60_000)
  await expect(main(page)).toContainText(/100,?000/)
  // Any of its 4,000 pages.
  const number = page.getByLabel('Page', { exact: true })
  for (const [asked, shown] of [
    ['2000', '49,976–50,000 of 100,000'],
    ['4000', '99,976–100,000 of 100,000'],
  ] as const) {
    await number.fill(asked)
    await number.press('Enter')
    await expect(main(page).getByText(shown)).toBeVisible()
    await expect(page.getByRole('row')).toHaveCount(26)
  }
})

test(says('graph-photos-fail'), { tag: '@thorough' }, async ({ page, tenant }) => {
  await signIn(page, 0)
  tenant.scenarios.start('graph-photos-fail')
  const failed = page.waitForResponse(
    (response) => response.url().endsWith('/photo') && response.status() === 502,
  )
  await page.goto('/users')
  await expectUsers(page)
  await failed
  const seen = rows(page).locator('img')
  await expect
    .poll(() =>
      seen.evaluateAll((all) => all.filter((one) => getComputedStyle(one).opacity === '1').length),
    )
    .toBe(0)
  await expect(main(page).getByRole('alert')).toHaveCount(0)
})

test('everything that the documentation says about pages is shown by a test', () => {
  const sourceOf = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')
  const files = ['scenarios', 'scenarios-sign-in', 'scenario-secret-expired']
  const here = files.map((file) => sourceOf(`${file}.spec.ts`)).join('')
  const shown = documented.filter(({ id }) => here.includes(`'${id}'`)).map(({ page }) => page)
  for (const [text, [file, name]] of Object.entries(shownElsewhere)) {
    expect(sourceOf(file)).toContain(name)
    shown.push(text)
  }
  const said = new Set(documented.map(({ page }) => page))
  expect([...new Set(shown)].toSorted()).toEqual([...said].toSorted())
})

/** Real rows, and not those that hold their place. */
/** Placeholders for rows are rows too. */
async function expectUsers(page: Page, timeout = 20_000): Promise<void> {
  await expect(rows(page).first()).toContainText('@', { timeout })
  await expect(rows(page)).toHaveCount(25)
}
