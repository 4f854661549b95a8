/** What a person does in the browser, step by step, for the tests. */
import { expect, type Locator, type Page } from '@playwright/test'

/** The accounts that the tenant's first page offers. Tests that run at the same time take different ones: consent is remembered. */
export function offeredAccount(page: Page, index: number): Locator {
  return page.getByRole('button', { name: /@/ }).nth(index)
}

/** On the tenant's pages: chooses an account, and agrees to what the app asks for where it asks. */
export async function signInAtTenant(page: Page, account: number): Promise<void> {
  await offeredAccount(page, account).click()
  const accept = page.getByRole('button', { name: 'Accept' })
  // Either the consent page or, where this account agreed before, the app.
  await expect(accept.or(page.getByRole('link', { name: 'ID token' }).first())).toBeVisible()
  if (await accept.isVisible()) await accept.click()
}

/** From the home page to being signed in. @returns the user's name */
export async function signIn(page: Page, account: number): Promise<string> {
  await page.goto('/')
  await signInLink(page).click()
  await signInAtTenant(page, account)
  return expectSignedIn(page)
}

/** Waits for the page to show who is signed in. @returns the user's name, as the API tells it */
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

/** The button at the top right that carries the user's name. */
export function accountButton(page: Page, name: string): Locator {
  return page.getByRole('banner').getByRole('button', { name })
}

export async function signOut(page: Page, name: string): Promise<void> {
  await accountButton(page, name).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(/\/signed-out/)
}
