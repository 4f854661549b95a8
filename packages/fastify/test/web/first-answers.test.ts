/** What a page brings with it: answers of the API, for the person who opened it and nobody else. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Users } from '@gatehouse/shared/users'
import { createBrowser, type Answer, type Browser } from '@gatehouse/tenant/testing'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { describe, expect, it } from 'vitest'
import { openSocket } from '../support/raw-exchange.ts'
import { appAt } from '../support/under-path.ts'

const preload = '<link rel="preload" href="/api/session" as="fetch" crossorigin="anonymous" />'
const html = `<!doctype html><html><head>${preload}</head><body>
<script id="session-answer" type="application/json"></script><div id="root"></div>
<script id="first-answers" type="application/json"></script></body></html>`
const built = { root: import.meta.dirname, html, headers: { 'x-of-page': 'yes' } }
const hasty = { built, config: { requestLog: 'all' } }
/** Waits for its data on a busy machine, too. */
const options = { ...hasty, firstAnswersMs: 10_000 }
const gatehouse = useTestApp(options)

const visit = {
  accept: 'text/html',
  'sec-fetch-site': 'none',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}

async function signedIn(app = gatehouse): Promise<Browser> {
  const browser = app().browser()
  await browser.signIn()
  return browser
}

interface Embedded {
  status: number
  retryAfter?: string
  body: unknown
}

/** The answers in the two elements, as a browser finds them. */
function wholeAnswersIn({ text }: Answer): Record<string, Embedded> {
  const blocks = [
    ...text.matchAll(/<script id="[^"]*" type="application\/json">([^]*?)<\/script>/g),
  ]
  expect(blocks).toHaveLength(2)
  const answers = blocks.map(([, json]) => JSON.parse(json || '{}') as Record<string, Embedded>)
  return { ...answers[0], ...answers[1] }
}

/** Their bodies. */
function answersIn(page: Answer): Record<string, unknown> {
  const answers = Object.entries(wholeAnswersIn(page))
  return Object.fromEntries(answers.map(([address, { body }]) => [address, body]))
}

const firstUsers = '/api/users?top=25&sort=name'
const graphCalls = (app = gatehouse) => app().tenant.journal.count('users')
/** The log lines of requests since `written`, by route. */
const requestLines = (written: number) =>
  gatehouse()
    .logs.slice(written)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event === 'request')

/** Makes Graph answer after `ms`. */
function slowGraph(app: typeof gatehouse, ms: number): { ended: () => boolean } {
  let ended = false
  app().tenant.faults.set({
    at: 'users',
    kind: 'respondWith',
    answer: async ({ raw }) => {
      raw.socket.once('close', () => (ended = true))
      await sleep(ms, undefined, { ref: false })
      return undefined
    },
  })
  return { ended: () => ended }
}

