import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { publicUrl } from '@gatehouse/test-support/gatehouse'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

type Headers = Record<string, string | string[]>

/** Sends a sign-out that must be refused. @returns the session afterwards */
async function afterForged(headers: Headers, body?: string): Promise<number> {
  const browser = await gatehouse().signedIn()
  const answer = await browser.send('/auth/sign-out', {
    method: 'POST',
    headers,
    ...(body !== undefined && { body }),
  })
  expectProblem(answer, 403, 'cross_site')
  return (await browser.get('/api/me')).status
}

describe('a change', () => {
  it.each<[string, Headers]>([
    ['a form of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
    [
      'a form of another site and an x-csrf header',
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test', 'x-csrf': '1' },
    ],
    ['another site and an x-csrf header', { 'sec-fetch-site': 'cross-site', 'x-csrf': '1' }],
    ['another site and our origin', { 'sec-fetch-site': 'cross-site', origin: publicUrl }],
    ['a sibling domain', { 'sec-fetch-site': 'same-site', origin: 'http://evil.localhost:5173' }],
    ['another port of this host', { origin: 'http://localhost:5174' }],
    ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['the origin "null"', { origin: 'null' }],
    ['the origin "null" and an x-csrf header', { origin: 'null', 'x-csrf': '1' }],
    ['Sec-Fetch-Site: none', { 'sec-fetch-site': 'none' }],
    ['the cookie and no other proof', {}],
    ['two Sec-Fetch-Site headers', { 'sec-fetch-site': ['same-origin', 'cross-site'] }],
    ['two values in one Sec-Fetch-Site header', { 'sec-fetch-site': 'same-origin, cross-site' }],
    ['two x-csrf headers', { 'x-csrf': ['1', '1'] }],
    ['two Origin headers', { origin: [publicUrl, 'https://evil.test'] }],
    ['another value of x-csrf', { 'x-csrf': 'true' }],
    ['an origin that only begins like ours', { origin: `${publicUrl}.evil.test` }],
  ])('is refused and leaves the session alive with %s', async (_what, headers) => {
    expect(await afterForged(headers)).toBe(200)
  })

  it('is refused with what to send, if nothing says that another site sent it', async () => {
    const browser = await gatehouse().signedIn()
    const send = (headers: Headers) => browser.send('/auth/sign-out', { method: 'POST', headers })
    const detail = async (headers: Headers) => (await send(headers)).json()
    expect(await detail({})).toMatchObject({
      detail: 'A change needs the header x-csrf: 1, unless a page of this app sends it.',
    })
    const fromElsewhere = { detail: 'This request came from another site.' }
    expect(await detail({ origin: 'https://evil.test' })).toMatchObject(fromElsewhere)
    expect(await detail({ 'sec-fetch-site': 'cross-site' })).toMatchObject(fromElsewhere)
  })

  it('names allowFrom if a page of this app reads in a way that the route does not take', async () => {
    const browser = await gatehouse().signedIn()
    const own = { 'sec-fetch-site': 'same-origin' }
    const picture = { ...own, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }
    const script = { ...own, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }
    const details = [
      await browser.get('/api/me', picture),
      await browser.get('/auth/sign-in', script),
    ].map((answer) => expectProblem(answer, 403, 'cross_site').detail)
    expect(
      details.filter((detail) => !/allowFrom in the config of its route/.test(detail)),
    ).toEqual([])
  })

  it.each([
    ['text/plain', 'x=1'],
    ['application/x-www-form-urlencoded', 'x=1'],
    ['multipart/form-data; boundary=x', '--x--'],
    [undefined, ''],
  ])('is refused with a body that any form can send and no other proof: %s', async (type, body) => {
    const headers = type === undefined ? {} : { 'content-type': type }
    expect(await afterForged(headers, body)).toBe(200)
  })

  it.each<[string, Headers]>([
    ['this page, by Fetch Metadata', { 'sec-fetch-site': 'same-origin' }],
    ['this page, by its origin', { origin: publicUrl }],
    ['a client with the x-csrf header', { 'x-csrf': '1' }],
  ])('is accepted from %s', async (_what, headers) => {
    const browser = await gatehouse().signedIn()
    const answer = await browser.send('/api/session/extend', { method: 'POST', headers })
    expect(answer.status).toBe(200)
  })

  it('is never a GET', async () => {
    const browser = await gatehouse().signedIn()
    const answer = await browser.get('/auth/sign-out', { 'sec-fetch-dest': 'image' })
    expectProblem(answer, 405, 'method_not_allowed')
    expect((await browser.get('/api/me')).status).toBe(200)
  })

  it.each<[string, Headers, string]>([
    ['X-HTTP-Method-Override', { 'x-http-method-override': 'POST' }, '/auth/sign-out'],
    ['X-HTTP-Method', { 'x-http-method': 'POST' }, '/auth/sign-out'],
    ['_method', {}, '/auth/sign-out?_method=POST'],
  ])('is not made of a GET by %s', async (_what, headers, path) => {
    const browser = await gatehouse().signedIn()
    const answer = await browser.send(path, { headers: { ...headers, 'x-csrf': '1' } })
    expect(answer.status).toBe(405)
    expect((await browser.get('/api/me')).status).toBe(200)
  })
})

describe('a read', () => {
  it('needs the cookie only', async () => {
    const browser = await gatehouse().signedIn()
    expect((await browser.get('/api/users')).status).toBe(200)
    expect((await browser.get('/api/users', { 'sec-fetch-site': 'none' })).status).toBe(200)
    expect((await browser.get('/api/users', { 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  })

  it.each([
    [
      'a script',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'script', 'sec-fetch-mode': 'no-cors' },
    ],
    ['a sibling domain', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
  ])('is refused from %s of another site', async (_what, headers) => {
    const browser = await gatehouse().signedIn()
    for (const path of ['/api/users', '/api/me', '/api/claims', '/api/session']) {
      expectProblem(await browser.get(path, headers), 403, 'cross_site')
    }
    expect(gatehouse().tenant.journal.count('users')).toBe(0)
  })

  it('is refused in an address bar, also of a browser that does not name the destination', async () => {
    const browser = await gatehouse().signedIn()
    for (const more of [{}, { 'sec-fetch-dest': 'document' }]) {
      const headers = { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', ...more }
      expect((await browser.get('/api/me', headers)).status).toBe(403)
    }
  })

  it('is refused from a link of another site, with a page', async () => {
    const browser = await gatehouse().signedIn()
    const headers = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-dest': 'document',
      'sec-fetch-mode': 'navigate',
    }
    for (const path of ['/api/users', '/api/me', '/api/claims', '/api/session']) {
      const answer = await browser.get(path, headers)
      expect([answer.status, answer.headers['content-type']]).toEqual([
        403,
        'text/html; charset=utf-8',
      ])
      expect(answer.text).not.toContain('{"')
    }
    expect(gatehouse().tenant.journal.count('users')).toBe(0)
  })

  it('gives an object that no script tag can run, marked for this origin', async () => {
    const browser = await gatehouse().signedIn()
    const answer = await browser.get('/api/users')
    expect(answer.text.startsWith('{')).toBe(true)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    })
  })

  it('may come from anywhere if a person navigates to the sign-in', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect((await gatehouse().browser().get('/auth/sign-in', headers)).status).toBe(303)
  })

  it.each(['sec-purpose', 'purpose', 'x-purpose', 'x-moz'])(
    'starts no sign-in that nobody has asked for yet: %s',
    async (name) => {
      const headers = { 'sec-fetch-mode': 'navigate', [name]: 'prefetch;prerender' }
      const answer = await gatehouse().browser().get('/auth/sign-in', headers)
      expect([answer.status, answer.headers['set-cookie']]).toEqual([403, undefined])
    },
  )
})

describe('another origin', () => {
  it.each([
    'https://evil.test',
    'null',
    'https://app.test.evil.test',
    `${publicUrl}.evil.test`,
    'http://evillocalhost:5173',
  ])('gets no CORS permission: %s', async (origin) => {
    const browser = await gatehouse().signedIn()
    for (const path of ['/api/users', '/auth/sign-out', '/nowhere']) {
      const preflight = await browser.send(path, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'x-csrf',
        },
      })
      const read = await browser.send(path, { headers: { origin } })
      for (const answer of [preflight, read]) {
        const names = Object.keys(answer.headers).filter((name) =>
          name.startsWith('access-control-'),
        )
        expect([path, names]).toEqual([path, []])
        expect(JSON.stringify(answer.headers)).not.toContain('evil')
      }
      expect(preflight.status).toBeGreaterThanOrEqual(400)
    }
  })
})
