/** The page of the ID token: explanations, filter, links and copies. */
import { expect, test, type Page } from '@playwright/test'
import { changeAnswers } from './change-answers.ts'
import { beSignedIn } from './signed-in.ts'

type Token = Record<string, unknown>

const main = (page: Page) => page.getByRole('main')
const row = (page: Page, claim: string) => main(page).locator(`[id="${claim}"]`)
const group = (page: Page, title: string) =>
  main(page)
    .getByRole('group')
    .filter({ has: page.getByRole('heading', { name: title }) })
const filter = (page: Page) => page.getByRole('searchbox', { name: 'Filter claims' })
const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText())

async function readToken(page: Page): Promise<Token> {
  const response = await page.request.get('/api/claims')
  return ((await response.json()) as { claims: Token }).claims
}

async function addClaims(page: Page, more: Token): Promise<void> {
  await changeAnswers(page, '/api/claims', (json) => {
    const { claims, ...rest } = json as { claims: Token }
    return { ...rest, claims: { ...claims, ...more } }
  })
}

test.beforeEach(async ({ page }) => {
  await beSignedIn(page)
})

test('every claim of the token is on the page, with its own explanation', async ({ page }) => {
  const token = await readToken(page)
  await page.goto('/claims')
  await expect(row(page, 'oid')).toBeVisible()
  const shown = await main(page)
    .locator('dl > [id]')
    .evaluateAll((rows) =>
      rows.map((one) => ({ name: one.id, meaning: one.querySelector('p')?.textContent ?? '' })),
    )
  expect(shown.map(({ name }) => name).toSorted()).toEqual(Object.keys(token).toSorted())
  const meanings = shown.map(({ meaning }) => meaning)
  expect(meanings.filter((meaning) => meaning.length < 20)).toEqual([])
  expect(new Set(meanings).size).toBe(meanings.length)
  // The page explains every claim that Entra ID itself sends.
  await expect(main(page).getByText('Custom claim')).toHaveCount(0)

  for (const claim of ['oid', 'sub', 'tid'])
    await expect(row(page, claim)).toContainText('Stable key')
  await expect(row(page, 'name')).toContainText('Display only')
  await expect(row(page, 'aio')).toContainText('Internal')
})

test(
  'times are shown in both forms, and in a machine-readable one',
  { tag: '@thorough' },
  async ({ page }) => {
    const { exp } = (await readToken(page)) as { exp: number }
    await page.goto('/claims')
    const time = row(page, 'exp').locator('time')
    await expect(time).toHaveAttribute('datetime', new Date(exp * 1000).toISOString())
    await expect(time).toHaveText(/\d{4}.* in (?:\d+ min|\d h|\d h \d+ min)$/)
    const utc = new Date(exp * 1000).toISOString().replace('.000Z', 'Z')
    await expect(time).toHaveAttribute('title', `${utc} (${exp})`)
    // The page says of the bar what the claim says.
    const strip = main(page).getByRole('region', { name: 'Checks and lifetime' })
    await expect(strip.getByRole('progressbar')).toHaveAccessibleName(
      /^(?:\d+ h )?(?:\d+ min )?left$/,
    )
    const part = await strip
      .getByRole('progressbar')
      .evaluate((bar) => (bar as HTMLProgressElement).position)
    expect(part).toBeGreaterThan(0.8)
    await expect(strip).toContainText('Entra sets the time of issue about five minutes back')
  },
)

test(
  'unknown claims, arrays, booleans, objects and too many groups are shown',
  { tag: '@thorough' },
  async ({ page }) => {
    await addClaims(page, {
      roles: ['Reader', 'Writer'],
      shoe_size: 42,
      is_guide: false,
      address: { city: 'Oslo', lines: [1, 2] },
      favourites: [],
      no_value: null,
      hasgroups: true,
    })
    await page.goto('/claims')
    await expect(row(page, 'roles').getByRole('listitem')).toHaveText(['Reader', 'Writer'])
    await expect(row(page, 'roles')).toContainText('Use for authorization')
    await expect(group(page, 'Other')).toContainText('5')
    for (const [claim, value] of [
      ['shoe_size', '42'],
      ['is_guide', 'false'],
      ['address', '"city": "Oslo"'],
      ['favourites', 'none'],
      ['no_value', 'null'],
    ] as const) {
      await expect(row(page, claim)).toContainText('Custom claim')
      await expect(row(page, claim)).toContainText(value)
    }
    await expect(row(page, 'hasgroups')).toContainText(/too many groups to list/i)
  },
)

