/** Photos of users. About every other user of the local tenant has none, and shows initials. */
import { expect, type Locator, type Page, type Request } from '@playwright/test'
import { layoutShift } from './opened-page.ts'
import { test } from './own-gatehouse.ts'
import { accountButton, signIn } from './visitor.ts'

const rows = (page: Page) => page.getByRole('table', { name: 'Users' }).locator('tbody tr')

/** How many of these pictures are visible. */
function shown(photos: Locator): Promise<number> {
  return photos.evaluateAll(
    (images) => images.filter((image) => getComputedStyle(image).opacity === '1').length,
  )
}

/** Waits until each row has asked for its photo, as it comes near the screen. @returns the addresses */
async function asksForAll(page: Page): Promise<(string | null)[]> {
  const addresses = () =>
    rows(page)
      .locator('img')
      .evaluateAll((images) => images.map((image) => image.getAttribute('src')))
  await expect(rows(page).locator('img')).toHaveCount(25)
  await rows(page).last().scrollIntoViewIfNeeded()
  await expect.poll(async () => (await addresses()).filter((src) => src === null)).toEqual([])
  return addresses()
}

// One after the other: photos that hang, for one test, would hang for all.
test.describe.configure({ mode: 'default' })

test('a photo covers the initials', async ({ page, tenant }) => {
  const name = await signIn(page, 0)
  const me = tenant.users.find(({ displayName }) => displayName === name)
  await page.goto('/users')
  const ids = (await asksForAll(page)).map((src) => src ?? '')
  // In the tenant, the last digit of the object id decides.
  const expected = ids.filter((src) => /[02468ace]\/photo$/.test(src)).length
  expect(expected).toBeGreaterThan(3)
  await expect.poll(() => shown(rows(page).locator('img'))).toBe(expected)
  const own = accountButton(page, name).locator('img')
  await expect.poll(() => shown(own)).toBe(/[02468ace]$/.test(me?.id ?? '') ? 1 : 0)
})

test(
  'paging back requests no photo again, existing or missing',
  { tag: '@thorough' },
  async ({ page }) => {
    const asked: string[] = []
    page.on('request', (request) => {
      const { pathname } = new URL(request.url())
      if (pathname.endsWith('/photo')) asked.push(pathname)
    })
    const allAsked = async () => {
      const wanted = await asksForAll(page)
      await expect.poll(() => wanted.filter((src) => !asked.includes(src ?? ''))).toEqual([])
      await page.waitForLoadState('networkidle')
    }
    await signIn(page, 0)
    await page.goto('/users')
    await expect(page.getByLabel('Page', { exact: true })).toHaveValue('1')
    await allAsked()
    await page.getByRole('button', { name: 'Next' }).click()
    await expect(page.getByLabel('Page', { exact: true })).toHaveValue('2')
    await allAsked()
    const before = asked.length
    await page.getByRole('button', { name: 'Previous' }).click()
    await expect(page.getByLabel('Page', { exact: true })).toHaveValue('1')
    await page.waitForLoadState('networkidle')
    expect(asked.slice(before)).toEqual([])
  },
)

test(
  'a photo is decorative: screen readers read the person’s name',
  { tag: '@thorough' },
  async ({ page }) => {
    await signIn(page, 0)
    await page.goto('/users')
    const withPhoto = rows(page)
      .filter({ has: page.locator('img[data-loaded]') })
      .first()
    const open = withPhoto.getByRole('button')
    const name = await open.innerText()
    await open.click()
    const panel = page.getByRole('dialog')
    await expect(panel.locator('img')).toHaveCount(1)
    await expect(panel.getByRole('img')).toHaveCount(0)
    await expect(panel.getByRole('heading', { name })).toBeVisible()
  },
)

test('photos move nothing on the page', { tag: '@thorough' }, async ({ page }) => {
  await signIn(page, 0)
  const shift = await layoutShift(page)
  await page.goto('/users')
  await expect(rows(page).locator('img[data-loaded]').first()).toBeVisible()
  await page.waitForLoadState('networkidle')
  expect(await shift()).toBeLessThanOrEqual(0.005)
})

test('a missing photo causes no error in the console', { tag: '@thorough' }, async ({ page }) => {
  const complaints: string[] = []
  page.on('console', (message) => {
    // Another test may have Graph refuse calls meanwhile: they share it.
    const isOthers = message.text().includes('429')
    if (message.type() === 'error' && !isOthers) complaints.push(message.text())
  })
  // Another user than the tests with photos that hang: those take a share of their user's calls.
  await signIn(page, 3)
  await page.goto('/users')
  await expect(rows(page).locator('img[data-loaded]').first()).toBeVisible()
  await page.waitForLoadState('networkidle')
  expect(complaints).toEqual([])
})

test('while photos hang, a search is answered at once, and two photos are under way', async ({
  page,
  tenant,
}) => {
  // Another user than the other tests': calls that hang take a share of theirs.
  await signIn(page, 4)
  tenant.faults.set({ at: 'photo', kind: 'hang' })
  const underWay = new Set<Request>()
  let most = 0
  page.on('request', (request) => {
    if (!new URL(request.url()).pathname.endsWith('/photo')) return
    underWay.add(request)
    most = Math.max(most, underWay.size)
  })
  page.on('requestfailed', (request) => underWay.delete(request))
  page.on('requestfinished', (request) => underWay.delete(request))
  await page.goto('/users')
  await expect.poll(() => underWay.size).toBe(2)
  const table = page.getByRole('table', { name: 'Users' })
  await page.getByRole('searchbox').pressSequentially('nora')
  await expect(table.locator('mark').first()).toHaveText(/^nora$/i, { timeout: 3000 })
  await page.getByRole('searchbox').fill('')
  await page.getByRole('button', { name: 'Next' }).click()
  await expect(page.getByLabel('Page', { exact: true })).toHaveValue('2', { timeout: 3000 })
  expect(most).toBe(2)

  // None of them keeps its place for ever.
  const hung = [...underWay].map((request) => request.url())
  await expect
    .poll(() => [...underWay].filter((request) => !hung.includes(request.url())).length, {
      timeout: 15_000,
    })
    .toBe(2)
  expect(most).toBe(2)
})

test(
  'without IntersectionObserver, photos come all the same',
  { tag: '@thorough' },
  async ({ page }) => {
    await page.addInitScript(() => Reflect.deleteProperty(window, 'IntersectionObserver'))
    await signIn(page, 0)
    await page.goto('/users')
    await asksForAll(page)
    await expect(rows(page).locator('img[data-loaded]').first()).toBeVisible()
  },
)
