/** The sign-in problem page and the 401 page: what they say in development, and to a user who has a session. */
import { expect, type Page } from '@playwright/test'
import { changeAnswers } from './change-answers.ts'
import { heading, main, test, trySignIn } from './scenario.ts'
import { expectSignedIn, signIn, signInLink, signOut } from './visitor.ts'

const link = (page: Page, name: string) => main(page).getByRole('link', { name, exact: true })
const copyForAdministrator = (page: Page) =>
  main(page).getByRole('button', { name: 'Copy details for your administrator' })

/** Answers `/api/session` as a deployed app does. */
const asDeployed = (page: Page) =>
  changeAnswers(page, '/api/session', (json) => ({ ...(json as object), development: false }))

test('in development a failed check is named, with the request id and the doctor', async ({
  page,
  tenant,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  tenant.scenarios.start('id-token-bad-signature')
  await trySignIn(page)
  await expect(heading(page, 'This sign-in couldn’t be verified')).toBeVisible()
  await expect(main(page)).toContainText(
    'The signature of the ID token doesn’t match the published key.',
  )
  const id = new URL(page.url()).searchParams.get('id') ?? 'none'
  await main(page).getByRole('button', { name: 'Copy request id' }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(id)
  await expect(link(page, 'Try again')).toBeVisible()
  await link(page, 'Open Doctor').click()
  await expect(heading(page, 'Doctor')).toBeVisible()
})

test('a deployed app says nothing of the cause, and leads to no doctor', async ({
  page,
  tenant,
}) => {
  await asDeployed(page)
  tenant.scenarios.start('id-token-bad-signature')
  await trySignIn(page)
  await expect(heading(page, 'This sign-in couldn’t be verified')).toBeVisible()
  // The redirect came with the session as it is.
  await page.reload()
  await expect(link(page, 'Try again')).toBeVisible()
  await expect(main(page)).not.toContainText('development')
  await expect(link(page, 'Open Doctor')).toHaveCount(0)
})

test('a wrongly set up app is for its developer, and a denied one for the administrator', async ({
  page,
}) => {
  await page.goto('/sign-in-problem?code=misconfigured&id=abc-1&aadsts=7000222')
  await expect(heading(page, 'This app isn’t set up correctly')).toBeVisible()
  await expect(link(page, 'Open Doctor')).toBeVisible()
  await expect(copyForAdministrator(page)).toHaveCount(0)

  await page.goto('/sign-in-problem?code=denied&id=abc-1&aadsts=53003')
  await expect(heading(page, 'Your organisation blocked this sign-in')).toBeVisible()
  await expect(link(page, 'Use another account')).toBeVisible()
  await expect(copyForAdministrator(page)).toBeVisible()
  await expect(link(page, 'Open Doctor')).toHaveCount(0)
})

test('an old failure is over for a user who is signed in, and leads on', async ({
  page,
  tenant,
}) => {
  tenant.scenarios.start('sign-in-blocked')
  await page.goto('/auth/sign-in?returnTo=%2Fusers')
  await expect(heading(page, 'Your organisation blocked this sign-in')).toBeVisible()
  const address = page.url()
  tenant.scenarios.clear()
  const name = await signIn(page, 0)

  for (const old of [address, '/sign-in-problem?code=expired&id=abc-1&returnTo=%2Fusers']) {
    await page.goto(old)
    await expect(heading(page, `You’re already signed in as ${name}`)).toBeVisible()
    await expect(main(page)).not.toContainText('Who can fix it')
    await link(page, 'Continue').click()
    await expect(page.getByRole('table', { name: 'Users' })).toBeVisible()
  }
})

test('a failure within the session is told, and the session goes on', async ({ page, tenant }) => {
  const name = await signIn(page, 0)
  tenant.scenarios.start('sign-in-blocked')
  await page.goto('/auth/sign-in?prompt=select_account&returnTo=%2Fclaims')
  await expect(heading(page, 'Your organisation blocked this sign-in')).toBeVisible()
  await expect(main(page)).toContainText(`You’re still signed in as ${name}.`)
  await link(page, 'Continue').click()
  await expect(heading(page, 'ID token')).toBeVisible()
})

test('the 401 page gives a reason only if it knows one', async ({ page, context }) => {
  const needed = heading(page, 'Sign in to see this page')
  await page.goto('/claims')
  await expect(needed).toBeVisible()
  await expect(main(page)).toContainText('We’ll bring you back here after you sign in.')
  await expect(main(page)).not.toContainText(/signed out|has ended/)
  // The number is for the developer.
  await expect(main(page).getByText('401', { exact: true })).toBeVisible()

  const name = await signIn(page, 0)
  const cookies = await context.cookies()
  await page.request.post('/auth/sign-out', { headers: { 'x-csrf': '1' } })
  await context.addCookies(cookies)
  await page.goto('/claims')
  await expect(needed).toBeVisible()
  await expect(main(page)).toContainText('Your session has ended.')

  // The tenant's session is still there.
  await signInLink(page).click()
  await expectSignedIn(page)
  const other = await context.newPage()
  await other.goto('/claims')
  await expect(heading(other, 'ID token')).toBeVisible()
  await signOut(page, name)
  await expect(heading(other, 'Sign in to see this page')).toBeVisible()
  await expect(main(other)).toContainText('You’ve signed out.')
})

test('a deployed app shows no status numbers', async ({ page }) => {
  await asDeployed(page)
  for (const [path, title, code] of [
    ['/claims', 'Sign in to see this page', '401'],
    ['/nowhere', 'Page not found', '404'],
  ] as const) {
    await page.goto(path)
    await expect(heading(page, title)).toBeVisible()
    await expect(signInLink(page)).toBeVisible()
    await expect(main(page)).not.toContainText(code)
  }
})
