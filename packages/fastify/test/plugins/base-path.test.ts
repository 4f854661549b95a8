/** `publicUrl` with a path: every flow of an app that has a part of a host. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { continueUrl, health, pages } from '@gatehouse/contract/paths'
import type { Users } from '@gatehouse/shared/users'
import { signInAtTenant } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { startGatehouse, type Gatehouse } from '@gatehouse/test-support/gatehouse'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readWebBuild } from '../../src/web/index.ts'
import { rawExchange } from '../support/raw-exchange.ts'
import { appAt } from '../support/under-path.ts'

const base = '/people'
const publicUrl = `https://portal.example.test${base}`
const script = 'const link = \'<link href="/untouched">\''
const html = `<!doctype html><html lang="en"><link rel="preload" href="/api/session" as="fetch" />
<link rel="icon" href="data:image/svg+xml,x" /><link rel="help" href="//elsewhere.example" />
<script>${script}</script><script type="module" src="/assets/app-abc123.js"></script></html>`

let folder: string
let gatehouse: Gatehouse
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-web-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), html)
  writeFileSync(join(folder, 'assets/app-abc123.js'), 'export const built = 1')
  const built = readWebBuild(folder)
  if (!built) throw new Error('The page was not read')
  const config = { signIn: { automatic: true }, requestLog: 'all' }
  gatehouse = await startGatehouse(appAt(publicUrl, { built, config }))
})
beforeEach(() => gatehouse.tenant.faults.clear())
afterAll(async () => {
  await gatehouse.close()
  rmSync(folder, { recursive: true, force: true })
})

const person = {
  accept: 'text/html,application/xhtml+xml',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}
const hrefs = (page: string) => [...page.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)

describe('a sign-in under a path', () => {
  it('registers, leaves and returns under the path, and its session works there only', async () => {
    const browser = gatehouse.browser()
    const authorize = new URL(await browser.startSignIn('/users?q=ada#row'))
    expect(authorize.searchParams.get('redirect_uri')).toBe(`${publicUrl}/auth/redirect`)
    const callback = await browser.callbackFrom(authorize.href)
    expect(callback).toMatch(/^\/people\/auth\/redirect\?/)
    const answer = await browser.get(callback)
    expect([answer.status, answer.location]).toEqual([303, '/people/users?q=ada#row'])
    const { users, total } = (await browser.get(`${base}/api/users`)).json() as Users
    expect([users.length, total]).toEqual([5, 250])
    expectProblem(await browser.get('/api/users'), 404, 'not_found')
    expectProblem(await gatehouse.browser().get(`${base}/api/users`), 401, 'sign_in_required')
  })

  it('signs out under the path, and Microsoft leads back there', async () => {
    const browser = await gatehouse.signedIn()
    const kept = await browser.cookieHeader()
    const answer = await browser.post(`${base}/auth/sign-out`)
    const location = new URL((answer.json() as { location: string }).location)
    expect(location.searchParams.get('post_logout_redirect_uri')).toBe(`${publicUrl}/signed-out`)
    expect((await browser.send(`${base}/api/me`, { cookie: kept })).status).toBe(401)
  })

  it('signs out to a page of the app if Microsoft cannot be asked', async () => {
    const apart = await startGatehouse(appAt(publicUrl))
    try {
      apart.tenant.faults.set({
        at: 'discovery',
        kind: 'respondWith',
        answer: () => ({ status: 503, body: {} }),
      })
      const answer = await apart.browser().post(`${base}/auth/sign-out`)
      expect(answer.json()).toEqual({ location: '/people/signed-out?local=1' })
    } finally {
      await apart.close()
    }
  })

  it('that fails ends at the problem page of the app', async () => {
    const browser = gatehouse.browser()
    const start = await browser.startSignIn('/users')
    const answer = await browser.get(await browser.callbackFrom(start, { cancel: true }))
    const { pathname, searchParams } = new URL(answer.location, publicUrl)
    expect([pathname, searchParams.get('returnTo')]).toEqual(['/people/sign-in-problem', '/users'])
  })

  it('by a refused link shows a page whose ways lead under the path', async () => {
    const answer = await gatehouse.browser().get(`${base}/auth/sign-in?unknown=1`, person)
    expect(answer.status).toBe(400)
    expect(answer.headers['refresh']).toMatch(/^0; url=\/people\/sign-in-problem\?/)
    expect(hrefs(answer.text)).toEqual([expect.stringMatching(/^\/people\/sign-in-problem\?/)])
  })

  it('that the server starts by itself goes to Microsoft and back to the page', async () => {
    const browser = gatehouse.browser()
    const visitor = { ...person, 'user-agent': 'Mozilla/5.0 Chrome/150' }
    const first = await browser.get(`${base}/users?q=ada`, visitor)
    expect([first.status, first.location]).toEqual([
      303,
      '/people/auth/sign-in?returnTo=%2Fusers%3Fq%3Dada&prompt=none&automatic=true',
    ])
    const second = await browser.get(first.location, visitor)
    const { location } = await signInAtTenant(second.location)
    expect(location).toMatch(new RegExp(`^${publicUrl}/auth/redirect\\?`))
  })

  it('that an API asks for begins at an address under the path', async () => {
    const browser = await gatehouse.signedIn(60)
    gatehouse.tenant.faults.set({ at: 'users', kind: 'respondWith', answer: () => stepUp })
    const problem = expectProblem(
      await browser.get(`${base}/api/users`),
      401,
      'interaction_required',
    )
    expect(problem.signInUrl).toMatch(/^\/people\/auth\/sign-in\?/)
    const answer = await browser.get(continueUrl(problem.signInUrl ?? '', '/users'))
    expect([answer.status, answer.location]).toEqual([303, expect.stringContaining('/authorize?')])
  })

  it('of another session ends with a front-channel call under the path', async () => {
    const browser = await gatehouse.signedIn(5)
    const { claims } = (await browser.get(`${base}/api/claims`)).json() as {
      claims: { sid: string }
    }
    const frame = await gatehouse
      .browser()
      .get(`${base}/auth/front-channel-logout?sid=${claims.sid}`)
    expect(frame.status).toBe(200)
    expect((await browser.get(`${base}/api/me`)).status).toBe(401)
  })
})

/** Graph wants a stronger proof. */
const stepUp = {
  status: 401,
  headers: {
    'www-authenticate': `Bearer error="insufficient_claims", claims="${Buffer.from('{"access_token":{"acrs":{"essential":true,"value":"c1"}}}').toString('base64')}"`,
  },
  body: {},
}

