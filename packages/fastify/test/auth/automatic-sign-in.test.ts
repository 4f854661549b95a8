import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signInAtTenant, type Browser } from '@gatehouse/tenant/testing'
import { type Gatehouse, startGatehouse } from '@gatehouse/test-support/gatehouse'

const page = '/users?q=ada&sort=-name'
const navigation = {
  accept: 'text/html,application/xhtml+xml',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'none',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0.0.0 Safari/537.36',
}
const built = { root: '/nowhere', html: '<!doctype html><title>Built</title>', headers: {} }
const link =
  `/auth/sign-in?returnTo=${encodeURIComponent(page)}&prompt=none&automatic=true`.replaceAll(
    '%20',
    '+',
  )

let gatehouse: Gatehouse
beforeAll(async () => {
  gatehouse = await startGatehouse({ built, config: { signIn: { automatic: true } } })
})
afterAll(() => gatehouse.close())

const open = (browser: Browser, path = page, more: Record<string, string> = {}) =>
  browser.get(path, { ...navigation, ...more })

/** Follows redirects as a browser does, through the tenant, until a page answers. */
async function visit(browser: Browser, path = page, atTenant = new Map<string, string>()) {
  const steps: string[] = []
  let answer = await open(browser, path)
  while (answer.location !== '') {
    steps.push(answer.location)
    if (steps.length > 10) throw new Error(`A loop: ${steps.join('\n')}`)
    const { location } = answer.location.startsWith('http')
      ? await signInAtTenant(answer.location, { cookies: atTenant })
      : answer
    const url = new URL(location, gatehouse.publicUrl)
    answer = await open(browser, `${url.pathname}${url.search}`)
  }
  return { steps, answer }
}

async function knownAtTenant(): Promise<Map<string, string>> {
  const cookies = new Map<string, string>()
  await signInAtTenant(await gatehouse.browser().startSignIn(), { cookies })
  return cookies
}

async function isSignedIn(browser: Browser): Promise<boolean> {
  return (await browser.get('/api/me')).status === 200
}

describe('an app whose pages Vite serves', () => {
  it('tells whether a page leads to a silent sign-in, in development', async () => {
    const apart = await startGatehouse({ config: { signIn: { automatic: true } } })
    try {
      const browser = apart.browser()
      const first = await open(browser)
      expect([first.status, first.location]).toEqual([303, link])
      // It was tried.
      expect((await open(browser)).status).toBe(204)
      const script = { ...navigation, 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }
      expect((await open(apart.browser(), page, script)).status).toBe(204)
    } finally {
      await apart.close()
    }
  })

  it('has no such answers without signIn.automatic', async () => {
    const apart = await startGatehouse()
    expect((await open(apart.browser())).status).toBe(404)
    await apart.close()
  })
})

