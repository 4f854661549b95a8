/** Three apps on one host, at its root and under two paths, behind nginx: the built page in one Chromium. */
import { chromium, type Browser, type BrowserContext, type Page } from '@playwright/test'
import { freePort, people } from '@gatehouse/tenant/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findChromium } from '../chromium.ts'
import { prepareDeployment, type Deployment } from './deployment.ts'
import { startProxy } from './proxy.ts'

const paths = ['', '/people', '/apps/orders'] as const

let apps: Deployment[]
let origin: string
let chrome: Browser
beforeAll(async () => {
  const port = await freePort()
  origin = `https://localhost:${port}`
  apps = await Promise.all(paths.map((path) => prepareDeployment({ publicUrl: origin + path })))
  const started = await Promise.all(apps.map((app) => app.start({ TRUSTED_PROXIES: '127.0.0.1' })))
  const [first] = apps
  if (!first) throw new Error('No app')
  const byPath = paths.map((path, index) => [path, [started[index]?.port ?? 0]] as const)
  const proxy = await startProxy(first.folder, port, Object.fromEntries(byPath))
  first.onEnd(() => proxy.end())
  chrome = await chromium.launch({
    executablePath: findChromium() ?? 'chromium',
    args: ['--no-sandbox'],
  })
})
afterAll(async () => {
  await chrome?.close()
  await Promise.all((apps ?? []).map((app) => app.end()))
})

let context: BrowserContext
/** What the tabs complained of, and what they asked the host for. */
let complaints: string[]
let asked: string[]
beforeEach(async () => {
  context = await chrome.newContext({ ignoreHTTPSErrors: true })
  complaints = []
  asked = []
  context.on('weberror', (error) => complaints.push(error.error().message))
  context.on('console', (message) => {
    if (
      message.text().includes('Content Security Policy') &&
      message.page()?.url().startsWith(origin)
    )
      complaints.push(message.text())
  })
  context.on('response', (response) => {
    const url = response.url()
    if (url.startsWith(`${origin}/`)) asked.push(`${response.status()} ${url.slice(origin.length)}`)
  })
  return () => context.close()
})

const banner = (page: Page) => page.getByRole('banner')

/** Signs a different user in at each app. @returns the user's name */
async function signIn(page: Page, at: number): Promise<string> {
  const { displayName, userPrincipalName } = people((apps[at] as Deployment).tenant).at(at)
  await page.goto(`${origin}${paths[at]}`)
  await banner(page).getByRole('link', { name: 'Sign in', exact: true }).click()
  await page.getByText(userPrincipalName).click()
  const accept = page.getByRole('button', { name: 'Accept' })
  const account = banner(page).getByRole('button', { name: displayName })
  await accept.or(account).waitFor()
  if (await accept.isVisible()) await accept.click()
  await account.waitFor()
  return displayName
}

/** What the tab shows of its session after it was loaded again. */
async function reloaded(page: Page): Promise<string> {
  await page.reload()
  const link = banner(page).getByRole('link', { name: 'Sign in', exact: true })
  const account = banner(page).locator('button[popovertarget=account]')
  await link.or(account).waitFor()
  return (await account.count()) === 0 ? 'signed out' : account.innerText()
}

describe('three apps on one host', () => {
  it('each sign a user in, and a sign-out at one leaves the others and what they have stored', async () => {
    const tabs: Page[] = []
    const names: string[] = []
    for (const at of paths.keys()) {
      const tab = await context.newPage()
      tabs.push(tab)
      names.push(await signIn(tab, at))
      expect(new URL(tab.url()).href).toBe(`${origin}${paths[at]}/`)
      await tab.getByRole('button', { name: 'Theme' }).click()
      await tab.getByRole('button', { name: at === 1 ? 'Light' : 'Dark' }).click()
      await tab.evaluate((name) => sessionStorage.setItem(`${name}:draft`, 'x'), paths[at])
    }
    const shown = async () => Promise.all(tabs.map(reloaded))
    expect(await shown()).toEqual(names)
    const cookies = (await context.cookies(origin)).map(({ name }) => name).toSorted()
    expect(cookies).toEqual([
      '__Host-session',
      '__Host-session~apps~orders',
      '__Host-session~people',
    ])

    const [root, peoplesTab] = tabs as [Page, Page]
    for (const [at, tab] of [
      [1, peoplesTab],
      [0, root],
    ] as const) {
      await banner(tab)
        .getByRole('button', { name: names[at] as string })
        .click()
      await tab.getByRole('button', { name: 'Sign out' }).click()
      await tab.getByText('You’re signed out of this app.').waitFor()
      expect(new URL(tab.url()).pathname).toBe(`${paths[at]}/signed-out`)
      names[at] = 'signed out'
      expect(await shown()).toEqual(names)
    }
    const stored = await root.evaluate(() => Object.fromEntries(Object.entries(localStorage)))
    expect(stored).toEqual({
      theme: 'dark',
      '/people:theme': 'light',
      '/apps/orders:theme': 'dark',
      // These apps are opened at localhost, where developers are shown what to do next.
      'get-started': 'signIn',
      '/people:get-started': 'signIn',
      '/apps/orders:get-started': 'signIn',
    })
    expect(await (tabs[2] as Page).evaluate(() => Object.keys(sessionStorage))).toContain(
      '/apps/orders:draft',
    )
    expect(complaints).toEqual([])
  })

  it.each([1, 2])('load pages, lazy files and data under their own path only: %s', async (at) => {
    const path = paths[at] as string
    const page = await context.newPage()
    await signIn(page, at)
    asked.length = 0
    await banner(page).getByRole('link', { name: 'Users' }).click()
    await page.getByRole('table').getByRole('row').nth(5).waitFor()
    expect(new URL(page.url()).pathname).toBe(`${path}/users`)
    await page.getByRole('searchbox').fill('a')
    await page.waitForURL(/[?]q=a$/)
    await page.getByRole('table').locator('mark').first().waitFor()
    // The address of a page, opened anew.
    await page.reload()
    await page.getByRole('table').locator('mark').first().waitFor()
    expect(page.url()).toBe(`${origin}${path}/users?q=a`)
    await banner(page).getByRole('link', { name: 'ID token' }).click()
    await page.getByRole('heading', { name: 'ID token' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'Users' }).waitFor()
    const outside = asked.filter((line) => !line.includes(` ${path}/`))
    expect(outside).toEqual([])
    expect(asked.filter((line) => /^[45]/.test(line) && !line.includes('/photo'))).toEqual([])
    expect(asked.some((line) => line.includes(`${path}/assets/users-`))).toBe(true)
    expect(complaints).toEqual([])
  })

  it('lead a person who signs in from a page back to it', async () => {
    const page = await context.newPage()
    await page.goto(`${origin}/people/users?q=no#table`)
    await page.getByRole('heading', { name: 'Sign in to see this page' }).waitFor()
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).click()
    const { userPrincipalName } = people((apps[1] as Deployment).tenant).at(1)
    await page.getByText(userPrincipalName).click()
    await page.getByRole('heading', { name: 'Users' }).waitFor()
    expect(page.url()).toBe(`${origin}/people/users?q=no#table`)
  })

  it('have pages of their own for addresses that do not exist', async () => {
    const page = await context.newPage()
    await page.goto(`${origin}/people/nowhere`)
    await page.getByRole('link', { name: 'Go to home' }).click()
    await page.waitForURL(`${origin}/people/`)
    await page.goto(`${origin}/peoplex`)
    await page.getByRole('heading', { name: 'Page not found' }).waitFor()
    expect(await page.locator('html').getAttribute('data-base-path')).toBeNull()
  })
})
