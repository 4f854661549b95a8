import { once } from 'node:events'
import type { Socket } from 'node:net'
import { problemMediaType } from '@gatehouse/contract/problem'
import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { openSocket, rawExchange } from '../support/raw-exchange.ts'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const gatehouse = useTestApp()

/** Sends raw bytes as a request, and times the answer. */
async function exchange(bytes: string): Promise<{ status: number; text: string; ms: number }> {
  const began = performance.now()
  const text = await rawExchange(gatehouse().origin, bytes)
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1])
  return { status, text, ms: performance.now() - began }
}

const head = 'GET /api/session HTTP/1.1\r\nHost: localhost:5173\r\nConnection: close\r\n'

/** Sends one byte of a request every half second, until the server closes the connection. */
async function dripped(origin: string, begin: string): Promise<{ text: string; ms: number }> {
  const began = performance.now()
  const socket = await openSocket(origin)
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  socket.write(begin)
  const drip = setInterval(() => socket.write('x'), 500)
  await once(socket, 'close')
  clearInterval(drip)
  return { text, ms: performance.now() - began }
}

/** Expects the app's own form of a refusal, from any part of the server. */
function expectOurRefusal(text: string): void {
  const [headers = '', body = ''] = text.split('\r\n\r\n')
  expect(headers).toContain(`content-type: ${problemMediaType}`)
  for (const line of [
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'referrer-policy: no-referrer',
    'permissions-policy: camera=()',
    "content-security-policy: default-src 'none'; frame-ancestors 'none'",
  ]) {
    expect(headers.toLowerCase()).toContain(line)
  }
  expect(headers).not.toMatch(/^(?:server|x-powered-by|set-cookie):/im)
  const problem = JSON.parse(body) as Record<string, unknown>
  expect(problem).toMatchObject({ code: 'invalid_request' })
  expect(problem['requestId']).toMatch(/^[\w-]{12}-[0-9a-z]+$/)
}

describe('a large request', () => {
  const many = (count: number, one: (index: number) => string, between: string) =>
    Array.from({ length: count }, (_, index) => one(index)).join(between)

  it.each([
    ['a header of 17 kB', `${head}X-Large: ${'x'.repeat(17 * 1024)}\r\n\r\n`, 431],
    ['1,500 cookies', `${head}Cookie: ${many(1500, (n) => `name${n}=value`, '; ')}\r\n\r\n`, 431],
    ['3,000 headers', `${head}${many(3000, (n) => `x-${n}: y`, '\r\n')}\r\n\r\n`, 431],
    // In less than 16 kB. A release of Node that takes them all drops what comes after them.
    [
      '2,000 short headers before a second Host',
      `${head}${many(2000, () => 'a:', '\r\n')}\r\nHost: evil.test\r\n\r\n`,
      431,
    ],
    [
      'a path of 60 kB',
      head.replace('/api/session', `/${'a'.repeat(60 * 1024)}`).concat('\r\n'),
      431,
    ],
    [
      '1,000 parameters at sign-out by Microsoft',
      head
        .replace('/api/session', `/auth/front-channel-logout?${many(1000, (n) => `p${n}=1`, '&')}`)
        .concat('\r\n'),
      400,
    ],
    [
      'a chunked body of 20 kB',
      head
        .replace('GET /api/session', 'POST /auth/sign-out')
        .concat('X-CSRF: 1\r\nContent-Type: application/json\r\n')
        .concat(`Transfer-Encoding: chunked\r\n\r\n4e20\r\n${' '.repeat(20_000)}\r\n0\r\n\r\n`),
      413,
    ],
  ])('with %s is refused at once, with the app’s own headers', async (_what, bytes, expected) => {
    const { status, text, ms } = await exchange(bytes)
    expect(status).toBe(expected)
    expect(ms).toBeLessThan(500)
    expectOurRefusal(text)
  })

  it('is answered the same with 1,000 small cookies of other apps', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    const own = await browser.cookieHeader()
    const cookie = `${many(1000, (n) => `c${n}=v`, '; ')}; ${own}`
    const began = performance.now()
    expect((await browser.send('/api/me', { cookie })).status).toBe(200)
    expect(performance.now() - began).toBeLessThan(200)
  })
})

describe('what is no request', () => {
  it('is answered on a connection that other requests had their answers on, as those of proxies', async () => {
    const socket = await openSocket(gatehouse().origin)
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost:5173\r\n\r\n')
    await once(socket, 'data')
    const answered = text
    socket.write('GET /\xff HTTP/1.1\r\nHost: localhost:5173\r\n\r\n', 'latin1')
    await once(socket, 'close')
    expect(answered).toMatch(/^HTTP\/1\.1 200 /)
    const refusal = text.slice(answered.length)
    expect(refusal).toMatch(/^HTTP\/1\.1 400 /)
    expect(refusal).toContain('connection: close')
    expectOurRefusal(refusal)
  })

  it('ends the connection without a second answer if it was answered before its body had come', async () => {
    const socket = await openSocket(gatehouse().origin)
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
    const post = 'POST /auth/sign-out HTTP/1.1\r\nHost: localhost:5173\r\nX-CSRF: 1\r\n'
    socket.write(`${post}Transfer-Encoding: chunked\r\n\r\n`)
    await once(socket, 'data')
    const answered = text
    socket.write('NONSENSE\r\n\r\n')
    await once(socket, 'close')
    expect(answered).toMatch(/^HTTP\/1\.1 415 /)
    expect(text).toBe(answered)
  })
})

