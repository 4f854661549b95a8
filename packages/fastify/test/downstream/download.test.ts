/** An API's answer that is passed on to the browser as it arrives. */
import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { startGatehouse } from '@gatehouse/test-support/gatehouse'
import type { Browser } from '@gatehouse/tenant/testing'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { transferLimits } from '../../src/downstream/streams/client.ts'
import { flowLimits } from '../../src/downstream/streams/flow.ts'
import { openAnswer, readAll } from '../support/streaming.ts'
import { json, startUpstream } from '../support/upstream.ts'

const upstream = await startUpstream()
let options: Parameters<FastifyReply['streamFromApi']>[2] = {}
const unlimited = 1_000_000
const settings = {
  config: {
    rateLimits: { perAddress: unlimited, perSession: unlimited },
    downstreamApis: {
      files: { baseUrl: `${upstream.url}/v2`, scopes: ['User.ReadBasic.All'], timeoutSeconds: 2 },
    },
  },
  extend: (app: FastifyInstance) => {
    app.get('/test/file', { onRequest: app.requireSignIn }, (_request, reply) =>
      reply.streamFromApi('files', '/files/1', options),
    )
  },
}
const gatehouse = useTestApp(settings)
afterAll(() => upstream.close())
const usualWindowMs = flowLimits.windowMs
afterEach(() => {
  flowLimits.windowMs = usualWindowMs
})

async function signedIn(): Promise<Browser> {
  options = {}
  const browser = gatehouse().browser()
  await browser.signIn()
  return browser
}

const open = (browser: Browser) => openAnswer(gatehouse(), browser, '/test/file')
const file = { 'content-type': 'application/pdf' }

/** Sends for as long as the other side takes it. @returns how many bytes so far */
function endless(response: ServerResponse): () => number {
  let sent = 0
  const chunk = Buffer.alloc(64 * 1024, 'a')
  const more = () => {
    do sent += chunk.length
    while (!response.destroyed && response.write(chunk))
  }
  response.on('drain', more)
  more()
  return () => sent
}

