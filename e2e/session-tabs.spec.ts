/** All tabs follow the session of one, and Back shows no data of a page after its session ended. */
import { expect, type BrowserContext, type Page } from '@playwright/test'
import { changeAnswers } from './change-answers.ts'
import { passingTime } from './passing-time.ts'
import { test } from './own-gatehouse.ts'
import { expectSignedIn, signIn, signInAtTenant, signInLink, signOut } from './visitor.ts'

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Sign in again to continue' })
const table = (page: Page) => page.getByRole('table', { name: 'Users' })
const needed = (page: Page) => page.getByRole('heading', { name: 'Sign in to see this page' })

async function openTab(context: BrowserContext, path: string): Promise<Page> {
  const tab = await context.newPage()
  await tab.goto(path)
  await expect(tab.getByRole('heading', { level: 1 })).toBeVisible()
  return tab
}

async function shownUsers(page: Page): Promise<string[]> {
  await expect(table(page).getByRole('row')).toHaveCount(26)
  return table(page).getByText(/@/).allInnerTexts()
}

async function expectNothingOf(page: Page, texts: string[]): Promise<void> {
  const html = await page.content()
  for (const text of texts) expect(html).not.toContain(text)
}

/** Signs in as another user in a tab, in spite of the session at the tenant. */
async function signInAsAnother(page: Page, account: number): Promise<void> {
  await page.goto('/auth/sign-in?prompt=select_account&returnTo=%2F')
  await page.getByRole('button', { name: 'Use another account' }).click()
  await signInAtTenant(page, account)
  await expectSignedIn(page)
}

test('signing out in one tab empties the others', async ({ page, context }) => {
  const name = await signIn(page, 0)
  const list = await openTab(context, '/users')
  const claims = await openTab(context, '/claims')
  const home = await openTab(context, '/')
  const users = await shownUsers(list)
  await expect(claims.getByText('Validated by the server')).toBeVisible()

  await signOut(page, name)
  for (const tab of [list, claims]) await expect(needed(tab)).toBeVisible()
  await expect(home.getByRole('main')).toContainText('Signed out')
  for (const tab of [list, claims, home]) {
    await expectNothingOf(tab, [name, ...users])
    await expect(dialog(tab)).toHaveCount(0)
  }
  await expect(list).toHaveURL(/\/users$/)
})

