/** A deployment that is reached at two host names, in Chromium: through nginx that passes the Host on, and by its default. */
import { chromium, type Browser } from '@playwright/test'
import { freePort, people } from '@gatehouse/tenant/testing'
import { afterEach, expect, it } from 'vitest'
import { findChromium } from '../chromium.ts'
import { prepareDeployment, type Deployment } from './deployment.ts'
import { startProxy } from './proxy.ts'

let deployment: Deployment | undefined
let browser: Browser | undefined
afterEach(async () => {
  await browser?.close()
  await deployment?.end()
})

/** @returns a tab, and the addresses of the documents that it asked for */
async function openTab(host: '$http_host' | '$proxy_host') {
  const port = await freePort()
  const publicUrl = `https://app.example.test:${port}`
  deployment = await prepareDeployment({ publicUrl })
  const instance = await deployment.start({ TRUSTED_PROXIES: '127.0.0.1' })
  const proxy = await startProxy(deployment.folder, port, { '': [instance.port] }, host)
  deployment.onEnd(() => proxy.end())
  browser = await chromium.launch({
    executablePath: findChromium() ?? 'chromium',
    args: ['--no-sandbox', '--host-resolver-rules=MAP *.example.test 127.0.0.1'],
  })
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  const page = await context.newPage()
  const documents: string[] = []
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.url().includes('example.test')) {
      documents.push(request.url())
    }
  })
  const { tenant } = deployment
  const signIn = async () => {
    await page.getByRole('banner').getByRole('link', { name: 'Sign in', exact: true }).click()
    await page.getByText(people(tenant).at(0).userPrincipalName).click()
    const accept = page.getByRole('button', { name: 'Accept' })
    const signedIn = page.getByRole('link', { name: 'ID token' }).first()
    await accept.or(signedIn).waitFor()
    if (await accept.isVisible()) await accept.click()
    await signedIn.waitFor()
  }
  return { page, documents, publicUrl, other: `https://www.example.test:${port}`, signIn }
}

it('a person who opened the other name signs in at the public address', async () => {
  const { page, documents, publicUrl, other, signIn } = await openTab('$http_host')
  await page.goto(`${other}/users?q=no#table`)
  await page.getByRole('heading', { name: 'Sign in to see this page' }).waitFor()
  // The heading may be that of the first screen; the app takes the parameter of the redirect out of the address bar.
  await expect.poll(() => page.url()).toBe(`${publicUrl}/users?q=no#table`)
  expect(documents).toHaveLength(2)
  await page.goto(`${other}/signed-out`)
  await signIn()
  expect(new URL(page.url()).origin).toBe(publicUrl)
  // A link to the start of the sign-in.
  await page.goto(`${other}/auth/sign-in?returnTo=/claims`)
  await page.waitForURL(`${publicUrl}/claims`)
})

it('a person is redirected once and signs in, if nginx writes a Host of its own', async () => {
  const { page, documents, publicUrl, signIn } = await openTab('$proxy_host')
  await page.goto(`${publicUrl}/users?q=no`)
  await page.getByRole('heading', { name: 'Sign in to see this page' }).waitFor()
  await expect.poll(() => page.url()).toBe(`${publicUrl}/users?q=no`)
  expect(documents).toEqual([
    `${publicUrl}/users?q=no`,
    `${publicUrl}/users?q=no&host-redirect=done`,
  ])
  await page.goto(publicUrl)
  await signIn()
  expect(page.url()).toBe(`${publicUrl}/`)
})