describe('returnTo under a path', () => {
  it.each([
    ['/b/api', '/people/b/api'],
    ['/../b/x', '/people/b/x'],
    ['/%2e%2e/b/x', '/people/b/x'],
    ['/..\\b/x', '/people/b/x'],
    ['/.//evil.example', '/people/'],
    ['//evil.example', '/people/'],
    ['https://portal.example.test/b', '/people/'],
    ['/people/users', '/people/people/users'],
    ['/api/me', '/people/'],
    ['/x/../auth/sign-in', '/people/'],
  ])('%s ends at %s, and never at another app of the host', async (wanted, end) => {
    const browser = gatehouse.browser()
    const answer = await browser.signIn({ returnTo: wanted })
    expect(answer.location).toBe(end)
  })
})

describe('the built page under a path', () => {
  it.each([base, `${base}?q=1`, `${base}/`, `${base}/signed-out`])(
    'is served at %s',
    async (path) => {
      const browser = await gatehouse.signedIn()
      const answer = await browser.get(path, person)
      expect(answer.status).toBe(200)
      expect(answer.text).toContain('<html data-base-path="/people" lang="en">')
      expect(answer.text).toContain('src="/people/assets/app-abc123.js"')
      expect(answer.text).toContain('href="/people/api/session"')
      expect(answer.text).toContain('href="//elsewhere.example"')
      // The policy names it by hash.
      expect(answer.text).toContain(`<script>${script}</script><script type="module"`)
    },
  )

  it('has its files under the path, and nowhere else', async () => {
    const browser = gatehouse.browser()
    expect((await browser.get(`${base}/assets/app-abc123.js`)).status).toBe(200)
    expect((await browser.get('/assets/app-abc123.js')).status).toBe(404)
  })

  it('answers an unknown page under the path with its own page', async () => {
    const answer = await gatehouse.browser().get(`${base}/nowhere`, person)
    expect([answer.status, answer.text.includes('data-base-path')]).toEqual([404, true])
  })
})

