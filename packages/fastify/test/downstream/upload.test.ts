/** A request's body that is passed on to an API as it arrives. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { startGatehouse } from '@gatehouse/test-support/gatehouse'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import type { Browser } from '@gatehouse/tenant/testing'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { flowLimits } from '../../src/downstream/streams/flow.ts'

type Work = (request: FastifyRequest) => Promise<unknown>
type Answer = (request: IncomingMessage, response: ServerResponse) => void

let answers: Answer = () => undefined
let received: { method: string; path: string; headers: IncomingMessage['headers']; bytes: number }[]
let underWay = 0
const upstream = createServer((request, response) => {
  const call = { method: request.method ?? '', path: request.url ?? '', headers: request.headers }
  const entry = { ...call, bytes: 0 }
  received.push(entry)
  underWay += 1
  response.once('close', () => (underWay -= 1))
  request.on('error', () => undefined)
  request.on('data', (chunk: Buffer) => (entry.bytes += chunk.length))
  request.pause()
  answers(request, response)
}).listen(0, '127.0.0.1')
await once(upstream, 'listening')
const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`

const maxBytes = 2 * 1024 * 1024
let work: Work
const gatehouse = useTestApp({
  config: {
    downstreamApis: {
      files: { baseUrl: `${url}/v2`, scopes: ['User.ReadBasic.All'], timeoutSeconds: 1 },
    },
  },
  extend: (app: FastifyInstance) => {
    const upload = { maxBytes, types: ['image/jpeg', 'application/json'] }
    app.put(
      '/test/photo',
      { onRequest: app.requireSignIn, config: { upload } },
      async (request) => ({
        value: await work(request),
      }),
    )
    app.put('/test/other', { onRequest: app.requireSignIn }, (request) =>
      request.uploadToApi('files', '/photo'),
    )
  },
})
afterAll(() => {
  upstream.closeAllConnections()
  upstream.close()
})
const usualWindowMs = flowLimits.windowMs
afterEach(() => {
  flowLimits.windowMs = usualWindowMs
})

async function signedIn(): Promise<Browser> {
  received = []
  answers = takesAll
  work = (request) => request.uploadToApi('files', '/photo/$value')
  const browser = gatehouse().browser()
  await browser.signIn()
  return browser
}

const takesAll: Answer = (request, response) => {
  request.resume().once('end', () => response.writeHead(204).end())
}

const jpeg = { 'content-type': 'image/jpeg', 'x-csrf': '1' }

async function put(
  browser: Browser,
  body: Buffer | Readable,
  headers: Record<string, string> = jpeg,
  path = '/test/photo',
) {
  const cookie = await browser.cookieHeader()
  const init: RequestInit & { duplex: 'half' } = {
    method: 'PUT',
    headers: { cookie, ...headers },
    body:
      body instanceof Readable ? (Readable.toWeb(body) as ReadableStream) : new Uint8Array(body),
    duplex: 'half',
  }
  const response = await fetch(`${gatehouse().origin}${path}`, init)
  const text = await response.text()
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text,
    json: () => JSON.parse(text) as unknown,
    location: '',
    setCookies: [],
  }
}

/** A body of which the client sends a chunk now and then. */
function dripping(bytes: number, everyMs: number): PassThrough {
  const body = new PassThrough()
  const timer = setInterval(() => body.write(Buffer.alloc(bytes)), everyMs)
  body.once('close', () => clearInterval(timer))
  return body
}

