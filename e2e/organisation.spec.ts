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

test(
  'an organisation without a known name leaves no gap',
  { tag: '@thorough' },
  async ({ page, tenant }) => {
    const name = await signIn(page, 0)
    await changeAnswers(page, '/api/organisation', (json) => ({ ...(json as object), name: null }))
    await page.reload()
    await expect(main(page)).toContainText('You’re signed in to your organisation Session ends at ')
    await expect(fact(page)).toHaveCount(0)
    await accountButton(page, name).click()
    await expect(page.getByRole('region', { name: 'Account' })).not.toContainText(tenant.tenantId)
  },
)