describe('a page', () => {
  it('brings the session and its first data, exactly as the API gives them', async () => {
    const browser = await signedIn()
    const page = await browser.get('/users?sort=-name', visit)
    const address = '/api/users?top=25&sort=-name'
    const answers = answersIn(page)
    expect(Object.keys(answers)).toEqual(['/api/session', address, '/api/organisation'])
    const session = (await browser.get('/api/session')).json() as object
    // It is of before the data was asked for, which extends the session.
    const times = { now: expect.any(String) as string, expiresAt: expect.any(String) as string }
    expect(answers['/api/session']).toEqual({ ...session, ...times })
    const { next, ...users } = (await browser.get(address)).json() as Users
    expect(answers[address]).toEqual({ ...users, next: expect.any(String) as string })
    // The cursor belongs to this session: it opens.
    const cursor = (answers[address] as Users).next ?? ''
    expect((await browser.get(`/api/users?cursor=${encodeURIComponent(cursor)}`)).status).toBe(200)
    expect(next).not.toBeNull()
  })

  it('brings what a search finds', async () => {
    const browser = await signedIn()
    const page = await browser.get('/users?q=an%20&sort=wrong&user=x', visit)
    const address = '/api/users?top=25&sort=name&search=an'
    expect(answersIn(page)[address]).toEqual((await browser.get(address)).json())
  })

  it('brings what a search with a question mark finds', async () => {
    const page = await (await signedIn()).get('/users?q=who?&sort=-name', visit)
    expect(answersIn(page)).toHaveProperty(['/api/users?top=25&sort=-name&search=who%3F'])
  })

  it('keeps its headers, is kept by no shared cache, and asks for nothing that it has', async () => {
    const { headers, text } = await (await signedIn()).get('/claims', visit)
    expect(headers).toMatchObject({
      'cache-control': 'private, no-cache',
      vary: 'Cookie, Accept-Encoding',
      'content-type': 'text/html; charset=utf-8',
      'x-of-page': 'yes',
      'x-accel-buffering': 'no',
    })
    expect(text).not.toContain('rel="preload"')
  })

  it('brings a signed-out session and no data, and asks Graph nothing', async () => {
    const page = await gatehouse().browser().get('/users', visit)
    expect(answersIn(page)).toEqual({
      '/api/session': expect.objectContaining({ signedIn: false }),
    })
    expect(graphCalls()).toBe(0)
  })

  it('takes the cookie of a session that has ended, as the API does', async () => {
    const browser = await signedIn()
    const cookie = await browser.cookieHeader()
    await browser.post('/auth/sign-out')
    const page = await gatehouse().browser().send('/users', { cookie, headers: visit })
    expect(answersIn(page)).toEqual({
      '/api/session': expect.objectContaining({ signedIn: false, ended: true }),
    })
    expect(page.setCookies).toEqual([expect.stringMatching(/^session[^=]*=; Max-Age=0/)])
  })

  it('that does not exist brings the session, too', async () => {
    const page = await (await signedIn()).get('/no-such-page', visit)
    expect(page.status).toBe(404)
    expect(Object.keys(answersIn(page))).toEqual(['/api/session'])
  })

  it('has one address: with a slash behind it, the way leads there', async () => {
    const browser = await signedIn()
    const to = async (url: string) => {
      const { status, location } = await browser.get(url, visit)
      return [status, location && new URL(location, `http://app.test${url}`).href]
    }
    expect(await to('/users/?q=a/&page=2')).toEqual([308, 'http://app.test/users?q=a/&page=2'])
    expect(await to('/users/')).toEqual([308, 'http://app.test/users'])
    expect((await to('/users//'))[0]).toBe(404)
    expect((await to('/no-such-page/'))[0]).toBe(404)
    expect((await to('/'))[0]).toBe(200)
    // Never from the root: behind one slash, `\\evil.test` of a page's parameter would be another host.
    expect((await browser.get('/users/', visit)).location).toBe('../users')
  })

  it('asks for a later page of users itself, which takes Graph longer', async () => {
    const page = await (await signedIn()).get('/users?page=2', visit)
    expect(Object.keys(answersIn(page))).toEqual(['/api/session', '/api/organisation'])
    expect(graphCalls()).toBe(0)
  })
})