describe('an app that signs its visitors in automatically', () => {
  it('signs in whom Microsoft knows, at the page that was opened', async () => {
    const browser = gatehouse.browser()
    const { steps, answer } = await visit(browser, page, await knownAtTenant())
    expect(steps[0]).toBe(link)
    expect(steps.at(-1)).toBe(page)
    expect(answer.status).toBe(200)
    expect(await isSignedIn(browser)).toBe(true)
  })

  it('shows the page signed out to others, and tries once in a browser session', async () => {
    const browser = gatehouse.browser()
    const { steps, answer } = await visit(browser)
    expect([steps.at(-1), answer.status]).toEqual([page, 200])
    expect(await isSignedIn(browser)).toBe(false)
    for (const path of [page, '/']) {
      expect((await visit(browser, path)).steps).toEqual([])
    }
  })

  it('remembers the attempt until the browser is closed', async () => {
    const { setCookies } = await open(gatehouse.browser())
    const cookie = 'automatic-sign-in-5173=tried; Path=/; HttpOnly; SameSite=Lax'
    expect(setCookies).toEqual([cookie])
  })

  it('shows the page signed out, without a loop, to a browser that refuses cookies', async () => {
    const browser = gatehouse.browser()
    let { location } = await browser.send(page, { headers: navigation, cookie: '' })
    expect(location).toBe(link)
    location = (await browser.send(location, { headers: navigation, cookie: '' })).location
    expect(location).toBe(`${page}&automatic-sign-in=off`)
    const answer = await browser.send(location, { headers: navigation, cookie: '' })
    expect([answer.status, answer.setCookies]).toEqual([200, []])
  })

  it.each(['/users?q=who%3F', '/users?q=who?', '/users?q=a?b&sort=-name', '/users?'])(
    'has no loop either if the address has more question marks: %s',
    async (path) => {
      const send = (address: string) =>
        gatehouse.browser().send(address, { headers: navigation, cookie: '' })
      const { location } = await send((await send(path)).location)
      expect(location).toMatch(/[?&]automatic-sign-in=off$/)
      expect((await send(location)).status).toBe(200)
    },
  )

  it('does not sign in again after a sign-out, until the user does it by hand', async () => {
    const browser = gatehouse.browser()
    const atTenant = await knownAtTenant()
    await visit(browser, page, atTenant)
    const { setCookies } = await browser.post('/auth/sign-out')
    // It outlives the browser session.
    expect(setCookies.at(-1)).toMatch(/^automatic-sign-in-5173=signed-out; Max-Age=\d{8};/)
    expect((await visit(browser, page, atTenant)).steps).toEqual([])
    await browser.signIn()
    expect(await browser.cookie('automatic-sign-in-5173')).toBeUndefined()
    const cookie = await browser.cookie('session-5173')
    await browser.jar.removeAllCookies()
    expect(cookie).toBeDefined()
    expect((await visit(browser, page, atTenant)).steps[0]).toBe(link)
  })

  it('leaves a signed-in user at the page', async () => {
    const browser = gatehouse.browser()
    await browser.signIn()
    expect((await visit(browser)).steps).toEqual([])
  })

  it.each<[string, Record<string, string>, string?]>([
    ['a frame', { 'sec-fetch-dest': 'iframe' }],
    ['a script', { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }],
    ['a prefetch', { 'sec-purpose': 'prefetch' }],
    ['a prerender', { 'sec-purpose': 'prefetch;prerender' }],
    ['a client that wants no page', { accept: 'application/json' }],
    ['a crawler', { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1) Chrome/150.0.0.0' }],
    ['a link preview', { 'user-agent': 'Mozilla/5.0 SkypeUriPreview Preview/0.5' }],
    ['the page after a sign-out', {}, '/signed-out'],
    ['the page of a failed sign-in', {}, '/sign-in-problem?code=failed'],
    ['a page that does not exist', {}, '/nowhere'],
    ['an address that is too long to come back to', {}, `/users?q=${'a'.repeat(1100)}`],
  ])('does not send %s to Microsoft', async (_who, headers, path = page) => {
    const answer = await open(gatehouse.browser(), path, headers)
    expect([answer.location, answer.setCookies]).toEqual(['', []])
  })

  it('does not send a client without Fetch Metadata to Microsoft', async () => {
    const answer = await gatehouse.browser().get(page, { accept: 'text/html', 'user-agent': 'x' })
    expect([answer.status, answer.setCookies]).toEqual([200, []])
  })

  it('never sends a call of the API to Microsoft', async () => {
    const answer = await open(gatehouse.browser(), '/api/me')
    expect([answer.status, answer.setCookies]).toEqual([403, []])
  })
})

describe('an app that is not configured so', () => {
  it('shows its pages signed out, and remembers nothing', async () => {
    const plain = await startGatehouse({ built })
    try {
      const browser = plain.browser()
      const answer = await open(browser)
      expect([answer.status, answer.setCookies]).toEqual([200, []])
      await browser.signIn()
      expect((await browser.post('/auth/sign-out')).setCookies).toHaveLength(1)
    } finally {
      await plain.close()
    }
  })
})
