/** Pages that the server sends with answers of the API. */
import { expect, type Page } from '@playwright/test'
import { attacks } from './hostile-text.ts'
import { apiPaths, openWithData } from './opened-page.ts'
import { test } from './own-gatehouse.ts'
import { countViolations } from './policy-violations.ts'
import { signIn, signInLink } from './visitor.ts'

const account = 2
const table = (page: Page) => page.getByRole('table', { name: 'Users' })

/** The paths of the API that the page asks from now on. */
function asked(page: Page): () => string[] {
  const urls: URL[] = []
  page.on('request', (request) => urls.push(new URL(request.url())))
  return () => apiPaths(urls)
}

test('hostile names that came with the page are text, and leave the document', async ({
  page,
  tenant,
}) => {
  const names = [...attacks, '</script><script>globalThis.attacked=1</script>', '<!--<script>']
  await signIn(page, account)
  const violations = await countViolations(page)
  const value = names.map((displayName, at) => ({
    id: `00000000-0000-4000-8000-00000000000${at}`,
    displayName,
    givenName: null,
    surname: null,
    mail: null,
    userPrincipalName: `person${at}@example.com`,
  }))
  const body = JSON.stringify({ value })
  const contentType = 'application/json'
  tenant.faults.set({ at: 'users', kind: 'respond', status: 200, body, contentType })
  await openWithData(page, '/users')
  await expect(table(page).getByRole('row')).toHaveCount(names.length + 1)
  for (const name of names) await expect(table(page).getByText(name)).toBeVisible()
  expect(await page.evaluate(() => Reflect.get(globalThis, 'attacked') as unknown)).toBeUndefined()
  expect(violations()).toBe(0)
  await expect(page.locator('script[type="application/json"]')).toHaveCount(0)
})

test('Back to a page in the browser’s cache asks who is signed in now', async ({
  page,
  context,
}) => {
  const name = await signIn(page, account)
  await page.goto('/users')
  await expect(table(page).getByRole('row')).toHaveCount(26)
  const users = await table(page).getByText(/@/).allInnerTexts()
  await page.goto('/claims')
  await expect(page.getByText('Validated by the server')).toBeVisible()
  await context.request.post('/auth/sign-out', { headers: { 'x-csrf': '1' } })
  const paths = asked(page)
  await page.goBack()
  expect(new URL(page.url()).pathname).toBe('/users')
  await expect(signInLink(page)).toBeVisible()
  expect(paths()).toEqual(['/api/session'])
  const html = await page.content()
  for (const text of [name, ...users]) expect(html).not.toContain(text)
})

test('a reload brings the session as it is now', async ({ page, context }) => {
  await signIn(page, account)
  await page.goto('/claims')
  await expect(page.getByText('Validated by the server')).toBeVisible()
  await context.request.post('/auth/sign-out', { headers: { 'x-csrf': '1' } })
  const paths = asked(page)
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Sign in to see this page' })).toBeVisible()
  expect(paths()).toEqual([])
})

test('data that is too slow is asked for by the page', async ({ page, tenant }) => {
  await signIn(page, account)
  const paths = asked(page)
  tenant.faults.set({ at: 'users', kind: 'delay', ms: 600 })
  await page.goto('/users')
  await expect(table(page).getByRole('row')).toHaveCount(26)
  await expect(table(page)).toHaveAttribute('aria-busy', 'false')
  expect(paths().filter((path) => path === '/api/users')).toHaveLength(1)
})