describe('a file of an API', () => {
  it('arrives whole, byte by byte, with its type and length', async () => {
    const browser = await signedIn()
    options = { fileName: 'Übersicht "1".pdf', query: { v: '2' } }
    const content = Buffer.alloc(20 * 1024 * 1024, 'abcdefg')
    upstream.answers((response) =>
      response.writeHead(200, { ...file, 'content-length': content.length }).end(content),
    )
    const { statusCode, headers, body } = await open(browser)
    const { bytes, isWhole } = await readAll(body)
    expect([statusCode, isWhole, bytes.length]).toEqual([200, true, content.length])
    const sha = (data: Buffer) => createHash('sha256').update(data).digest('hex')
    expect(sha(bytes)).toBe(sha(content))
    expect(headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': String(content.length),
      'content-disposition': `attachment; filename="_bersicht _1_.pdf"; filename*=UTF-8''%C3%9Cbersicht%20%221%22.pdf`,
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    expect(upstream.calls[0]).toMatchObject({ method: 'GET', path: '/v2/files/1?v=2' })
  })

  it('that the API does not have (204) is empty, whatever length the API says', async () => {
    const browser = await signedIn()
    upstream.answers((response) => response.writeHead(204, { 'content-length': '5' }).end())
    const startedAt = performance.now()
    const { statusCode, headers, body } = await open(browser)
    expect(await readAll(body)).toMatchObject({ isWhole: true, bytes: Buffer.alloc(0) })
    expect([statusCode, headers['content-length']]).toEqual([200, '0'])
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })

  it.each([
    ['x'.repeat(300) + '.pdf', 'x'.repeat(196) + '.pdf'],
    ['x'.repeat(195) + '😀'.repeat(50) + '.pdf', 'x'.repeat(195) + '.pdf'],
    ['x'.repeat(199) + '😀', 'x'.repeat(199)],
    ['x'.repeat(196) + '.pdf', 'x'.repeat(196) + '.pdf'],
  ])('keeps the ending of a long name: %s', async (fileName, saved) => {
    const browser = await signedIn()
    options = { fileName }
    upstream.answers((response) => response.writeHead(200, file).end('x'))
    const { headers, body } = await open(browser)
    await readAll(body)
    expect(headers['content-disposition']).toBe(
      `attachment; filename="${saved}"; filename*=UTF-8''${saved}`,
    )
  })

  it('waits for a browser that does not read: nothing piles up', async () => {
    const browser = await signedIn()
    let sent = () => 0
    upstream.answers((response) => {
      response.writeHead(200, file)
      sent = endless(response)
    })
    const { body } = await open(browser)
    let last = -1
    await expect
      .poll(() => {
        const stopped = sent() === last && last > 0
        last = sent()
        return stopped
      })
      .toBe(true)
    // Socket buffers of both connections hold a few megabytes.
    expect(last).toBeLessThan(40_000_000)
    body.destroy()
    await expect.poll(() => upstream.underWay()).toBe(0)
  })

  it.each([
    ['text/html', 'application/octet-stream', 'attachment'],
    ['image/svg+xml', 'application/octet-stream', 'attachment'],
    ['application/xhtml+xml', 'application/octet-stream', 'attachment'],
    ['text/javascript', 'application/octet-stream', 'attachment'],
    ['application/vnd.mozilla.xul+xml', 'application/octet-stream', 'attachment'],
    ['nonsense', 'application/octet-stream', 'attachment'],
    ['application/pdf', 'application/pdf', 'attachment'],
    ['image/png', 'image/png', 'inline'],
    // A player would be empty: it may not load the file.
    ['video/mp4', 'video/mp4', 'attachment'],
    ['audio/wav', 'audio/wav', 'attachment'],
    ['TEXT/plain; charset="UTF-8"; x=<b>', 'text/plain; charset=UTF-8', 'inline'],
  ])('of the type %s is sent as %s, %s', async (type, sent, disposition) => {
    const browser = await signedIn()
    options = { inline: true }
    upstream.answers((response) => response.writeHead(200, { 'content-type': type }).end('x'))
    const { headers, text } = await browser.get('/test/file')
    expect(text).toBe('x')
    expect([headers['content-type'], headers['content-disposition']]).toEqual([sent, disposition])
  })

  it('brings no other header of the API', async () => {
    const browser = await signedIn()
    const hostile = {
      'set-cookie': 'a=b',
      'content-disposition': 'inline; filename="x.html"',
      'content-security-policy': 'script-src *',
      'access-control-allow-origin': '*',
      etag: 'theirs',
      'last-modified': 'theirs',
      'accept-ranges': 'theirs',
      'content-range': 'bytes 0-0/99; theirs',
      server: 'theirs',
    }
    upstream.answers((response) => response.writeHead(200, { ...file, ...hostile }).end('x'))
    const { headers, setCookies } = await browser.get('/test/file')
    expect(setCookies).toEqual([])
    expect(JSON.stringify(headers)).not.toMatch(/theirs|script-src|x\.html|access-control/)
  })

  it.each([
    ['packed', { 'content-encoding': 'gzip' }],
    ['of another type than the route takes', { 'content-type': 'text/html' }],
    ['without a type', { 'content-type': '' }],
  ])('is 502 if it is %s', async (_what, headers) => {
    const browser = await signedIn()
    options = { types: ['application/pdf'] }
    upstream.answers((response) => response.writeHead(200, { ...file, ...headers }).end('x'))
    expectProblem(await browser.get('/test/file'), 502, 'upstream_failed')
    expect(upstream.calls[0]?.headers.accept).toBe('application/pdf')
    await expect.poll(() => upstream.underWay()).toBe(0)
  })
})

describe('a file that fails before it begins', () => {
  it.each([
    [404, 404, 'not_found'],
    [403, 403, 'forbidden'],
    [500, 502, 'upstream_failed'],
    [302, 502, 'upstream_failed'],
  ] as const)('is the problem of its status: %d', async (status, ours, code) => {
    const browser = await signedIn()
    upstream.answers((response) => json(response, { error: { code: 'x1' } }, status))
    const answer = await browser.get('/test/file')
    expectProblem(answer, ours, code)
    expect(answer.headers['content-disposition']).toBeUndefined()
  })

  it('is read no further than an error object is long', async () => {
    const browser = await signedIn()
    let sent = () => 0
    upstream.answers((response) => {
      response.writeHead(400, { 'content-type': 'application/json' })
      sent = endless(response)
    })
    expectProblem(await browser.get('/test/file'), 400, 'invalid_request')
    await expect.poll(() => upstream.underWay()).toBe(0)
    expect(sent()).toBeLessThan(40_000_000)
  })

  it('is asked for once more with a new token, and with no third one', async () => {
    const browser = await signedIn()
    upstream.answers((response, _call, count) =>
      count === 1 ? json(response, {}, 401) : response.writeHead(200, file).end('good'),
    )
    expect((await browser.get('/test/file')).text).toBe('good')
    const [first, second] = upstream.calls.map(({ headers }) => headers.authorization)
    expect(second).not.toBe(first)
    upstream.answers((response) => json(response, {}, 401))
    expectProblem(await browser.get('/test/file'), 401, 'interaction_required')
  })

  it('is asked for once more if the connection broke', async () => {
    const browser = await signedIn()
    upstream.answers((response, _call, count) =>
      count === 1 ? response.socket?.resetAndDestroy() : response.writeHead(200, file).end('good'),
    )
    expect((await browser.get('/test/file')).text).toBe('good')
  })

  it('is 504 if the API does not begin in time', async () => {
    const browser = await signedIn()
    upstream.answers(() => undefined)
    expectProblem(await browser.get('/test/file'), 504, 'upstream_timeout')
    await expect.poll(() => upstream.underWay()).toBe(0)
  })

  it('is a problem, and no empty file, if only headers came', async () => {
    const browser = await signedIn()
    upstream.answers((response) => {
      response.writeHead(200, { ...file, 'content-length': '100' }).flushHeaders()
      setImmediate(() => response.socket?.resetAndDestroy())
    })
    const answer = await browser.get('/test/file')
    expectProblem(answer, 502, 'upstream_failed')
    expect(answer.headers['content-disposition']).toBeUndefined()
  })

  it('is 429 if the user has too many of them', async () => {
    const browser = await signedIn()
    upstream.answers((response) => response.writeHead(200, file).write('x'))
    const { maxConcurrentPerUser, maxQueuedPerUser } = transferLimits
    const running = await Promise.all(
      Array.from({ length: maxConcurrentPerUser }, () => open(browser)),
    )
    upstream.answers((response) => response.writeHead(200, file).end('x'))
    let refused = 0
    const more = Array.from({ length: maxQueuedPerUser + 3 }, async () => {
      const { status } = await browser.get('/test/file')
      if (status === 429) refused += 1
      return status
    })
    await expect.poll(() => refused).toBe(3)
    for (const { body } of running) body.destroy()
    const statuses = await Promise.all(more)
    expect(statuses.filter((status) => status === 200)).toHaveLength(maxQueuedPerUser)
  })
})

describe('a file that breaks off', () => {
  it('is seen to be incomplete', async () => {
    const browser = await signedIn()
    upstream.answers((response) => {
      response.writeHead(200, file)
      response.write('half', () => setTimeout(() => response.socket?.resetAndDestroy(), 20))
    })
    const { isWhole } = await readAll((await open(browser)).body)
    expect(isWhole).toBe(false)
    await expect
      .poll(() => gatehouse().logs.findLast((line) => line.includes('stream_cut')))
      .toContain('"reason":"api_failed"')
  })

  it('is ended if the API drips', async () => {
    const browser = await signedIn()
    flowLimits.windowMs = 200
    upstream.answers((response) => {
      response.writeHead(200, file)
      const timer = setInterval(() => response.write('x'), 20)
      response.once('close', () => clearInterval(timer))
    })
    const { isWhole } = await readAll((await open(browser)).body)
    expect(isWhole).toBe(false)
    await expect.poll(() => upstream.underWay()).toBe(0)
    expect(gatehouse().logs.findLast((line) => line.includes('stream_cut'))).toContain('api_slow')
  })

  it('is ended if the browser does not read', async () => {
    const browser = await signedIn()
    flowLimits.windowMs = 500
    upstream.answers((response) => void endless(response.writeHead(200, file)))
    await open(browser)
    await expect.poll(() => upstream.underWay(), { timeout: 10_000 }).toBe(0)
    expect(gatehouse().logs.findLast((line) => line.includes('stream_cut'))).toContain(
      'client_slow',
    )
  })

  it(
    'is ended if the API is silent for eight seconds',
    { tags: ['thorough'], timeout: 20_000 },
    async () => {
      const browser = await signedIn()
      upstream.answers((response) => void response.writeHead(200, file).write('half'))
      const { isWhole } = await readAll((await open(browser)).body)
      expect(isWhole).toBe(false)
      await expect.poll(() => upstream.underWay()).toBe(0)
    },
  )

  it('is no more wanted if the browser leaves', async () => {
    const browser = await signedIn()
    upstream.answers((response) => void endless(response.writeHead(200, file)))
    const { body } = await open(browser)
    body.destroy()
    await expect.poll(() => upstream.underWay()).toBe(0)
  })

  it('ends with its session', async () => {
    const browser = await signedIn()
    options = { live: true }
    upstream.answers((response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n'),
    )
    const reading = readAll((await open(browser)).body)
    await browser.post('/auth/sign-out')
    const { bytes, isWhole } = await reading
    expect([bytes.toString(), isWhole]).toEqual(['data: 1\n\n', false])
    await expect.poll(() => upstream.underWay()).toBe(0)
    expect(gatehouse().logs.findLast((line) => line.includes('stream_cut'))).toContain(
      'session_ended',
    )
  })
})

describe('a live answer', () => {
  it('is passed on at once, and asked of proxies, too', async () => {
    const browser = await signedIn()
    options = { live: true }
    let finish = () => undefined as unknown
    upstream.answers((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      finish = () => response.end('data: 2\n\n')
    })
    const { headers, body } = await open(browser)
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
    })
    const reader = body[Symbol.asyncIterator]()
    expect(String((await reader.next()).value)).toBe('data: 1\n\n')
    finish()
    expect(String((await reader.next()).value)).toBe('data: 2\n\n')
    expect((await reader.next()).done).toBe(true)
  })

  it('is of no other type', async () => {
    const browser = await signedIn()
    options = { live: true }
    upstream.answers((response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('x'),
    )
    expectProblem(await browser.get('/test/file'), 502, 'upstream_failed')
    await expect.poll(() => upstream.underWay()).toBe(0)
  })
})

describe('a file at the end of the process', () => {
  it('has the time to drain, and is cut off then', async () => {
    options = {}
    const own = await startGatehouse({ ...settings, env: { DRAIN_TIMEOUT: '1' } })
    const browser = own.browser()
    await browser.signIn()
    let finish = () => undefined as unknown
    upstream.answers((response, _call, count) => {
      response.writeHead(200, file).write('half')
      if (count === 1) finish = () => response.end('whole')
    })
    const opened = [
      await openAnswer(own, browser, '/test/file'),
      await openAnswer(own, browser, '/test/file'),
    ]
    const reading = opened.map(({ body }) => readAll(body))
    const closing = own.close()
    finish()
    const [first, second] = await Promise.all(reading)
    expect([first?.bytes.toString(), first?.isWhole]).toEqual(['halfwhole', true])
    expect([second?.bytes.toString(), second?.isWhole]).toEqual(['half', false])
    await closing
    expect(own.logs.findLast((line) => line.includes('stream_cut'))).toContain('shutdown')
  })
})
