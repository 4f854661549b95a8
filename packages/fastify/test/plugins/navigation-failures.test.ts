import type { Dispatcher } from 'undici'
import { describe, expect, it } from 'vitest'
import { ProblemError } from '@gatehouse/fastify'
import type { Answer } from '@gatehouse/tenant/testing'
import { expectProblem, expectSafeHeaders } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { rawExchange } from '../support/raw-exchange.ts'

const gatehouse = useTestApp({
  config: { rateLimits: { perAddress: 20 } },
  extend: (app) => {
    app.get('/boom', { config: { allowFrom: 'anyone' } }, () => {
      throw new Error('the password is hunter2')
    })
    app.post('/busy', () => {
      throw new ProblemError('unavailable', 'Not now', { retryAfterS: 3 })
    })
  },
})

/** What Chrome sends with a navigation. */
const navigation = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
}

/** A whole page for a person, which runs nothing, and repeats nothing of the request. */
function expectPage(answer: Answer, status: number, title: string): void {
  expect([answer.status, answer.headers['content-type']]).toEqual([
    status,
    'text/html; charset=utf-8',
  ])
  expectSafeHeaders(answer)
  expect(answer.headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/=]+'; /,
  )
  expect(answer.text).toContain(`<h1>${title}</h1>`)
  expect(answer.text).toMatch(/<a href="\/[^/]?/)
  expect(answer.text).toMatch(/Request id: [\w-]{12}-[0-9a-z]+/)
  expect(answer.text).not.toMatch(/<script|SCAM|hunter2|"code":/)
}

describe('a navigation that fails gets a page, and a script the problem', () => {
  it.each<[number, string, Dispatcher.HttpMethod, string, Record<string, string>]>([
    [400, 'This link does not work', 'GET', '/api/%zz', {}],
    [400, 'This link does not work', 'GET', '/auth/front-channel-logout?sid=SCAM*', {}],
    [403, 'This address is not a page', 'GET', '/api/users', {}],
    [403, 'This address is not a page', 'GET', '/auth/sign-in', { 'sec-fetch-dest': 'iframe' }],
    [404, 'Page not found', 'GET', '/auth/SCAM', {}],
    [404, 'Page not found', 'GET', '/api/SCAM', {}],
    [405, 'This address cannot be opened this way', 'GET', '/auth/sign-out', {}],
    [405, 'This address cannot be opened this way', 'POST', '/auth/redirect', {}],
    [500, 'Something went wrong on our side', 'GET', '/boom', {}],
  ])('%i %s: %s %s', async (status, title, method, path, more) => {
    const browser = gatehouse().browser()
    const headers = { ...navigation, ...more }
    expectPage(await browser.send(path, { method, headers }), status, title)
    // A browser without Fetch Metadata says only what it accepts.
    if (status === 403) return
    const { accept } = navigation
    expectPage(await browser.send(path, { method, headers: { accept } }), status, title)
    const script = await browser.send(path, { method, headers: { accept: 'application/json' } })
    expect(script.headers['content-type']).toBe('application/problem+json')
  })

  it('503 in answer to a form does not go on by itself: that would be another request', async () => {
    const headers = { ...navigation, 'x-csrf': '1', 'sec-fetch-site': 'same-origin' }
    const answer = await gatehouse().browser().send('/busy', { method: 'POST', headers })
    expectPage(answer, 503, 'This page is not available just now')
    expect(answer.headers['retry-after']).toBe('3')
    expect(answer.headers['refresh']).toBeUndefined()
    expect(answer.text).not.toContain('by itself')
  })

  it('429 goes on by itself, at the same address', async () => {
    const browser = gatehouse().browser()
    let answer = await browser.get('/auth/sign-in?returnTo=/users', navigation)
    for (let more = 0; more < 30 && answer.status !== 429; more += 1) {
      answer = await browser.get('/auth/sign-in?returnTo=/users', navigation)
    }
    expectPage(answer, 429, 'Too many requests at once')
    const wait = String(answer.headers['retry-after'])
    expect(wait).toMatch(/^[1-9]\d?$/)
    // No address: the page itself is loaded again, so no address of a request can lead elsewhere.
    expect(answer.headers['refresh']).toBe(wait)
    expect(answer.text).toContain(`goes on by itself in ${wait} seconds`)
    expectProblem(await browser.get('/auth/sign-in'), 429, 'too_many_requests')
  })
})

describe('a request with too many cookies', () => {
  const cookies = (count: number, name: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => `${name(index)}=${'x'.repeat(1500)}`).join('; ')

  it('gets a page that removes the cookies of attempts, and no others', async () => {
    const cookie = `${cookies(12, (n) => `sign-in-${n}`)}; session-5173=mine; theme=dark`
    const answer = await gatehouse().browser().send('/', { cookie, headers: navigation })
    expectPage(answer, 431, 'Your browser sent too much')
    expect(answer.setCookies).toHaveLength(12)
    for (const line of answer.setCookies) {
      expect(line).toMatch(/^sign-in-\d+=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax$/)
    }
    const script = await gatehouse().browser().send('/api/session', { cookie })
    expectProblem(script, 431, 'invalid_request')
    expect(script.setCookies).toHaveLength(12)
  })

  it('gets a page that removes a hundred at most, each as browsers take it', async () => {
    const names = Array.from({ length: 150 }, (_, index) => `__Host-sign-in-${index}`)
    const cookie = `${names.map((name) => `${name}=1`).join('; ')}; other=${'x'.repeat(16_000)}`
    const { status, setCookies } = await gatehouse().browser().send('/', { cookie })
    expect([status, setCookies.length]).toEqual([431, 100])
    // A browser ignores a line about a cookie with that prefix that is not secure.
    for (const line of setCookies) {
      expect(line).toMatch(/^__Host-sign-in-\d+=; Max-Age=0; Path=\/; .*; Secure$/)
    }
  })

  it('gets the page beyond the limit of the parser too', async () => {
    const cookie = cookies(60, (n) => `sign-in-${n}`)
    const { accept } = navigation
    const text = await rawExchange(
      gatehouse().origin,
      `GET / HTTP/1.1\r\nHost: localhost:5173\r\nAccept: ${accept}\r\nCookie: ${cookie}\r\n\r\n`,
    )
    expect(text).toMatch(/^HTTP\/1\.1 431 /)
    expect(text).toMatch(/^set-cookie: sign-in-\d+=; Max-Age=0/m)
  })
})
