/** A real Chromium binds the sessions of the built app to its device, and keeps them. Two processes answer in turn. */
import { expect, type Page } from '@playwright/test'
import { auth } from '@gatehouse/shared/paths'
import { test } from './bound-gatehouse.ts'
import {
  ask,
  carries,
  collectHeadings,
  cookiesOf,
  deviceCookie,
  sessionCookie,
  sessionOf,
  signInBound,
  watch,
} from './bound-visitor.ts'
import { accountButton, signInAtTenant, signInLink } from './visitor.ts'

// The session's cookie stays when the browser is closed.
test.use({ config: { session: { persistent: true } }, processes: 2 })

const users = (page: Page) => page.getByRole('table', { name: 'Users' }).getByRole('row')

async function expectUsers(page: Page): Promise<void> {
  await expect(users(page).nth(5)).toBeVisible()
}

test(
  'a session binds itself within seconds of the sign-in',
  { tag: '@thorough' },
  async ({ bound, gatehouse }) => {
    const seen = watch(gatehouse.front)
    await signInBound(bound)
    const [registration] = seen.at(auth.device)
    const callback = seen.since().find(({ path }) => path.startsWith(`${auth.redirect}?`))
    expect((registration?.at ?? 0) - (callback?.at ?? 0)).toBeLessThan(10_000)
    expect(seen.registrations()).toEqual([200])
    expect(await sessionOf(bound.page)).toMatchObject({ signedIn: true, deviceBound: true })

    const [session] = await bound.sessions()
    expect(session?.key.site).toBe('https://app.test')
    expect(session?.cookieCravings.map(({ name }) => name)).toEqual([deviceCookie])
    const cookies = await bound.context.cookies(gatehouse.deployment.publicUrl)
    expect(cookies.map(({ name }) => name).toSorted()).toEqual([deviceCookie, sessionCookie])
    for (const cookie of cookies) {
      expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' })
    }
    expect(seen.failed()).toEqual([])
    expect(seen.refreshes()).toEqual([])
  },
)

test(
  'a session that one process has bound is proven at another',
  { tag: '@thorough' },
  async ({ bound, gatehouse }) => {
    const seen = watch(gatehouse.front)
    await signInBound(bound, 1)
    for (const times of [1, 2, 3]) {
      await bound.expire(deviceCookie)
      expect(await ask(bound.page)).toBe('200')
      await bound.refreshed(times)
    }
    // The first one has to ask what to sign; the next challenge comes with each proof.
    expect(seen.refreshes()).toEqual([403, 204, 204, 204])
    const ports = (path: string) => new Set(seen.at(path).map(({ upstream }) => upstream))
    expect(ports(auth.device).size).toBe(1)
    expect(ports(auth.deviceRefresh).size).toBe(2)
    expect(seen.failed()).toEqual([])
  },
)

test(
  'five tabs without a proof make one, and all of them get their answers',
  { tag: '@thorough' },
  async ({ bound, gatehouse }) => {
    await signInBound(bound, 2)
    const tabs = [bound.page]
    while (tabs.length < 5) tabs.push(await bound.context.newPage())
    await Promise.all(tabs.map((tab) => tab.goto('/users')))
    await Promise.all(tabs.map(expectUsers))

    const asking = watch(gatehouse.front)
    await bound.expire(deviceCookie)
    expect(await Promise.all(tabs.map((tab) => ask(tab)))).toEqual(tabs.map(() => '200'))
    expect(asking.refreshes()).toEqual([403, 204])

    const loading = watch(gatehouse.front)
    await bound.expire(deviceCookie)
    await Promise.all(tabs.map((tab) => tab.reload()))
    await Promise.all(tabs.map(expectUsers))
    expect(loading.refreshes()).toEqual([204])
    expect([...asking.failed(), ...loading.failed()]).toEqual([])
  },
)

test(
  'a session survives restarts of the server and of the browser',
  { tag: '@thorough' },
  async ({ bound, gatehouse }) => {
    await signInBound(bound, 3)
    const seen = watch(gatehouse.front)
    for (const instance of gatehouse.instances) {
      await instance.end()
      await instance.startAgain()
    }
    await bound.expire(deviceCookie)
    await bound.page.goto('/users')
    await expectUsers(bound.page)
    expect(seen.refreshes()).toEqual([403, 204])

    await bound.restart()
    await bound.expire(deviceCookie)
    await bound.page.goto('/users')
    await expectUsers(bound.page)
    await bound.refreshed(2)
    expect(seen.refreshes()).toEqual([403, 204, 403, 204])
    expect(seen.failed()).toEqual([])
    expect(await sessionOf(bound.page)).toMatchObject({ signedIn: true, deviceBound: true })
  },
)

test(
  'a link from another site opens the page, which then gets its data',
  { tag: '@thorough' },
  async ({ bound, gatehouse }) => {
    const { front, deployment } = gatehouse
    const { page } = bound
    await signInBound(bound, 4)
    const link = `<!doctype html><a href="${deployment.publicUrl}/users">Users</a>`
    const html = { 'content-type': 'text/html' }
    front.answer('/elsewhere', () => ({ status: 200, headers: html, body: link }))
    await page.goto(deployment.publicUrl.replace('app.test', 'other.test') + '/elsewhere')
    await bound.expire(deviceCookie)
    const headings = await collectHeadings(page)
    const seen = watch(front)
    await page.getByRole('link', { name: 'Users' }).click()
    await expectUsers(page)
    const [navigation] = seen.at('/users')
    expect(navigation?.headers['sec-fetch-site']).toBe('cross-site')
    expect(
      [sessionCookie, deviceCookie].map((name) => navigation && carries(navigation, name)),
    ).toEqual([true, false])
    // Nothing of the user came with the page.
    expect(seen.at('/api/session').map(({ status }) => status)).toEqual([200])
    expect(seen.refreshes()).toEqual([403, 204])
    expect(await headings()).toEqual(['Users'])
    expect(seen.failed()).toEqual([])
  },
)

test(
  'a sign-out ends the key as well, and the next sign-in makes another',
  { tag: '@thorough' },
  async ({ bound, gatehouse }) => {
    const { page } = bound
    await signInBound(bound, 5)
    const [first] = await bound.sessions()
    const { user } = (await sessionOf(page)) as { user: { name: string } }
    await accountButton(page, user.name).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(/\/signed-out/)
    const cookies = await cookiesOf(bound, gatehouse.deployment.publicUrl)
    expect(cookies).toEqual({ session: [], device: [] })
    await page.goto('/')
    expect(await bound.refreshFailed()).toBe('PersistentHttpError')
    expect(await bound.ended()).toBe('RefreshFatalError')
    expect(await bound.sessions()).toEqual([])

    const seen = watch(gatehouse.front)
    await signInLink(page).click()
    await signInAtTenant(page, 5)
    await bound.registered(2)
    const [second] = await bound.sessions()
    expect(second?.key.id).not.toBe(first?.key.id)
    expect(await sessionOf(page)).toMatchObject({ signedIn: true, deviceBound: true })
    expect([...seen.refreshes(), ...seen.failed()]).toEqual([])
  },
)
