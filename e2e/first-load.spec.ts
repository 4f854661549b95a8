/** What opening a page costs, what it requests, and what it stores in the browser. */
import { expect, test, type Page } from '@playwright/test'
import { apiPaths, layoutShift, openWithData } from './opened-page.ts'
import { beSignedIn } from './signed-in.ts'

const heading = (page: Page) => page.getByRole('heading', { level: 1 })
const proof = (page: Page) => page.getByRole('region', { name: /in this browser$/ })

/** What a page fetches in development only: the code and the data of the parts for developers. */
const forDevelopers = /^\/(?:assets\/parts-|api\/development$)/
const inProduction = (urls: URL[]) => urls.filter(({ pathname }) => !forDevelopers.test(pathname))
const isPhoto = ({ pathname }: URL) => pathname.endsWith('/photo')

/** Records the requests of the page from now on. */
function requests(page: Page): URL[] {
  const urls: URL[] = []
  page.on('request', (request) => urls.push(new URL(request.url())))
  return urls
}

async function openAndSettle(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await expect(heading(page)).toBeVisible()
  await page.waitForLoadState('networkidle')
}

test('the first page is at most five requests, all to this app, none of them for data', async ({
  page,
  baseURL,
}) => {
  const signedOut = requests(page)
  await openAndSettle(page, '/')
  expect(inProduction(signedOut).length).toBeLessThanOrEqual(5)
  expect(apiPaths(signedOut)).toEqual([])
  await beSignedIn(page)
  const urls = await openWithData(page, '/')
  expect(inProduction(urls).length).toBeLessThanOrEqual(6)
  expect(urls.filter(isPhoto).length).toBe(1)
  for (const path of ['/claims', '/sessions']) urls.push(...(await openWithData(page, path)))
  expect(new Set(urls.map(({ origin }) => origin))).toEqual(new Set([baseURL]))
})

test('the list of users is seen after four requests', async ({ page }) => {
  await beSignedIn(page)
  const urls = inProduction(await openWithData(page, '/users'))
  await expect(page.getByRole('row')).toHaveCount(26)
  // Photos and the next page come after what is seen.
  const shown = urls.filter((url) => !isPhoto(url) && !url.searchParams.has('cursor'))
  expect(shown.map(({ pathname }) => pathname)).toHaveLength(4)
})

test('a signed-out page is a 401 that sends no API request and does not redirect', async ({
  page,
}) => {
  const urls = requests(page)
  for (const path of ['/claims?view=json#oid', '/users?q=no&sort=-name', '/sessions']) {
    urls.length = 0
    await openAndSettle(page, path)
    await expect(heading(page)).toHaveText('Sign in to see this page')
    await expect(page).toHaveTitle('Sign in to see this page · Gatehouse')
    expect(apiPaths(urls)).toEqual([])
    const { pathname, search, hash } = new URL(page.url())
    expect(pathname + search + hash).toBe(path)
  }
})

test(
  'the code of a page is fetched when the pointer is over its link',
  { tag: '@thorough' },
  async ({ page }) => {
    await openAndSettle(page, '/')
    const urls = requests(page)
    await page.getByRole('navigation').getByRole('link', { name: 'Users' }).hover()
    await expect
      .poll(() => urls.filter(({ pathname }) => /users.*\.js$/.test(pathname)))
      .toHaveLength(1)
  },
)

for (const width of [1280, 390]) {
  test(
    `nothing on a page moves while it loads, at ${width} px`,
    { tag: '@thorough' },
    async ({ page }) => {
      await page.setViewportSize({ width, height: 800 })
      const shift = await layoutShift(page)
      for (const path of ['/', '/claims', '/signed-out', '/sign-in-problem?code=expired']) {
        await openAndSettle(page, path)
        expect(await shift(), `${path}, signed out`).toBeLessThanOrEqual(0.005)
      }
      await beSignedIn(page)
      for (const path of ['/', '/claims', '/claims?view=json', '/users', '/users?q=no']) {
        await openAndSettle(page, path)
        expect(await shift(), path).toBeLessThanOrEqual(0.005)
      }
    },
  )
}

test(
  'the no-tokens card counts what the browser stores',
  { tag: '@thorough' },
  async ({ page }) => {
    await openAndSettle(page, '/')
    const counts = () =>
      proof(page)
        .locator('dl > div')
        .evaluateAll((places) =>
          Object.fromEntries(
            places.map((place) => [
              place.querySelector('dt')?.textContent,
              place.querySelector('dd')?.textContent,
            ]),
          ),
        )
    await expect(proof(page)).toContainText('0 tokens')
    await expect.poll(counts).toEqual({
      'Cookies visible to scripts': '0',
      'Local storage': '0',
      'Session storage': '0',
      IndexedDB: '0',
      'Cache storage': '0',
    })
    await page.evaluate(async () => {
      document.cookie = 'planted=1'
      localStorage.setItem('first', '1')
      localStorage.setItem('second', '2')
      sessionStorage.setItem('stolen', `${btoa('{"alg":"HS256"}')}.${btoa('{"sub":"me"}')}.`)
      await caches.open('pages')
      await new Promise((done) => {
        indexedDB.open('people').onsuccess = done
      })
      window.dispatchEvent(new Event('focus'))
    })
    await expect.poll(counts).toEqual({
      'Cookies visible to scripts': '1planted',
      'Local storage': '2first, second',
      'Session storage': '1stolen',
      IndexedDB: '1people',
      'Cache storage': '1pages',
    })
    await expect(proof(page)).toContainText('1 found')
  },
)