describe('a request with two meanings', () => {
  const post =
    'POST /auth/sign-out HTTP/1.1\r\nHost: localhost:5173\r\nX-CSRF: 1\r\nContent-Type: application/json\r\n'

  it.each([
    [
      'both lengths',
      `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
    ],
    ['its length twice', `${post}Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello`],
    ['a length of words', `${post}Content-Length: 0x5\r\n\r\nhello`],
    ['a length below zero', `${post}Content-Length: -1\r\n\r\n`],
    ['chunks that are no last coding', `${post}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`],
    ['a chunk of no size', `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`],
    ['a folded header', `${head}X-Folded: one\r\n two\r\n\r\n`],
    ['a space before the colon', `${head}X-Spaced : one\r\n\r\n`],
    ['line feeds alone', `${head}\r\n`.replaceAll('\r\n', '\n')],
    ['no Host', `${head}\r\n`.replace('Host: localhost:5173\r\n', '')],
    ['two Hosts', `${head}Host: evil.test\r\n\r\n`],
    ['two equal Hosts', `${head}HOST: localhost:5173\r\n\r\n`],
    [
      'its address in absolute form',
      `${head}\r\n`.replace('/api/session', 'http://localhost:5173/api/session'),
    ],
    ['another site’s address', `${head}\r\n`.replace('/api/session', 'http://evil.test/')],
    ['an invalid address', `${head}\r\n`.replace('/api/session', 'api')],
    ['a null byte in a header', `${head}X-Null: a\0b\r\n\r\n`],
    ['bytes that are not HTTP', '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n'],
  ])('is answered once, with 400: %s', async (_what, bytes) => {
    const { status, text } = await exchange(bytes)
    expect(status).toBe(400)
    expect(text.match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
    expectOurRefusal(text)
  })
})

describe('the server', () => {
  it('serves other requests at once during 500 idle connections, and closes each of those', async () => {
    const { origin, app } = gatehouse()
    const idle = await Promise.all(Array.from({ length: 500 }, () => openSocket(origin)))
    try {
      const browser = gatehouse().browser()
      const began = performance.now()
      expect((await browser.get('/api/session')).status).toBe(200)
      expect(performance.now() - began).toBeLessThan(200)
      const { timeout, headersTimeout, requestTimeout } = app.server
      for (const ms of [timeout, headersTimeout, requestTimeout]) {
        expect(ms).toBeGreaterThan(0)
        expect(ms).toBeLessThanOrEqual(30_000)
      }
    } finally {
      for (const socket of idle) socket.destroy()
    }
  })

  it(
    'closes a connection after ten seconds if its request drips in, headers or body',
    { tags: ['thorough'] },
    async () => {
      const { origin } = gatehouse()
      const post = 'POST /auth/sign-out HTTP/1.1\r\nHost: localhost:5173\r\nX-CSRF: 1\r\n'
      const body = `${post}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`
      const texts = await Promise.all([head, body].map((begin) => dripped(origin, begin)))
      for (const { text, ms } of texts) {
        expect(text).toMatch(/^HTTP\/1\.1 408 /)
        expectOurRefusal(text)
        expect(ms).toBeLessThan(14_000)
      }
    },
  )

  it('closes a connection whose request took too long also if its client neither reads nor closes', async () => {
    const { origin, app } = gatehouse()
    const { headersTimeout } = app.server
    app.server.headersTimeout = 200
    const opened = once(app.server, 'connection') as Promise<[Socket]>
    const socket = await openSocket(origin)
    const [atServer] = await opened
    socket.write(head)
    const drip = setInterval(() => socket.write('x'), 100)
    try {
      await expect.poll(() => atServer.destroyed, { timeout: 6000 }).toBe(true)
    } finally {
      clearInterval(drip)
      socket.destroy()
      app.server.headersTimeout = headersTimeout
    }
  })

  it('ignores an unknown Expect header', async () => {
    const { status, text } = await exchange(`${head}Expect: the-unexpected\r\n\r\n`)
    expect(status).toBe(200)
    expect(text.toLowerCase()).toContain('x-content-type-options: nosniff')
  })

  it.each(['/api/session', '/auth/sign-in', '/auth/redirect', '/healthz'])(
    'refuses TRACE and an unknown method at %s',
    async (path) => {
      const { status } = await exchange(`${head}\r\n`.replace('GET /api/session', `BREW ${path}`))
      expect(status).toBe(400)
      const headers = { 'x-csrf': '1' }
      const answer = await gatehouse().browser().send(path, { method: 'TRACE', headers })
      expectProblem(answer, 405, 'method_not_allowed')
    },
  )
})
