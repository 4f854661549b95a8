/** The organisation's name, which an app with the scope `User.Read` gets from Graph. */
import { expect, type Page } from '@playwright/test'
import { changeAnswers } from './change-answers.ts'
import { test } from './own-gatehouse.ts'
import { accountButton, signIn } from './visitor.ts'

test.use({ scopes: ['User.Read'] })

const main = (page: Page) => page.getByRole('main')
const fact = (page: Page) => main(page).getByRole('term').filter({ hasText: 'Organisation' })

test('the page shows the organisation’s name', async ({ page, tenant }) => {
  const name = await signIn(page, 0)
  await expect(main(page)).toContainText(
    `You’re signed in to ${tenant.tenantName} Session ends at `,
  )
  await expect(fact(page)).toBeVisible()
  await accountButton(page, name).click()
  await expect(page.getByRole('region', { name: 'Account' })).toContainText(tenant.tenantName)
})

test('an organisation without a known name moves nothing, and leaves no gap', async ({
  page,
  tenant,
}) => {
  const name = await signIn(page, 0)
  let answer = () => {}
  const asked = new Promise<void>((resolve) => (answer = resolve))
  await changeAnswers(page, '/api/organisation', async (json) => {
    await asked
    return { ...(json as object), name: null }
  })
  await page.reload()
  await expect(main(page)).toContainText('You’re signed in to your organisation Session ends at ')
  await expect(fact(page)).toBeVisible()
  const top = async () =>
    (await page.getByRole('heading', { name: 'Your session' }).boundingBox())?.y
  const before = await top()
  const answered = page.waitForResponse(/\/api\/organisation$/)
  answer()
  await answered
  await accountButton(page, name).click()
  const account = page.getByRole('region', { name: 'Account' })
  await expect(account).not.toContainText(tenant.tenantId)
  await expect(account).not.toContainText(tenant.tenantName)
  expect(await top()).toBe(before)
  // Now it is known before the page is drawn.
  await account.getByRole('link', { name: 'Your sessions' }).click()
  await page.getByRole('navigation').getByRole('link', { name: 'Home' }).click()
  await expect(main(page)).toContainText('Your session')
  await expect(fact(page)).toHaveCount(0)
})