describe('a page that nobody looks at yet', () => {
  it.each([
    ['a prefetch', { 'sec-purpose': 'prefetch' }],
    ['a prerendering', { 'sec-purpose': 'prefetch;prerender' }],
    ['a prefetch of an older browser', { purpose: 'prefetch' }],
    ['a preview', { 'x-purpose': 'preview' }],
    ['a prefetch of Firefox', { 'x-moz': 'prefetch' }],
    ['a frame', { 'sec-fetch-dest': 'iframe' }],
    ['a fetch', { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }],
    ['an image', { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' }],
  ])('%s has no answers, and the address that it asks', async (_what, headers) => {
    const browser = await signedIn()
    const page = await browser.get('/users', { ...visit, ...headers })
    expect(page.status).toBe(200)
    expect(page.text).toBe(html)
    expect(page.headers['cache-control']).toBe('no-cache')
    expect(graphCalls()).toBe(0)
  })

  it('HEAD has the headers alone, and asks the API nothing', async () => {
    const browser = await signedIn()
    const written = gatehouse().logs.length
    const answer = await browser.send('/users', { method: 'HEAD', headers: visit })
    expect(answer).toMatchObject({ status: 200, text: '', setCookies: [] })
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-cache', 'x-of-page': 'yes' })
    expect(answer.headers).not.toHaveProperty('content-length')
    expect(requestLines(written)).toHaveLength(1)
    expect(graphCalls()).toBe(0)
  })
})

describe('what a page brings', () => {
  const names = [
    '</script><script>globalThis.attacked = 1</script>',
    '<!--<script>',
    ']]><svg onload=alert(1)>',
    'line\u2028and paragraph\u2029ends',
    'half a pair \ud83d of surrogates',
    '\\u003c and \\ and "quotes"',
    '\u0000\u001f\u007f\ufeff',
  ]

  it('is text, whatever people are called', async () => {
    const people = names.map((displayName, at) => ({
      id: `00000000-0000-4000-8000-00000000000${at}`,
      displayName,
      givenName: null,
      surname: null,
      mail: null,
      userPrincipalName: `u${at}@example.com`,
    }))
    const body = JSON.stringify({ value: people })
    const contentType = 'application/json'
    gatehouse().tenant.faults.set({ at: 'users', kind: 'respond', status: 200, body, contentType })
    const browser = await signedIn()
    const page = await browser.get('/users', visit)
    const { users } = answersIn(page)[firstUsers] as Users
    const { users: asked } = (await browser.get(firstUsers)).json() as Users
    expect(users.map(({ displayName }) => displayName)).toEqual(
      asked.map(({ displayName }) => displayName),
    )
    expect(users.map(({ displayName }) => displayName)).toEqual(names)
    expect(page.text).not.toMatch(/<(?:!--|svg)|[\u2028\u2029]/)
    expect(page.text.match(/<\/?script/g)).toHaveLength(4)
  })

  it('is a failure as the API names it, so that nothing is asked twice at once', async () => {
    const throttled = { kind: 'graphError', status: 429, code: 'TooManyRequests' } as const
    gatehouse().tenant.faults.set({ at: 'users', ...throttled, retryAfter: '7' })
    const browser = await signedIn()
    const page = await browser.get('/users', visit)
    expect(page.status).toBe(200)
    const { status, retryAfter, body } = wholeAnswersIn(page)[firstUsers] ?? {}
    expect([status, retryAfter]).toEqual([429, '7'])
    const asked = (await browser.get(firstUsers)).json() as object
    const ids = { requestId: expect.any(String) as string, traceId: expect.any(String) as string }
    expect(body).toEqual({ ...asked, ...ids })
  })

  it('counts as requests of the session, which has its limit', async () => {
    const browser = await signedIn()
    let last = await browser.get('/api/me')
    while (last.status === 200) last = await browser.get('/api/me')
    expectProblem(last, 429, 'too_many_requests')
    const page = await browser.get('/claims', visit)
    expect(page.status).toBe(200)
    expect(page.text).toBe(html)
  })

  it('has log lines like other requests, in the trace of the page', async () => {
    const browser = await signedIn()
    const written = gatehouse().logs.length
    await browser.get('/claims', visit)
    await expect.poll(() => requestLines(written).length).toBe(4)
    const lines = requestLines(written).map(({ route, status, clientGone }) => [
      route,
      status,
      clientGone,
    ])
    expect(lines).toEqual([
      ['/api/session', 200, undefined],
      ['/api/claims', 200, undefined],
      ['/api/organisation', 200, undefined],
      ['/claims', 200, undefined],
    ])
    expect(new Set(requestLines(written).map(({ trace_id: trace }) => trace)).size).toBe(1)
  })
})

const inHaste = useTestApp(hasty)

describe('a page whose data is slow', () => {
  it('comes without it, ends the call, and asks again only after a pause', async () => {
    const { tenant, logs } = inHaste()
    const browser = await signedIn(inHaste)
    const { ended } = slowGraph(inHaste, 3000)
    const written = logs.length
    const began = performance.now()
    const page = await browser.get('/users', visit)
    expect(performance.now() - began).toBeLessThan(2000)
    expect(answersIn(page)).not.toHaveProperty([firstUsers])
    await expect.poll(ended).toBe(true)
    expect(logs.slice(written).filter((line) => /"level":[56]0/.test(line))).toEqual([])

    tenant.faults.clear()
    tenant.journal.clear()
    expect(Object.keys(answersIn(await browser.get('/users', visit)))).toEqual(['/api/session'])
    expect(graphCalls(inHaste)).toBe(0)
    await expect
      .poll(async () => {
        inHaste().advance(10_000)
        return answersIn(await browser.get('/users', visit))
      })
      .toHaveProperty([firstUsers])
  })

  it('waits no longer for its data if the clock is set back meanwhile', async () => {
    inHaste().advance(30_000)
    const browser = await signedIn(inHaste)
    slowGraph(inHaste, 3000)
    await browser.get('/users', visit)
    inHaste().tenant.faults.clear()
    expect(answersIn(await browser.get('/users', visit))).not.toHaveProperty([firstUsers])
    await expect
      .poll(async () => {
        inHaste().advance(-60_000)
        return answersIn(await browser.get('/users', visit))
      })
      .toHaveProperty([firstUsers])
  })

  it('sends its head before the data is there', async () => {
    const cookie = await (await signedIn()).cookieHeader()
    slowGraph(gatehouse, 1000)
    const socket = await openSocket(gatehouse().origin)
    let received = ''
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
    socket.write(`GET /users HTTP/1.1\r\nHost: localhost:5173\r\nCookie: ${cookie}\r\n\r\n`)
    await expect.poll(() => received, { interval: 1 }).toContain('<div id="root">')
    expect(received).not.toContain('</html>')
    await expect.poll(() => received).toContain('</html>')
    socket.destroy()
  })

  it('ends the call if the browser leaves', async () => {
    const cookie = await (await signedIn()).cookieHeader()
    const { ended } = slowGraph(gatehouse, 3000)
    const socket = await openSocket(gatehouse().origin)
    socket.write(`GET /users HTTP/1.1\r\nHost: localhost:5173\r\nCookie: ${cookie}\r\n\r\n`)
    await expect.poll(() => graphCalls(), { interval: 1 }).toBe(1)
    socket.destroy()
    await expect.poll(ended).toBe(true)
  })

  it('leaves no listener on a connection that is used again', async () => {
    inHaste().advance(30_000)
    const browser = await signedIn(inHaste)
    const counts: number[] = []
    inHaste().app.server.on('request', ({ socket }: { socket: NodeJS.EventEmitter }) => {
      counts.push(socket.listenerCount('close'))
    })
    for (let turn = 0; turn < 15; turn += 1) await browser.get('/claims', visit)
    expect(Math.max(...counts)).toBeLessThanOrEqual((counts[0] ?? 0) + 1)
  })
})

const [oldKey, newKey] = [randomBytes(32), randomBytes(32)].map((key) => key.toString('base64'))
const rotating = useTestApp({ ...options, env: { SESSION_KEYS: String(oldKey) } })

describe('a session cookie that has to be sealed again', () => {
  it('is, by an answer of the API, because the page has begun by then', async () => {
    const browser = rotating().browser()
    await browser.signIn()
    await rotating().restart({ SESSION_KEYS: `${newKey},${oldKey}` })
    const later = createBrowser(rotating().origin, rotating().publicUrl, browser.jar)
    const page = await later.get('/claims', visit)
    expect(page.setCookies).toEqual([])
    expect(Object.keys(answersIn(page))).toEqual(['/api/session'])
    expect((await later.get('/api/claims')).setCookies).toHaveLength(1)
    expect(answersIn(await later.get('/claims', visit))).toHaveProperty('/api/claims')
  })
})

const underPath = useTestApp(appAt('https://portal.example.test/people', options))

describe('a page under a path', () => {
  it('names answers by the paths of the app, without the path that it is served under', async () => {
    const browser = createBrowser(underPath().origin, underPath().publicUrl)
    await browser.signIn()
    const page = await browser.get('/people/users', visit)
    const addresses = ['/api/session', firstUsers, '/api/organisation']
    expect(Object.keys(answersIn(page))).toEqual(addresses)
    expect(page.text).not.toContain('rel="preload"')
  })
})
