/** Searches everything that reaches the browser during a whole visit for tokens. */
import { expect, test, type Page, type Response } from '@playwright/test'
import { signIn, signOut } from './visitor.ts'

/**
 * JWTs, JWEs and Entra's opaque refresh tokens; all of them much longer than any id of ours. A JWT begins a word and
 * has a dot after its header: three letters of it alone stand in some sealed value sooner or later.
 */
const tokenShaped =
  /(?<![\w-])eyJ[\w-]{8,}\.|\b[01]\.A[\w-]{60,}|"?(?:access|refresh|id)_token"?\s*[:=]/

interface Finding {
  where: string
  text: string
}

/**
 * The callback's own address carries the authorization code. It is redeemed before the answer is sent,
 * and useless without the verifier and the client secret. It may appear nowhere else.
 */
function addressOf(response: Response): string {
  const { pathname, href } = new URL(response.url())
  return pathname === '/auth/redirect' ? pathname : href
}

/** Records every answer of the app's origin: status line, headers and body. */
function record(page: Page, origin: string): { settle(): Promise<Finding[]> } {
  const pending: Promise<Finding>[] = []
  page.on('response', (response: Response) => {
    if (new URL(response.url()).origin !== origin) return
    pending.push(
      Promise.all([response.allHeaders(), response.text().catch(() => '')]).then(
        ([headers, body]) => ({
          where: response.url(),
          text: `${addressOf(response)}\n${JSON.stringify(headers)}\n${body}`,
        }),
      ),
    )
  })
  return { settle: () => Promise.all(pending) }
}

/** What a script on the page can read: storage, cookies, caches, and globals, three levels deep. */
async function readableByScripts(page: Page): Promise<Finding[]> {
  const found = await page.evaluate(async () => {
    const databases = (await indexedDB.databases()).map(({ name }) => name)
    const seen = new Set<unknown>()
    const texts: string[] = []
    const collect = (value: unknown, depth: number) => {
      if (typeof value === 'string') texts.push(value)
      if (typeof value !== 'object' || value === null || depth === 0 || seen.has(value)) return
      if (value instanceof Node) return
      seen.add(value)
      for (const key of Object.keys(value)) {
        try {
          collect((value as Record<string, unknown>)[key], depth - 1)
        } catch {
          // A getter that throws gives a script nothing.
        }
      }
    }
    collect(globalThis, 3)
    return {
      cookies: document.cookie,
      localStorage: JSON.stringify(Object.entries(localStorage)),
      sessionStorage: JSON.stringify(Object.entries(sessionStorage)),
      databases: databases.join(),
      caches: (await caches.keys()).join(),
      html: document.documentElement.outerHTML,
      globals: texts.join('\n'),
      workers: String((await navigator.serviceWorker.getRegistrations()).length),
    }
  })
  return Object.entries(found).map(([where, text]) => ({ where: `${page.url()} ${where}`, text }))
}

test('nothing token-shaped reaches the browser in a whole visit', async ({ page, baseURL }) => {
  const origin = baseURL ?? ''
  const traffic = record(page, origin)
  const console: Finding[] = []
  page.on('console', (message) => console.push({ where: 'console', text: message.text() }))

  const name = await signIn(page, 3)
  const scripts: Finding[] = []
  for (const path of ['/', '/claims', '/users', '/nowhere']) {
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    scripts.push(...(await readableByScripts(page)))
  }
  expect(scripts.filter(({ where }) => where.endsWith(' cookies')).map(({ text }) => text)).toEqual(
    ['', '', '', ''],
  )

  const cookies = await page.context().cookies(origin)
  const session = cookies.find((cookie) => /^session-\d+$/.test(cookie.name))
  expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' })
  expect(`${session?.name}=${session?.value}`.length).toBeLessThan(300)
  await signOut(page, name)
  await page.waitForLoadState('networkidle')

  // Requests that are under way end with the page.
  await page.goto('about:blank')
  const answers = await traffic.settle()
  expect(answers.length).toBeGreaterThan(15)
  const findings = [...answers, ...scripts, ...console].filter(({ text }) => tokenShaped.test(text))
  expect(findings.map(({ where, text }) => `${where}: ${tokenShaped.exec(text)?.[0]}`)).toEqual([])
})

test('the search would find a token', () => {
  const header = Buffer.from('{"alg":"RS256","typ":"JWT"}').toString('base64url')
  expect(tokenShaped.test(`x ${header}.e30.c2ln`)).toBe(true)
  expect(tokenShaped.test(`{"refresh_token":"1"}`)).toBe(true)
})
