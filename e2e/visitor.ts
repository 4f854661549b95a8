/** Steps of a user in the browser, for the tests. */
import { expect, type Locator, type Page } from '@playwright/test'

/** An account of the tenant's first page. Tests that run at the same time use different ones, because consent is remembered. */
export function offeredAccount(page: Page, index: number): Locator {
  return page.getByRole('button', { name: /@/ }).nth(index)
}

/** On the tenant's pages: chooses an account, and consents if asked. */
export async function signInAtTenant(page: Page, account: number): Promise<void> {
  await offeredAccount(page, account).click()
  const accept = page.getByRole('button', { name: 'Accept' })
  // The consent page, or the app if this account has consented before.
  await expect(accept.or(page.getByRole('link', { name: 'ID token' }).first())).toBeVisible()
  if (await accept.isVisible()) await accept.click()
}

/** Signs in from the home page. @returns the user's name */
export async function signIn(page: Page, account: number): Promise<string> {
  await page.goto('/')
  await signInLink(page).click()
  await signInAtTenant(page, account)
  return expectSignedIn(page)
}

/** Waits until the page shows the signed-in user. @returns the user's name, from the API */
export async function expectSignedIn(page: Page): Promise<string> {
  await expect(page.getByRole('link', { name: 'ID token' }).first()).toBeVisible()
  await expect(signInLink(page)).toBeHidden()
  const response = await page.request.get('/api/me')
  const { name } = (await response.json()) as { name: string }
  await expect(accountButton(page, name)).toBeVisible()
  return name
}

export function signInLink(page: Page): Locator {
  return page.getByRole('banner').getByRole('link', { name: 'Sign in', exact: true })
}

/** The button at the top right with the user's name. */
export function accountButton(page: Page, name: string): Locator {
  return page.getByRole('banner').getByRole('button', { name })
}

export async function signOut(page: Page, name: string): Promise<void> {
  await accountButton(page, name).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(/\/signed-out/)
}