describe('an address outside of the path', () => {
  it.each([
    '/',
    '/users',
    '/api/session',
    '/auth/sign-in',
    '/peoplex',
    '/peopleapi/session',
    '/peoplex/api/session',
    '/People/api/session',
    '/people%2Fapi/session',
    '/people%2fapi%2fsession',
    '/%70eople/api/session',
    '/people%2e/api/session',
    '/people;x/api/session',
    '/people\\api/session',
    '//people/api/session',
    '/./people/api/session',
    '/x/../people/api/session',
    '/b/people/api/session',
    '/people/../api/session',
    '/people/./api/session',
    '/people//api/session',
    '/people/%2e%2e/api/session',
    '/healthz/',
    '/healthz/x',
  ])('is not served: %s', async (path) => {
    const answer = await rawExchange(
      gatehouse.origin,
      `GET ${path} HTTP/1.1\r\nHost: portal.example.test\r\nConnection: close\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 404 /)
    expect(answer).not.toContain('signedIn')
  })

  it('in absolute form is refused, also with the path', async () => {
    const answer = await rawExchange(
      gatehouse.origin,
      `GET http://portal.example.test/people/api/session HTTP/1.1\r\nHost: portal.example.test\r\nConnection: close\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('shows a person a page that leads to the app, and not the app', async () => {
    const answer = await gatehouse.browser().get('/users', person)
    expect([answer.status, hrefs(answer.text)]).toEqual([404, ['/people/']])
    expect(answer.text).not.toContain('data-base-path')
  })

  it('is told of in the log once', async () => {
    for (let turn = 0; turn < 3; turn += 1) await gatehouse.browser().get('/api/session')
    const told = gatehouse.logs.filter((line) => line.includes('"event":"base_path_missing"'))
    expect(told).toHaveLength(1)
  })
})

describe('under a path', () => {
  it.each(Object.values(health))('%s answers with the path and without it', async (path) => {
    const browser = gatehouse.browser()
    const [alone, under] = [await browser.get(path), await browser.get(base + path)]
    expect([alone.status, under.status]).toEqual([200, 200])
    expect(under.text).toBe(alone.text)
  })

  it('the page of a failed navigation leads to the app', async () => {
    const answer = await gatehouse.browser().get(`${base}/api/me`, { accept: 'text/html' })
    expect([answer.status, hrefs(answer.text)]).toEqual([
      401,
      ['/people/auth/sign-in?returnTo=%2F'],
    ])
  })

  it('the page of a request that cannot be read leads to the app', async () => {
    const raw = await rawExchange(
      gatehouse.origin,
      `GET ${base}/ HTTP/1.1\r\nAccept: text/html\r\nContent-Length: x\r\n\r\n`,
    )
    expect(raw).toMatch(/^HTTP\/1\.1 400 /)
    expect(hrefs(raw)).toEqual(['/people/'])
  })

  it('the page for an administrator leads to the app', async () => {
    const { tenantId } = gatehouse.tenant
    const query = `admin_consent=True&tenant=${tenantId}`
    const first = await gatehouse.browser().get(`${base}/auth/redirect?${query}`, person)
    expect(first.location).toMatch(/^\/people\/auth\/admin-consent\?/)
    expect(hrefs((await gatehouse.browser().get(first.location, person)).text)).toEqual([
      '/people/',
    ])
  })

  it('a page that was opened at another host is redirected with its path', async () => {
    const elsewhere = { ...person, host: 'www.example.test' }
    const answer = await gatehouse.browser().get(`${base}/users?q=a`, elsewhere)
    expect([answer.status, answer.location]).toEqual([
      307,
      `${publicUrl}/users?q=a&host-redirect=done`,
    ])
    const outside = await gatehouse.browser().get('/users', elsewhere)
    expect([outside.status, outside.location]).toEqual([404, ''])
    expect((await gatehouse.browser().get(`${base}/healthz`, elsewhere)).status).toBe(200)
  })

  it('a change needs the Origin of the app, which has no path', async () => {
    const browser = await gatehouse.signedIn(3)
    const extend = (headers: Record<string, string>) =>
      browser.send(`${base}/api/session/extend`, { method: 'POST', headers })
    expect((await extend({ origin: 'https://portal.example.test' })).status).toBe(200)
    expectProblem(await extend({ origin: 'https://evil.example.test' }), 403, 'cross_site')
    expectProblem(await extend({ origin: publicUrl }), 403, 'cross_site')
    expectProblem(await extend({}), 403, 'cross_site')
  })

  it('the headers are those of an app at the root', async () => {
    const { headers } = await gatehouse.browser().get(`${base}/signed-out`, person)
    expect(headers['strict-transport-security']).toMatch(/^max-age=\d+/)
    expect(headers['content-security-policy']).toContain("base-uri 'none'")
  })

  it('routes in the log have no path, so that they are the same for each deployment', async () => {
    const browser = await gatehouse.signedIn(4)
    await browser.get(`${base}/api/me`)
    await browser.get('/somewhere/private')
    const lines = gatehouse.logs.map((line) => JSON.parse(line) as Record<string, unknown>)
    const routes = lines.filter(({ event }) => event === 'request').map(({ route }) => route)
    expect(routes).toContain('/api/me')
    expect(routes.join()).not.toMatch(/people|private|outside/)
  })

  it.each(Object.values(pages))('%s is a page', async (page) => {
    const answer = await (await gatehouse.signedIn()).get(base + page, person)
    expect(answer.status).toBe(200)
  })
})
