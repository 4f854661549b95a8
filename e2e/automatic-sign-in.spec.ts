/** An intranet app that signs its visitors in at once, where Microsoft knows them. */
import { once } from 'node:events'
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from '@playwright/test'
import { test } from './own-gatehouse.ts'
import { expectSignedIn, signIn, signInLink, signOut } from './visitor.ts'

const place = '/users?q=no&sort=-name#table'

test.use({ config: { signIn: { automatic: true } } })

test('a visitor whom Microsoft knows is signed in at the page, search and hash included', async ({
  page,
  context,
  baseURL,
}) => {
  await signIn(page, 0)
  // The browser was closed: the app’s cookies are gone, and Microsoft’s are not.
  await context.clearCookies({ domain: 'localhost' })
  await page.goto('about:blank')
  await page.goto(place)
  await expectSignedIn(page)
  expect(page.url()).toBe(`${baseURL}${place}`)
})

test('a visitor whom Microsoft does not know sees the page signed out, once asked', async ({
  page,
  baseURL,
}) => {
  const asked: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/authorize')) asked.push(request.url())
  })
  await page.goto(place)
  await expect(page.getByRole('heading', { name: 'Sign in to see this page' })).toBeVisible()
  expect(page.url()).toBe(`${baseURL}${place}`)
  await page.reload()
  await page.goto('/')
  await expect(signInLink(page)).toBeVisible()
  expect(asked).toHaveLength(1)
})

test('a sign-out is not undone by the next visit', async ({ page }) => {
  const name = await signIn(page, 1)
  await signOut(page, name)
  await page.goto('/')
  await expect(signInLink(page)).toBeVisible()
})

test('a browser that refuses cookies shows the page, without a loop and without a trace', async ({
  browser,
  baseURL,
}) => {
  const proxy = await withoutCookies()
  const context = await browser.newContext({ proxy: { server: proxy.origin } })
  const page = await context.newPage()
  await page.goto(`${baseURL}${place}`)
  await expect(page.getByRole('heading', { name: 'Sign in to see this page' })).toBeVisible()
  await expect(page).toHaveURL(`${baseURL}${place}`)
  expect(proxy.automaticSignIns()).toBe(1)
  expect(await context.cookies()).toEqual([])
  await context.close()
  proxy.end()
})

/** A proxy for plain HTTP through which no cookie passes, in either direction. */
async function withoutCookies() {
  let automaticSignIns = 0
  const server = createServer((asked, answer) => {
    const { cookie: _refused, ...headers } = asked.headers
    if (asked.url?.includes('automatic=true')) automaticSignIns += 1
    const forwarded = forward(asked.url ?? '', { method: asked.method, headers }, (got) => {
      const { 'set-cookie': _kept, ...rest } = got.headers
      answer.writeHead(got.statusCode ?? 502, rest)
      got.pipe(answer)
    })
    forwarded.on('error', () => answer.destroy())
    asked.pipe(forwarded)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** How many automatic sign-ins were begun so far. */
    automaticSignIns: () => automaticSignIns,
    end: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
