/** Signing in, signing out, the end of a session, and two tabs, in Firefox. */
import type { Browser, Locator, Page } from 'puppeteer-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { freePort, people } from '@gatehouse/tenant/testing'
import { launchFirefox } from './firefox.ts'
import { createBrowser } from './instances/browsers.ts'
import { prepareDeployment, type Deployment } from './instances/deployment.ts'
import { hasStarted, startInstance } from './instances/instance.ts'

let deployment: Deployment
let firefox: Browser
beforeAll(async () => {
  const port = await freePort()
  const publicUrl = `http://localhost:${port}`
  deployment = await prepareDeployment({ publicUrl })
  const instance = startInstance(port, publicUrl, deployment.env)
  deployment.onEnd(() => instance.end())
  await Promise.all([hasStarted(instance), launchFirefox().then((one) => (firefox = one))])
})
afterAll(async () => {
  await firefox?.close()
  await deployment?.end()
})

/** A tab in a new browser. It records the errors of its pages. */
let page: Page
let complaints: string[]
beforeEach(async () => {
  const context = await firefox.createBrowserContext()
  page = await context.newPage()
  page.setDefaultTimeout(15_000)
  complaints = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  return () => context.close()
})

const open = (path: string, tab = page) => tab.goto(`${deployment.publicUrl}${path}`)
const locate = (element: 'a' | 'button' | 'h1', text: string, tab = page) =>
  tab.locator(`::-p-xpath(//${element}[normalize-space()="${text}"])`)
/** Waits until the page shows it. `wait()` would read the element too, which may be replaced by then. */
const isShown = (locator: Locator<unknown>) => locator.waitHandle()
const heading = (text: string, tab = page) => isShown(locate('h1', text, tab))
const press = (element: 'a' | 'button', text: string) => locate(element, text).click()

/** Waits until the browser is there: the app's own page changes before it leaves, and corrects its address after it came. */
async function isAt(address: string): Promise<void> {
  await expect.poll(() => page.url()).toBe(`${deployment.publicUrl}${address}`)
}

let alreadySignedIn = 0

type Person = ReturnType<ReturnType<typeof people>['at']>

/** Somebody new at each attempt of a test: the tenant asks each for consent once. */
const somebody = (): Person => people(deployment.tenant).at(alreadySignedIn++)

/** On the tenant's first page. */
const choose = ({ userPrincipalName }: Person) =>
  page.locator(`::-p-text(${userPrincipalName})`).click()

/** @returns the user's name */
async function signIn(person = somebody()): Promise<string> {
  await open('/')
  await press('a', 'Sign in')
  await choose(person)
  await press('button', 'Accept')
  await isShown(locate('button', person.displayName))
  return person.displayName
}

async function signOut(name: string): Promise<void> {
  await press('button', name)
  await press('button', 'Sign out')
  await isAt('/signed-out')
  await isShown(locate('a', 'Sign in'))
}

it('a sign-in comes back to path, search and hash, and no script can read the cookie', async () => {
  await open('/users?q=no&sort=-name#table')
  await heading('Sign in to see this page')
  await press('a', 'Sign in with Microsoft')
  await choose(somebody())
  await press('button', 'Accept')
  await heading('Users')
  await isShown(page.locator('table mark'))
  await isAt('/users?q=no&sort=-name#table')
  expect(await page.evaluate(() => document.cookie)).toBe('')
  expect(await sessionCookie()).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
  expect(complaints).toEqual([])
})

it('a sign-out ends here and at Microsoft, and Back shows nothing', async () => {
  const name = await signIn()
  await press('a', 'ID token')
  await heading('ID token')
  await signOut(name)
  await expect.poll(() => page.content()).toContain('You’re signed out of this app.')
  expect(deployment.tenant.journal.count('logout')).toBeGreaterThan(0)
  await page.evaluate(() => history.back())
  await heading('Sign in to see this page')
  expect(await page.content()).not.toContain(name)
  expect(complaints).toEqual([])
})

it('a session that ended elsewhere empties the page, and signing in again comes back to it', async () => {
  const name = await signIn()
  await open('/users?q=no')
  await isShown(page.locator('table mark'))
  await endOnServer()

  await page.locator('input[type=search]').fill('a')
  await heading('Sign in again to continue')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await heading('Sign in again to continue')
  expect(await page.$('table')).toBeNull()
  expect(await page.content()).not.toContain(name)

  await press('a', 'Sign in again')
  await isShown(page.locator('table mark'))
  await isAt('/users?q=a')
})

it('a sign-out in one tab empties the other one, and a sign-in fills it again', async () => {
  const person = somebody()
  const name = await signIn(person)
  const other = await page.browserContext().newPage()
  await open('/claims', other)
  await heading('ID token', other)

  await page.bringToFront()
  await signOut(name)
  await isShown(locate('a', 'Sign in', other))
  expect(await other.content()).not.toContain(name)

  await press('a', 'Sign in')
  // The consent of this account is remembered.
  await choose(person)
  await isShown(locate('button', name))
  await isShown(locate('button', name, other))
})

async function sessionCookie() {
  const cookies = await page.browserContext().cookies()
  return cookies.find(({ name }) => /^session-\d+$/.test(name))
}

/** Acts as another device: a second browser with the same cookie. */
async function endOnServer(): Promise<void> {
  const session = await sessionCookie()
  const { publicUrl } = deployment
  const elsewhere = createBrowser(publicUrl, publicUrl)
  await elsewhere.jar.setCookie(`${session?.name}=${session?.value}`, publicUrl)
  expect((await elsewhere.post('/auth/sign-out')).status).toBe(200)
}