describe('an upload', () => {
  it('reaches the API whole, with its length, its type and the user’s token', async () => {
    const browser = await signedIn()
    const answer = await put(browser, Buffer.alloc(maxBytes, 'a'))
    expect([answer.status, answer.json()]).toEqual([200, {}])
    expect(received).toMatchObject([{ method: 'PUT', path: '/v2/photo/$value', bytes: maxBytes }])
    const headers = received[0]?.headers ?? {}
    expect(headers).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': String(maxBytes),
      authorization: expect.stringMatching(/^Bearer ey/),
    })
    expect(headers['cookie'] ?? headers['x-csrf']).toBeUndefined()
  })

  it('of unknown length is sent on', async () => {
    const browser = await signedIn()
    const answer = await put(browser, Readable.from([Buffer.alloc(1000), Buffer.alloc(500)]))
    expect(answer.status).toBe(200)
    expect(received[0]?.bytes).toBe(1500)
  })

  it('of JSON is passed on as it is, and the answer is read if the route has a schema', async () => {
    const browser = await signedIn()
    const Saved = Type.Object({ id: Type.Integer() })
    work = (request) => request.uploadToApi('files', '/things', { method: 'POST', answer: Saved })
    answers = (request, response) =>
      request
        .resume()
        .once('end', () =>
          response.writeHead(201, { 'content-type': 'application/json' }).end('{"id":7}'),
        )
    const headers = { ...jpeg, 'content-type': 'application/json; charset=utf-8' }
    // Larger than any body that is parsed.
    const answer = await put(browser, Buffer.from(`{"a":"${'x'.repeat(100_000)}"`), headers)
    expect([answer.status, answer.json()]).toEqual([200, { value: { id: 7 } }])
    expect(received[0]).toMatchObject({ method: 'POST', bytes: 100_007 })
  })

  it('waits for an API that does not read: nothing piles up, and it ends', async () => {
    const browser = await signedIn()
    let stuck: IncomingMessage | undefined
    answers = (request) => {
      stuck = request
    }
    const answer = await put(browser, Buffer.alloc(maxBytes))
    expectProblem(answer, 504, 'upstream_timeout')
    // Who does not read sees no end.
    stuck?.resume()
    await expect.poll(() => underWay).toBe(0)
    expect(received).toHaveLength(1)
  })
})

describe('an upload that is refused', () => {
  it.each([
    ['too large', 413, jpeg, maxBytes + 1],
    ['of another type', 415, { ...jpeg, 'content-type': 'image/png' }, 10],
    ['of no type', 415, { 'x-csrf': '1' }, 10],
    ['packed', 415, { ...jpeg, 'content-encoding': 'gzip' }, 10],
    ['empty', 400, jpeg, 0],
  ])('by its headers sends nothing to the API: %s', async (_what, status, headers, size) => {
    const browser = await signedIn()
    expectProblem(await put(browser, Buffer.alloc(size), headers), status, 'invalid_request')
    expect(received).toEqual([])
  })

  it('comes from another site, or from a form', async () => {
    const browser = await signedIn()
    const { 'content-type': type } = jpeg
    const form = { 'content-type': type, origin: 'https://evil.test' }
    expectProblem(await put(browser, Buffer.alloc(10), form), 403, 'cross_site')
    expectProblem(await put(browser, Buffer.alloc(10), { 'content-type': type }), 403, 'cross_site')
    expect(received).toEqual([])
  })

  it('comes from nobody who is signed in', async () => {
    await signedIn()
    const answer = await put(gatehouse().browser(), Buffer.alloc(10))
    expectProblem(answer, 401, 'sign_in_required')
    expect(received).toEqual([])
  })

  it('grows too large on its way: the API gets no end of it', async () => {
    const browser = await signedIn()
    let ended = false
    answers = (request) => void request.resume().once('end', () => (ended = true))
    const chunks = Array.from({ length: 40 }, () => Buffer.alloc(64 * 1024))
    expectProblem(await put(browser, Readable.from(chunks)), 413, 'invalid_request')
    await expect.poll(() => underWay).toBe(0)
    expect([ended, received.length]).toEqual([false, 1])
    expect(received[0]?.bytes).toBeLessThanOrEqual(maxBytes)
  })

  it.each([
    [413, 413, 'invalid_request'],
    [403, 403, 'forbidden'],
    [507, 507, 'storage_full'],
    [500, 502, 'upstream_failed'],
    [503, 503, 'unavailable'],
  ] as const)('by the API before it has read it is its problem: %d', async (status, ours, code) => {
    const browser = await signedIn()
    answers = (request, response) => {
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': 2 })
      response.write('{}')
      // If it closed the connection now, that could take the answer away from who still sends (RFC 9112 §9.6).
      request.once('end', () => response.end()).resume()
    }
    const problem = expectProblem(await put(browser, Buffer.alloc(maxBytes)), ours, code)
    expect(problem.api).toBe('files')
    // Never a second time.
    expect(received).toHaveLength(1)
  })

  it('because of its token has to be sent again, and then has a new one', async () => {
    const browser = await signedIn()
    answers = (request, response) => {
      request.resume()
      response.writeHead(received.length === 1 ? 401 : 204).end()
    }
    const problem = await put(browser, Buffer.alloc(1000))
    expectProblem(problem, 503, 'unavailable')
    expect(problem.headers['retry-after']).toBe('1')
    expect((await put(browser, Buffer.alloc(1000))).status).toBe(200)
    const [first, second] = received.map(({ headers }) => headers.authorization)
    expect(second).not.toBe(first)
  })

  it('is sent by a route without the option, or twice: a mistake in the route', async () => {
    const browser = await signedIn()
    work = async (request) => {
      await request.uploadToApi('files', '/photo')
      await request.uploadToApi('files', '/photo')
    }
    expectProblem(await put(browser, Buffer.alloc(10)), 500, 'internal')
    expect(received).toHaveLength(1)
    const none = { 'x-csrf': '1' }
    expectProblem(await put(browser, Buffer.alloc(0), none, '/test/other'), 500, 'internal')
    const own = { ...jpeg, 'content-type': 'application/vnd.gatehouse.upload' }
    expectProblem(await put(browser, Buffer.alloc(9), own, '/test/other'), 415, 'invalid_request')
  })

  it.each([
    { maxBytes: 0, types: ['image/jpeg'] },
    { maxBytes: 1, types: [] },
    { maxBytes: 1, types: ['image/*'] },
  ])('by every request is a mistake, and found at start: %j', async (upload) => {
    const extend = (app: FastifyInstance) =>
      void app.put('/test/wrong', { config: { upload } }, () => undefined)
    await expect(startGatehouse({ extend })).rejects.toThrow('config.upload of /test/wrong needs')
  })
})