test(
  'a sign-out that the server did not confirm reaches no other tab',
  { tag: '@thorough' },
  async ({ page, context }) => {
    const name = await signIn(page, 0)
    const list = await openTab(context, '/users')
    await shownUsers(list)
    await page.route('**/auth/sign-out', (route) => route.abort('connectionrefused'))
    await page.getByRole('banner').getByRole('button', { name }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await expect(page.getByRole('alert')).toContainText('You’re still signed in')
    expect((await shownUsers(list)).length).toBeGreaterThanOrEqual(25)
  },
)

test(
  'another user who signs in in one tab replaces the first one in all tabs',
  { tag: '@thorough' },
  async ({ page, context }) => {
    const first = await signIn(page, 0)
    const list = await openTab(context, '/users')
    const claims = await openTab(context, '/claims')
    await expect(claims.getByText('Validated by the server')).toBeVisible()
    const me = ((await (await page.request.get('/api/me')).json()) as { objectId: string }).objectId

    await signInAsAnother(page, 1)
    const answer = await page.request.get('/api/me')
    const second = (await answer.json()) as { name: string; objectId: string }
    expect(second.objectId).not.toBe(me)
    for (const tab of [page, list, claims]) {
      await expect(tab.getByRole('banner').getByRole('button', { name: second.name })).toBeVisible()
      await expect(tab.getByRole('banner')).not.toContainText(first)
    }
    await expect(claims.getByRole('main')).toContainText(second.objectId)
    await expectNothingOf(claims, [first, me])
    await expect(table(list).getByRole('row')).toHaveCount(26)
  },
)

test('a user never sees a row of the user who was signed in before', async ({ page }) => {
  const first = await signIn(page, 0)
  await page.goto('/claims')
  await expect(page.getByText('Validated by the server')).toBeVisible()
  await signOut(page, first)
  await page.goto('/')
  await signInLink(page).click()
  await signInAtTenant(page, 1)
  await expectSignedIn(page)
  for (const title of ['ID token', 'Users', 'Home']) {
    await page.getByRole('link', { name: title }).first().click()
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    if (title === 'ID token') await expectNothingOf(page, [first])
  }
})

test(
  'tabs without a broadcast channel ask the server on focus',
  { tag: '@thorough' },
  async ({ page, context }) => {
    await context.addInitScript(() => {
      Reflect.set(globalThis, 'BroadcastChannel', function blocked() {
        throw new DOMException('Blocked', 'SecurityError')
      })
    })
    const name = await signIn(page, 0)
    const list = await openTab(context, '/users')
    const users = await shownUsers(list)
    await signOut(page, name)
    await list.bringToFront()
    // In a headless browser every tab is in front.
    await expect(async () => {
      await list.evaluate(() => window.dispatchEvent(new Event('focus')))
      await expect(dialog(list)).toBeVisible({ timeout: 500 })
    }).toPass()
    await expectNothingOf(list, [name, ...users])
  },
)

test(
  'the messages between tabs carry no data of the user',
  { tag: '@thorough' },
  async ({ page, context }) => {
    const listener = await openTab(context, '/')
    await listener.evaluate(() => {
      const heard: unknown[] = []
      Reflect.set(globalThis, 'heard', heard)
      new BroadcastChannel('session').addEventListener('message', ({ data }) => heard.push(data))
    })
    const time = await passingTime(page)
    const name = await signIn(page, 0)
    const extend = page.getByRole('main').getByRole('button', { name: 'Extend session' })
    await expect(page.getByRole('progressbar')).toBeVisible()
    await expect(extend).toHaveCount(0)
    await time.passUntil(29 * 60_000)
    await extend.focus()
    await page.keyboard.press('Enter')
    await expect(page.locator('#announcements')).toHaveText('You stay signed in.')
    // The button has gone, and the focus with it nowhere.
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
    await time.pass(20_000)
    await expect(page.locator('#announcements')).toBeEmpty()
    await signOut(page, name)
    const heard = () => listener.evaluate(() => Reflect.get(globalThis, 'heard') as string[])
    await expect.poll(heard).toContain('signed-out')
    expect([...new Set(await heard())]).toEqual(['signed-in', 'extended', 'signed-out'])
  },
)

test(
  'a page from the browser’s cache shows nothing before the server has answered',
  { tag: '@thorough' },
  async ({ page }) => {
    const name = await signIn(page, 0)
    await page.goto('/users')
    const users = await shownUsers(page)
    const visible = () => page.evaluate(() => getComputedStyle(document.body).visibility)
    const pass = (type: string) =>
      page.evaluate((event) => {
        window.dispatchEvent(new PageTransitionEvent(event, { persisted: true }))
      }, type)
    await pass('pagehide')
    expect(await visible()).toBe('hidden')

    const held: (() => void)[] = []
    await page.route('**/api/session', async (route) => {
      await new Promise<void>((go) => held.push(go))
      await route.continue()
    })
    await page.request.post('/auth/sign-out', { headers: { 'x-csrf': '1' } })
    await pass('pageshow')
    await expect.poll(() => held.length).toBe(1)
    expect(await visible()).toBe('hidden')
    for (const go of held) go()
    await expect(dialog(page)).toBeVisible()
    expect(await visible()).toBe('visible')
    await expectNothingOf(page, [name, ...users])
  },
)

test('a tab whose session ended survives a sign-in in another tab that ends soon', async ({
  page,
  context,
}) => {
  await signIn(page, 0)
  const list = await openTab(context, '/users')
  await shownUsers(list)
  await page.request.post('/auth/sign-out', { headers: { 'x-csrf': '1' } })
  await list.evaluate(() => window.dispatchEvent(new Event('online')))
  await expect(dialog(list)).toBeVisible()
  // The next session has four minutes left, so its warning comes with the answer that removes the dialog.
  await changeAnswers(list, '/api/session', (json) => {
    const session = json as { now: string }
    const end = new Date(Date.parse(session.now) + 4 * 60_000).toISOString()
    return { ...session, expiresAt: end }
  })
  await page.goto('/auth/sign-in?returnTo=%2F')
  await expect(page.getByRole('link', { name: 'ID token' }).first()).toBeVisible()
  await expect(dialog(list)).toHaveCount(0)
  await expect(table(list).getByRole('row')).toHaveCount(26)
  await expect(list.getByRole('region', { name: 'Session', exact: true })).toBeVisible()
  // The tab goes on asking.
  await list.unrouteAll({ behavior: 'ignoreErrors' })
})