test(
  'a check that failed or was not made is shown as such',
  { tag: '@thorough' },
  async ({ page }) => {
    await page.goto('/claims')
    const checks = main(page).getByRole('region', { name: 'Checks and lifetime' }).getByRole('list')
    await expect(checks.getByRole('listitem')).toHaveText(
      ['Signature', 'Issuer', 'Audience', 'Nonce', 'Expiry'].map((name) => `${name} passed`),
    )
    await changeAnswers(page, '/api/claims', (json) => ({
      ...(json as object),
      checks: { signature: 'not_made', issuer: 'passed', audience: 'passed', nonce: 'failed' },
    }))
    await page.reload()
    await expect(checks.getByRole('listitem')).toHaveText([
      'Signature: not checked',
      'Issuer passed',
      'Audience passed',
      'Nonce: failed',
      'Expiry: not checked',
    ])
  },
)

test('a link to a claim opens the closed group that it is in, and marks it', async ({ page }) => {
  await page.goto('/claims')
  await expect(row(page, 'oid')).toBeVisible()
  await expect(row(page, 'aio')).toBeHidden()
  await page.goto('/claims#aio')
  await page.reload()
  for (const visit of ['opened', 'reloaded']) {
    await expect(row(page, 'aio'), visit).toBeInViewport()
    await expect(row(page, 'aio')).toHaveAttribute('data-marked', 'true')
    await page.reload()
  }
  // The name of a claim is a link to it.
  await row(page, 'sub').getByRole('link', { name: 'sub' }).click()
  await expect(page).toHaveURL(/\/claims#sub$/)
  await expect(row(page, 'sub')).toHaveAttribute('data-marked', 'true')
  await expect(row(page, 'aio')).toHaveAttribute('data-marked', 'false')
})

test(
  'a filter finds names, values and meanings, also in a closed group',
  { tag: '@thorough' },
  async ({ page }) => {
    const { uti } = (await readToken(page)) as { uti: string }
    await page.goto('/claims')
    await expect(row(page, 'oid')).toBeVisible()
    await page.keyboard.press('/')
    await expect(filter(page)).toBeFocused()
    await filter(page).fill(uti)
    await expect(row(page, 'uti')).toBeVisible()
    await expect(main(page).locator('dl > [id]')).toHaveCount(1)
    await filter(page).fill('zzzz')
    await expect(main(page)).toContainText('No claim matches “zzzz”')
    await page.keyboard.press('Escape')
    await expect(filter(page)).toHaveValue('')
    await expect(row(page, 'oid')).toBeVisible()
  },
)

test('the filter knows the badges, marks what it found, and survives a reload', async ({
  page,
}) => {
  await page.goto('/claims')
  await expect(row(page, 'oid')).toBeVisible()
  await filter(page).fill('stable KEY')
  await expect(main(page).locator('dl > [id]')).toHaveCount(3)
  await expect(row(page, 'sub').locator('mark')).toHaveText('Stable key')
  await expect(page).toHaveURL(/\/claims\?q=stable\+KEY$/)
  await page.reload()
  await expect(main(page).locator('dl > [id]')).toHaveCount(3)
  await expect(filter(page)).toHaveValue('stable KEY')
  // A badge is the same filter, and takes it away again.
  const badge = main(page).getByRole('button', { name: 'Stable key' })
  await expect(badge).toHaveAttribute('aria-pressed', 'true')
  await badge.click()
  await expect(filter(page)).toHaveValue('')
  await expect(page).toHaveURL(/\/claims$/)
  await main(page).getByRole('button', { name: 'Internal' }).click()
  await expect(row(page, 'aio')).toBeVisible()
  await expect(row(page, 'oid')).toHaveCount(0)
  // The field’s own button empties it and keeps the focus.
  await page.getByRole('button', { name: 'Clear', exact: true }).click()
  await expect(filter(page)).toBeFocused()
  await expect(row(page, 'oid')).toBeVisible()
})

test('the filter keeps its place beside the JSON, which it filters as well', async ({ page }) => {
  await page.goto('/claims?q=tenant+id')
  const place = await filter(page).boundingBox()
  await page.getByRole('button', { name: 'JSON', exact: true }).click()
  await expect(page).toHaveURL(/\/claims\?q=tenant\+id&view=json$/)
  expect(await filter(page).boundingBox()).toEqual(place)
  const json = main(page).locator('pre')
  expect(Object.keys(JSON.parse(await json.innerText()) as Token)).toEqual(['tid'])
  await filter(page).fill('zzzz')
  await expect(main(page).getByRole('heading', { name: 'No claim matches “zzzz”' })).toBeVisible()
  await main(page).getByRole('button', { name: 'Clear filter' }).click()
  await expect(json).toContainText('"oid"')
})

test(
  'the JSON scrolls within its block, and has times as comments on demand',
  { tag: '@thorough' },
  async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.setViewportSize({ width: 390, height: 844 })
    const token = await readToken(page)
    await page.goto('/claims?view=json')
    const json = main(page).locator('pre')
    await json.focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => json.evaluate((block) => block.scrollLeft)).toBeGreaterThan(0)
    const times = page.getByRole('button', { name: 'Times as comments' })
    await times.click()
    await expect(times).toHaveAttribute('aria-pressed', 'true')
    const utc = new Date(Number(token['exp']) * 1000).toISOString().replace('.000Z', 'Z')
    await expect(json).toContainText(`"exp": ${String(token['exp'])}, // ${utc}`)
    await page.getByRole('button', { name: 'Copy JSON' }).click()
    await expect.poll(async () => JSON.parse(await clipboard(page)) as unknown).toEqual(token)
  },
)

