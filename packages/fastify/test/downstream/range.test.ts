/** A part of a file, and the rest of one that broke off: Range and If-Range (RFC 9110 §14). */
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { openAnswer, readAll } from '../support/streaming.ts'
import { json, startUpstream, type Upstream } from '../support/upstream.ts'

const upstream = await startUpstream()
const files = await startUpstream()
const unlimited = 1_000_000
let options: Parameters<FastifyReply['streamFromApi']>[2] = {}
const gatehouse = useTestApp({
  config: {
    rateLimits: { perAddress: unlimited, perSession: unlimited },
    downstreamApis: {
      files: {
        baseUrl: upstream.url,
        scopes: ['User.ReadBasic.All'],
        timeoutSeconds: 2,
        fileOrigins: [files.url],
      },
    },
  },
  extend: (app: FastifyInstance) => {
    const download = (reply: FastifyReply) => reply.streamFromApi('files', '/files/1', options)
    app.get('/test/file', { onRequest: app.requireSignIn }, (_request, reply) => download(reply))
    app.post('/test/file', { onRequest: app.requireSignIn }, (_request, reply) => download(reply))
  },
})
afterAll(() => Promise.all([upstream.close(), files.close()]))

const content = 'abcdefghij'
const version = '"v1"'
const modified = 'Fri, 27 Nov 2026 10:00:00 GMT'
const about = { etag: version, 'last-modified': modified, 'accept-ranges': 'bytes' }

/** A server of files that has parts. @param by whom: the one of which the file is asked */
function servesParts(by: Upstream = upstream): void {
  by.answers((response, { headers }) => {
    const head = { ...about, 'content-type': 'application/pdf' }
    const ifRange = headers['if-range']
    const isSame = ifRange === undefined || ifRange === version || ifRange === modified
    const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '') ?? []
    if (headers.range === undefined || !isSame) {
      return response.writeHead(200, { ...head, 'content-length': 10 }).end(content)
    }
    const start = first === '' ? Math.max(0, 10 - Number(last)) : Number(first)
    if (start >= 10) return response.writeHead(416, { 'content-range': 'bytes */10' }).end()
    const end = first === '' || last === '' ? 9 : Math.min(9, Number(last))
    const range = `bytes ${start}-${end}/10`
    const part = content.slice(start, end + 1)
    return response
      .writeHead(206, { ...head, 'content-range': range, 'content-length': part.length })
      .end(part)
  })
}

async function get(headers: Record<string, string>, method: 'GET' | 'POST' = 'GET') {
  const browser = await gatehouse().signedIn()
  const own = method === 'POST' ? { origin: gatehouse().publicUrl, 'x-requested-with': 'x' } : {}
  const answer = await openAnswer(gatehouse(), browser, '/test/file', {
    method,
    headers: { ...own, ...headers },
  })
  const { bytes } = await readAll(answer.body)
  return { status: answer.statusCode, headers: answer.headers, text: bytes.toString() }
}

beforeEach(() => {
  options = {}
  servesParts()
})

