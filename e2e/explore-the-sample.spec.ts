/** The steps of Microsoft's original sample, in a real browser. */
import { expect, test } from '@playwright/test'
import { expectSignedIn, offeredAccount, signInAtTenant, signInLink, signOut } from './visitor.ts'

test('sign in, look at the ID token, call Graph, sign out, and meet the 401', async ({ page }) => {
  await test.step('the first page says that the user is signed out', async () => {
    await page.goto('/')
    await expect(page.getByRole('main')).toContainText('Signed out')
    await expect(signInLink(page)).toBeVisible()
  })

  await test.step('Sign in leads to the tenant, where an account is chosen', async () => {
    await signInLink(page).click()
    await expect(page).toHaveURL(
      /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]{36}\/oauth2\/v2\.0\/authorize/,
    )
    await offeredAccount(page, 0).click()
  })

  await test.step('the scopes are shown in plain words and agreed to', async () => {
    await expect(page.getByRole('main')).toContainText('User.ReadBasic.All')
    await page.getByRole('button', { name: 'Accept' }).click()
  })

  const name =
    await test.step('the page greets the user by name, and says where they are signed in', async () => {
      const signedIn = await expectSignedIn(page)
      await expect(page.getByRole('main')).toContainText(
        'You’re signed in to the local test tenant Session ends at ',
      )
      return signedIn
    })

  await test.step('the ID token’s details are there', async () => {
    await page.getByRole('link', { name: 'ID token' }).first().click()
    await expect(page.getByRole('heading', { level: 1, name: 'ID token' })).toBeVisible()
    const response = await page.request.get('/api/claims')
    const { claims } = (await response.json()) as { claims: Record<string, unknown> }
    for (const claim of Object.keys(claims)) {
      await expect(page.locator(`[id="${claim}"]`)).toBeAttached()
    }
    await expect(page.getByRole('main')).toContainText(String(claims['oid']))
  })

  await test.step('Graph is called, with five users per page by default', async () => {
    const response = await page.request.get('/api/users')
    const { users, total } = (await response.json()) as { users: unknown[]; total: number }
    expect(users).toHaveLength(5)
    expect(total).toBe(250)
    await page.getByRole('link', { name: 'Users' }).first().click()
    await expect(page.getByRole('table', { name: 'Users' }).getByRole('row')).toHaveCount(26)
    await expect(page.getByRole('main')).toContainText('250')
  })

  await test.step('Sign out ends here and at the tenant', async () => {
    await signOut(page, name)
    await expect(page.getByRole('main')).toContainText('signed out of this app')
    await expect(signInLink(page)).toBeVisible()
  })

  await test.step('the ID token’s details now give a 401', async () => {
    await page.goto('/claims')
    await expect(page.getByRole('heading', { name: 'Sign in to see this page' })).toBeVisible()
    expect((await page.request.get('/api/claims')).status()).toBe(401)
    await expect(page).toHaveURL(/\/claims$/)
  })
})

test('a sign-in returns to the protected page, with its query and its hash', async ({ page }) => {
  await page.goto('/users?q=no&sort=-name#table')
  await expect(page.getByRole('heading', { name: 'Sign in to see this page' })).toBeVisible()
  await page
    .getByRole('main')
    .getByRole('link', { name: /Sign in/ })
    .click()
  await signInAtTenant(page, 1)
  await expect(page.getByRole('table', { name: 'Users' })).toBeVisible()
  await expect(page).toHaveURL(/\/users\?q=no&sort=-name#table$/)
})

test('a cancelled sign-in is explained, with a link to try again', async ({ page }) => {
  await page.goto('/')
  await signInLink(page).click()
  await offeredAccount(page, 2).click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page).toHaveURL(/\/sign-in-problem\?code=cancelled/)
  await expect(page.getByRole('main').getByRole('link', { name: /Try again/ })).toBeVisible()
  await expect(signInLink(page)).toBeVisible()
})

test('a stale callback is explained, with a link to start again', async ({ page }) => {
  await page.goto('/auth/redirect?code=abc&state=def')
  await expect(page).toHaveURL(/\/sign-in-problem\?code=expired&id=/)
  await expect(page.getByRole('main').getByRole('link', { name: /again/i })).toHaveCount(1)
})

test('opening 127.0.0.1 leads to the configured origin before any cookie is set', async ({
  page,
  baseURL,
}) => {
  const response = await page.goto((baseURL ?? '').replace('localhost', '127.0.0.1'))
  expect(new URL(page.url()).origin).toBe(baseURL)
  expect(response?.status()).toBe(200)
  expect(await page.context().cookies()).toEqual([])
})