test(
  'the token as JSON has its own address, which a reload keeps',
  { tag: '@thorough' },
  async ({ page }) => {
    const token = await readToken(page)
    await page.goto('/claims')
    await page.getByRole('button', { name: 'JSON', exact: true }).click()
    await expect(page).toHaveURL(/\/claims\?view=json$/)
    await page.reload()
    const json = main(page).locator('pre')
    await expect(json).toContainText(String(token['oid']))
    expect(JSON.parse(await json.innerText())).toEqual(token)
    await page.getByRole('button', { name: 'Explained' }).click()
    await expect(page).toHaveURL(/\/claims$/)
  },
)

test('one value and all of them can be copied', { tag: '@thorough' }, async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const token = await readToken(page)
  await page.goto('/claims')
  await row(page, 'oid').getByRole('button', { name: 'Copy oid' }).click()
  await expect(page.getByText('Copied', { exact: true })).toBeAttached()
  expect(await clipboard(page)).toBe(token['oid'])
  await page.getByRole('button', { name: 'Copy all' }).click()
  await expect.poll(async () => JSON.parse(await clipboard(page)) as unknown).toEqual(token)
})

test(
  'the page says so if the browser denies the clipboard',
  { tag: '@thorough' },
  async ({ page }) => {
    await page.addInitScript(() => {
      navigator.clipboard.writeText = () =>
        Promise.reject(new DOMException('Write permission denied.', 'NotAllowedError'))
    })
    await page.goto('/claims')
    const copy = row(page, 'oid').getByRole('button', { name: 'Copy oid' })
    await copy.click()
    const sentence = 'This browser does not allow copying. Select the text instead.'
    await expect(page.locator('[aria-live="polite"]')).toHaveText(sentence)
    await expect(copy).toHaveAttribute('title', sentence)
  },
)