describe('a part of a file', () => {
  it.each([
    ['bytes=2-4', 'bytes=2-4', 'cde', 'bytes 2-4/10'],
    ['Bytes= 2-4 ', 'bytes=2-4', 'cde', 'bytes 2-4/10'],
    ['bytes=8-', 'bytes=8-', 'ij', 'bytes 8-9/10'],
    ['bytes=8-99', 'bytes=8-99', 'ij', 'bytes 8-9/10'],
    ['bytes=-3', 'bytes=-3', 'hij', 'bytes 7-9/10'],
    ['bytes=-99', 'bytes=-99', content, 'bytes 0-9/10'],
  ])('is what %s asks for', async (range, sent, text, place) => {
    const answer = await get({ range })
    expect([answer.status, answer.text]).toEqual([206, text])
    expect(answer.headers).toMatchObject({
      ...about,
      'content-range': place,
      'content-length': String(text.length),
      'content-type': 'application/pdf',
      'content-disposition': 'attachment',
      'cache-control': 'no-store',
    })
    expect(answer.headers['content-encoding']).toBeUndefined()
    expect(upstream.calls[0]?.headers.range).toBe(sent)
    expect(upstream.calls[0]?.headers['accept-encoding']).toBeUndefined()
  })

  it('can be asked for after the whole file: its version comes with it', async () => {
    const whole = await get({})
    expect([whole.status, whole.text]).toEqual([200, content])
    expect(whole.headers).toMatchObject(about)
    expect(whole.headers['content-range']).toBeUndefined()
  })

  it.each([
    'bytes=4-2',
    'bytes=-',
    'bytes=',
    'bytes=a-b',
    'bytes=0-1,4-5',
    'bytes=1-2 4',
    'bytes=-1-2',
    'bytes=0-9999999999999999',
    'lines=1-2',
    '1-2',
  ])('is the whole file for %s', async (range) => {
    const answer = await get({ range })
    expect([answer.status, answer.text]).toEqual([200, content])
    expect(upstream.calls[0]?.headers.range).toBeUndefined()
  })

  it('is nothing that another method than GET can ask for', async () => {
    const answer = await get({ range: 'bytes=2-4' }, 'POST')
    expect([answer.status, answer.text]).toEqual([200, content])
    expect(upstream.calls[0]?.headers.range).toBeUndefined()
  })

  it('is asked of the server where the API keeps the file', async () => {
    upstream.answers((response) =>
      response.writeHead(302, { location: `${files.url}/f?t=1` }).end(),
    )
    servesParts(files)
    const answer = await get({ range: 'bytes=2-4', 'if-range': version })
    expect([answer.status, answer.text]).toEqual([206, 'cde'])
    expect(files.calls[0]?.headers).toMatchObject({ range: 'bytes=2-4', 'if-range': version })
    expect(files.calls[0]?.headers.authorization).toBeUndefined()
  })

  it('is the whole file of an API without parts', async () => {
    upstream.answers((response) =>
      response.writeHead(200, { 'content-range': 'bytes 0-1/2' }).end(content),
    )
    const answer = await get({ range: 'bytes=2-4' })
    expect([answer.status, answer.text]).toEqual([200, content])
    expect(answer.headers['content-range']).toBeUndefined()
  })

  it('is nothing that a live answer has', async () => {
    options = { live: true }
    upstream.answers((response) =>
      response.writeHead(200, { ...about, 'content-type': 'text/event-stream' }).end('data: 1\n\n'),
    )
    const answer = await get({ range: 'bytes=2-4' })
    expect([answer.status, answer.text]).toEqual([200, 'data: 1\n\n'])
    expect(upstream.calls[0]?.headers.range).toBeUndefined()
    expect(answer.headers.etag ?? answer.headers['accept-ranges']).toBeUndefined()
  })
})

describe('the rest of a file that broke off', () => {
  it.each([
    [version, 206, 'fghij'],
    [modified, 206, 'fghij'],
    ['"v0"', 200, content],
    ['Thu, 26 Nov 2026 10:00:00 GMT', 200, content],
  ])('is the rest of the same version only: %s', async (ifRange, status, text) => {
    const answer = await get({ range: 'bytes=5-', 'if-range': ifRange })
    expect([answer.status, answer.text]).toEqual([status, text])
    expect(upstream.calls[0]?.headers['if-range']).toBe(ifRange)
  })

  it.each(['W/"v1"', '"v1", "v2"', 'v1', '"a b"', 'today', '2026-11-27T10:00:00Z'])(
    'is the whole file if %s names no exact version',
    async (ifRange) => {
      const answer = await get({ range: 'bytes=5-', 'if-range': ifRange })
      expect([answer.status, answer.text]).toEqual([200, content])
      expect(upstream.calls[0]?.headers.range ?? upstream.calls[0]?.headers['if-range']).toBe(
        undefined,
      )
    },
  )

  it('needs a range: If-Range alone is not passed on', async () => {
    expect((await get({ 'if-range': version })).status).toBe(200)
    expect(upstream.calls[0]?.headers['if-range']).toBeUndefined()
  })
})