describe('an upload that breaks off', () => {
  it('reaches the API as broken if the client leaves', async () => {
    const browser = await signedIn()
    let aborted = false
    answers = (request) => {
      request.resume().once('error', () => (aborted = true))
    }
    const { hostname, port } = new URL(gatehouse().origin)
    const client = connect(Number(port), hostname)
    client.on('error', () => undefined)
    client.write(
      [
        'PUT /test/photo HTTP/1.1',
        'host: localhost:5173',
        'content-type: image/jpeg',
        'content-length: 100000',
        'x-csrf: 1',
        `cookie: ${await browser.cookieHeader()}`,
        '',
        'half',
      ].join('\r\n'),
    )
    await expect.poll(() => received[0]?.bytes ?? 0).toBeGreaterThan(0)
    client.destroy()
    await expect.poll(() => [underWay, aborted]).toEqual([0, true])
  })

  it('is 408 if the client drips', async () => {
    const browser = await signedIn()
    flowLimits.windowMs = 300
    const body = dripping(1, 20)
    expectProblem(await put(browser, body), 408, 'invalid_request')
    body.destroy()
    await expect.poll(() => underWay).toBe(0)
  })

  it.each([
    ['502 if the connection to the API breaks', 502, 'upstream_failed'],
    ['504 if the API takes it, and says nothing', 504, 'upstream_timeout'],
  ] as const)('is %s', async (_what, status, code) => {
    const browser = await signedIn()
    answers = (request) => {
      request.resume().once('data', () => {
        if (status === 502) request.socket.resetAndDestroy()
      })
    }
    expectProblem(await put(browser, Buffer.alloc(100_000)), status, code)
    expect(received).toHaveLength(1)
  })

  it('lets its client read why, and the connection goes on if little is left', async () => {
    const browser = await signedIn()
    for (let round = 0; round < 3; round += 1) {
      const answer = await put(browser, Buffer.alloc(maxBytes + 1))
      expectProblem(answer, 413, 'invalid_request')
    }
    expect((await put(browser, Buffer.alloc(10))).status).toBe(200)
  })
})

describe('the time limit of the server for requests', () => {
  it('does not end an upload that goes on, and ends other requests', async () => {
    const browser = await signedIn()
    const { server } = gatehouse().app
    const { requestTimeout, headersTimeout } = server
    Object.assign(server, { requestTimeout: 500, headersTimeout: 500 })
    try {
      const slow = dripping(10_000, 100)
      const uploading = put(browser, slow)
      // The server looks now and then: twice, so that the upload was met as well.
      for (let round = 0; round < 2; round += 1) {
        const headers = { ...jpeg, 'content-type': 'application/json' }
        const other = put(browser, dripping(1, 100), headers, '/test/other')
        // On a connection that was in use before, there is no answer.
        const refused = await other.then(
          ({ status }) => status,
          () => 'closed',
        )
        expect([408, 'closed']).toContain(refused)
      }
      slow.end()
      expect((await uploading).status).toBe(200)
    } finally {
      Object.assign(server, { requestTimeout, headersTimeout })
    }
  })
})