describe('a part that the file does not have', () => {
  it('is 416 with the size of the file', async () => {
    const browser = await gatehouse().signedIn()
    const answer = await browser.get('/test/file', { range: 'bytes=10-' })
    expect(expectProblem(answer, 416, 'invalid_request').api).toBe('files')
    expect(answer.headers['content-range']).toBe('bytes */10')
    expect(answer.headers['content-disposition']).toBeUndefined()
  })

  it.each(['bytes 0-1/10', 'bytes */10\t; x', 'theirs'])(
    'is 416 without a size that is none: %s',
    async (size) => {
      upstream.answers((response) => response.writeHead(416, { 'content-range': size }).end())
      const browser = await gatehouse().signedIn()
      const answer = await browser.get('/test/file', { range: 'bytes=10-' })
      expectProblem(answer, 416, 'invalid_request')
      expect(answer.headers['content-range']).toBeUndefined()
    },
  )

  it('is the problem of the call if no part was asked for', async () => {
    upstream.answers((response) => json(response, {}, 416))
    const browser = await gatehouse().signedIn()
    const answer = await browser.get('/test/file')
    expectProblem(answer, 400, 'invalid_request')
    expect(answer.headers['content-range']).toBeUndefined()
  })
})

describe('another part than the one that was asked for', () => {
  const place = (value: string) => ({ 'content-range': value })
  it.each([
    ['of another place', 'bytes=2-4', place('bytes 3-4/10')],
    ['that is longer', 'bytes=2-4', place('bytes 2-5/10')],
    ['of more bytes at the end', 'bytes=-2', place('bytes 7-9/10')],
    ['that is not the end', 'bytes=-2', place('bytes 2-3/10')],
    ['behind the end', 'bytes=2-4', place('bytes 2-4/4')],
    ['of no bytes', 'bytes=2-4', place('bytes 2-1/10')],
    ['without a place', 'bytes=2-4', {}],
    ['of another unit', 'bytes=2-4', place('lines 2-4/10')],
    ['of another length', 'bytes=2-4', { ...place('bytes 2-4/10'), 'content-length': '2' }],
    ['of several', 'bytes=2-4', { 'content-type': 'multipart/byteranges; boundary=a' }],
    ['that is packed', 'bytes=2-4', { ...place('bytes 2-4/10'), 'content-encoding': 'gzip' }],
    ['where the whole file was wanted', 'bytes=0-1,4-5', place('bytes 2-4/10')],
  ])('is 502: one %s', async (_which, range, headers) => {
    upstream.answers((response) => response.writeHead(206, headers).end('cd'))
    const browser = await gatehouse().signedIn()
    const answer = await browser.get('/test/file', { range })
    expectProblem(answer, 502, 'upstream_failed')
    expect(answer.headers['content-range']).toBeUndefined()
    await expect.poll(() => upstream.underWay()).toBe(0)
  })

  it('may be shorter, or of a file of unknown size', async () => {
    upstream.answers((response) => response.writeHead(206, place('bytes 2-3/*')).end('cd'))
    const answer = await get({ range: 'bytes=2-4' })
    expect([answer.status, answer.text, answer.headers['content-range']]).toEqual([
      206,
      'cd',
      'bytes 2-3/*',
    ])
  })
})

describe('a part that fails before its first byte', () => {
  it('is a problem without the headers of the part', async () => {
    upstream.answers((response) => {
      const head = { ...about, 'content-range': 'bytes 2-4/10', 'content-length': '3' }
      response.writeHead(206, head).flushHeaders()
      setImmediate(() => response.socket?.resetAndDestroy())
    })
    const browser = await gatehouse().signedIn()
    const answer = await browser.get('/test/file', { range: 'bytes=2-4' })
    expectProblem(answer, 502, 'upstream_failed')
    const names = ['content-range', 'accept-ranges', 'etag', 'last-modified', 'content-disposition']
    expect(names.filter((name) => answer.headers[name] !== undefined)).toEqual([])
  })
})
