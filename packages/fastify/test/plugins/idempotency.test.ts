/** A change that comes again with its Idempotency-Key is made once. */
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineEndpoints } from '@gatehouse/contract/endpoint'
import { handle, ProblemError } from '@gatehouse/fastify'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import type { Browser } from '@gatehouse/tenant/testing'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Agent } from 'undici'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { KeptAnswers, keptLimits } from '../../src/endpoint/kept-answers.ts'
import { json, startUpstream } from '../support/upstream.ts'

const Made = Type.Object({ count: Type.Integer(), text: Type.Optional(Type.String()) })
const endpoints = defineEndpoints({
  'POST /test/notes': { body: Type.Object({ title: Type.String() }), answer: Made },
  'POST /test/other-notes': { body: Type.Object({ title: Type.String() }), answer: Made },
  'PATCH /test/notes/:id': {
    query: Type.Object({ part: Type.Optional(Type.String()) }),
    body: Type.Object({ title: Type.String() }),
    answer: Made,
  },
  'DELETE /test/notes/:id': {},
  'GET /test/notes': { answer: Made },
  'PUT /test/photo': { answer: Made },
})

const upstream = await startUpstream()
afterAll(() => upstream.close())

let made = 0
let isLocked = false
let work: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>
const unlimited = 1_000_000
const gatehouse = useTestApp({
  config: {
    rateLimits: { perAddress: unlimited, perSession: unlimited },
    downstreamApis: { notes: { baseUrl: upstream.url, scopes: ['User.ReadBasic.All'] } },
  },
  extend: (app: FastifyInstance) => {
    const behind = { onRequest: app.requireSignIn }
    const make = async (request: FastifyRequest, reply: FastifyReply) => {
      made += 1
      return (await work(request, reply)) as never
    }
    handle(app, endpoints['POST /test/notes'], behind, make)
    handle(app, endpoints['POST /test/other-notes'], behind, make)
    handle(app, endpoints['PATCH /test/notes/:id'], behind, make)
    const unlessLocked = {
      ...behind,
      preHandler: async () => {
        if (isLocked) throw new ProblemError('forbidden', 'x')
      },
    }
    handle(app, endpoints['DELETE /test/notes/:id'], unlessLocked, make)
    const config = { upload: { maxBytes: 100, types: ['image/png'] } }
    handle(app, endpoints['PUT /test/photo'], { ...behind, config }, make)
    handle(app, endpoints['GET /test/notes'], behind, make)
  },
})

beforeEach(() => {
  made = 0
  work = async (_request, reply) => {
    reply.header('x-made', String(made)).header('set-cookie', 'secret=1')
    return { count: made }
  }
})

interface Sent {
  method?: 'POST' | 'PATCH' | 'DELETE' | 'GET'
  path?: string
  body?: unknown
  headers?: Record<string, string>
}

/** @param key as it stands in the header; a fresh text without quotes gets them */
function send(browser: Browser, key: string | undefined, sent: Sent = {}) {
  const { method = 'POST', path = '/test/notes', body = { title: 'One' }, headers } = sent
  const hasBody = method === 'POST' || method === 'PATCH'
  return browser.send(path, {
    method,
    headers: {
      'x-csrf': '1',
      ...(hasBody && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': /^[\w-]+$/.test(key) ? `"${key}"` : key }),
      ...headers,
    },
    ...(hasBody && { body: JSON.stringify(body) }),
  })
}

/** @returns the running change's end, which the test decides */
function held() {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  work = () => promise
  return { answer: () => resolve({ count: made }), fail: reject }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5)
}

const answers = (all: Awaited<ReturnType<typeof send>>[]) =>
  all.map(({ status, text }) => [status, text])

describe('a change that comes again with its key', () => {
  it('is made once, and has the same answer', async () => {
    const browser = await gatehouse().signedIn()
    const first = await send(browser, 'key-1')
    const second = await send(browser, 'key-1')
    expect(made).toBe(1)
    expect([first.status, first.json()]).toEqual([200, { count: 1 }])
    expect([second.status, second.text]).toEqual([first.status, first.text])
    expect(first.headers).not.toHaveProperty('idempotent-replayed')
    expect(second.headers).toMatchObject({
      'idempotent-replayed': 'true',
      'content-type': first.headers['content-type'],
      'x-made': '1',
      'cache-control': 'no-store',
    })
    expect(first.setCookies).toHaveLength(1)
    expect(second.setCookies).toEqual([])
    expect(gatehouse().logs.filter((line) => line.includes('"change_repeated"'))).toHaveLength(1)
  })

  it('is made again with another key, without one, by another path, method and session', async () => {
    const browser = await gatehouse().signedIn()
    await send(browser, 'key-2')
    for (const [key, sent] of [
      ['key-3', {}],
      [undefined, {}],
      [undefined, {}],
      ['key-2', { path: '/test/other-notes' }],
      ['key-2', { method: 'PATCH', path: '/test/notes/1' }],
      ['key-2', { method: 'PATCH', path: '/test/notes/2' }],
      ['key-2', { method: 'DELETE', path: '/test/notes/2' }],
    ] as const) {
      const { headers } = await send(browser, key, sent)
      expect([sent, headers['idempotent-replayed']]).toEqual([sent, undefined])
    }
    expect((await send(await gatehouse().signedIn(), 'key-2')).headers).not.toHaveProperty(
      'idempotent-replayed',
    )
    expect(made).toBe(9)
  })

  it('without content has none again', async () => {
    const browser = await gatehouse().signedIn()
    const remove = () => send(browser, 'key-1', { method: 'DELETE', path: '/test/notes/1' })
    expect(answers([await remove(), await remove()])).toEqual([
      [204, ''],
      [204, ''],
    ])
    expect(made).toBe(1)
  })

  it('that the route refused is refused again, with the same id', async () => {
    const browser = await gatehouse().signedIn()
    work = async () => {
      throw new ProblemError('invalid_request', 'There is no such day.', { status: 422 })
    }
    const first = expectProblem(await send(browser, 'key-1'), 422, 'invalid_request')
    expect(expectProblem(await send(browser, 'key-1'), 422, 'invalid_request')).toEqual(first)
    expect(made).toBe(1)
  })

  it.each([
    ['a failure', new ProblemError('upstream_failed', 'x')],
    ['an unexpected failure', new Error('x')],
    ['a missing sign-in', new ProblemError('sign_in_required', 'x')],
    ['an interaction', new ProblemError('interaction_required', 'x')],
    ['a right that is missing', new ProblemError('forbidden', 'x')],
    ['a conflict', new ProblemError('conflict', 'x')],
    ['a newer version', new ProblemError('conflict', 'x', { status: 412 })],
    ['a lock', new ProblemError('conflict', 'x', { status: 423 })],
    ['a client that was too slow', new ProblemError('invalid_request', 'x', { status: 408 })],
    ['an API that is not ready', new ProblemError('invalid_request', 'x', { status: 425 })],
    ['a limit', new ProblemError('too_many_requests', 'x')],
    ['a client that is gone', new ProblemError('upstream_failed', 'x', { status: 499 })],
    ['a time to wait', new ProblemError('not_found', 'x', { retryAfterS: 1 })],
  ])('after %s is made again', async (_name, error) => {
    const browser = await gatehouse().signedIn()
    work = async () => {
      if (made === 1) throw error
      return { count: made }
    }
    expect((await send(browser, 'key-1')).status).toBe(
      error instanceof ProblemError ? error.status : 500,
    )
    const second = await send(browser, 'key-1')
    expect([second.status, second.json()]).toEqual([200, { count: 2 }])
    expect(second.headers).not.toHaveProperty('idempotent-replayed')
  })

  it('is refused to who may not make it any more', async () => {
    const browser = await gatehouse().signedIn()
    const remove = () => send(browser, 'key-1', { method: 'DELETE', path: '/test/notes/1' })
    const first = await remove()
    isLocked = true
    const second = await remove()
    isLocked = false
    expect([first.status, second.status, (await remove()).status]).toEqual([204, 403, 204])
    expect(made).toBe(1)
  })

  it('is made every time if its body is passed on and cannot be compared', async () => {
    const browser = await gatehouse().signedIn()
    const upload = (body: string) =>
      browser.send('/test/photo', {
        method: 'PUT',
        headers: { 'x-csrf': '1', 'content-type': 'image/png', 'idempotency-key': '"key-1"' },
        body,
      })
    expect(answers([await upload('one'), await upload('two')])).toEqual([
      [200, '{"count":1}'],
      [200, '{"count":2}'],
    ])
  })

  it('ends after ten minutes', async () => {
    const browser = await gatehouse().signedIn()
    await send(browser, 'key-1')
    gatehouse().advance(keptLimits.ms - 1000)
    await send(browser, 'key-1')
    expect(made).toBe(1)
    gatehouse().advance(1000)
    await send(browser, 'key-1')
    expect(made).toBe(2)
  })

  it('is a read every time, with a key as well', async () => {
    const browser = await gatehouse().signedIn()
    await send(browser, 'key-1', { method: 'GET' })
    await send(browser, 'no key', { method: 'GET' })
    expect(made).toBe(2)
  })
})

describe('a change that comes again while it is made', () => {
  it('waits for the first one', async () => {
    const browser = await gatehouse().signedIn()
    const { answer } = held()
    const all = [1, 2, 3].map(() => send(browser, 'key-1'))
    await until(() => made > 0)
    await sleep(50)
    answer()
    const done = await Promise.all(all)
    expect(made).toBe(1)
    expect(answers(done)).toEqual([1, 2, 3].map(() => [200, '{"count":1}']))
    expect(done.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(2)
  })

  it('is made by the next one if the first failed, and once by all of them', async () => {
    const browser = await gatehouse().signedIn()
    const { fail } = held()
    const all = [1, 2, 3].map(() => send(browser, 'key-1'))
    await until(() => made > 0)
    await sleep(50)
    work = async () => ({ count: made })
    fail(new ProblemError('upstream_failed', 'x'))
    const statuses = (await Promise.all(all)).map(({ status }) => status).toSorted((a, b) => a - b)
    expect([statuses, made]).toEqual([[200, 200, 502], 2])
  })

  it('is not made for a client that has gone while it waited', async () => {
    const browser = await gatehouse().signedIn()
    const first = held()
    const failing = send(browser, 'gone')
    await until(() => made === 1)
    const cookie = await browser.cookieHeader()
    const leaving = new AbortController()
    const repeated = fetch(`${gatehouse().origin}/test/notes`, {
      method: 'POST',
      headers: {
        cookie,
        'x-csrf': '1',
        'content-type': 'application/json',
        'idempotency-key': '"gone"',
      },
      body: JSON.stringify({ title: 'One' }),
      signal: leaving.signal,
    })
    await sleep(100)
    leaving.abort()
    await expect(repeated).rejects.toThrow('aborted')
    await sleep(50)
    first.fail(new Error('x'))
    expect((await failing).status).toBe(500)
    await sleep(50)
    expect(made).toBe(1)
  })

  it('is made again if its answer was a stream, which nothing keeps', async () => {
    const browser = await gatehouse().signedIn()
    work = async (_request, reply) => reply.type('text/plain').send(Readable.from([`note ${made}`]))
    expect(
      [await send(browser, 'stream'), await send(browser, 'stream')].map(({ text }) => text),
    ).toEqual(['note 1', 'note 2'])
  })

  it('is refused if too many wait already', async () => {
    const browser = await gatehouse().signedIn()
    const { answer } = held()
    const all = Array.from({ length: keptLimits.waiting + 2 }, () => send(browser, 'key-1'))
    const refused = await Promise.race(all)
    expectProblem(refused, 409, 'idempotency_key_in_use')
    expect(refused.headers['retry-after']).toBe('1')
    answer()
    const statuses = (await Promise.all(all)).map(({ status }) => status).toSorted((a, b) => a - b)
    expect([statuses, made]).toEqual([[200, 200, 200, 200, 200, 409], 1])
  })

  it('is refused after the longest wait', async () => {
    const usual = keptLimits.waitMs
    keptLimits.waitMs = 20
    const browser = await gatehouse().signedIn()
    const { answer } = held()
    const first = send(browser, 'key-1')
    await until(() => made > 0)
    expectProblem(await send(browser, 'key-1'), 409, 'idempotency_key_in_use')
    keptLimits.waitMs = usual
    answer()
    expect((await first).status).toBe(200)
  })

  it('gets the answer that the first client did not wait for: its call to an API goes on', async () => {
    const browser = await gatehouse().signedIn()
    let respond: (() => void) | undefined
    upstream.answers((response) => {
      respond = () => json(response, {})
    })
    work = async (request) => {
      await request.callApi('notes', '/notes', { method: 'POST', body: {} })
      return { count: made }
    }
    const abort = new AbortController()
    const lost = new Agent()
      .request({
        origin: gatehouse().origin,
        path: '/test/notes',
        method: 'POST',
        signal: abort.signal,
        headers: {
          host: 'localhost:5173',
          cookie: await browser.cookieHeader(),
          'x-csrf': '1',
          'content-type': 'application/json',
          'idempotency-key': '"key-1"',
        },
        body: '{"title":"One"}',
      })
      .catch((error: Error) => error.name)
    await until(() => respond !== undefined)
    abort.abort()
    expect(await lost).toBe('AbortError')
    await sleep(50)
    const second = send(browser, 'key-1')
    await sleep(50)
    respond?.()
    expect((await second).json()).toEqual({ count: 1 })
    expect([made, upstream.calls.length]).toEqual([1, 1])
  })

  it('is made if the route took the answer over', async () => {
    const browser = await gatehouse().signedIn()
    work = async (_request, reply) => {
      reply.hijack()
      reply.raw.writeHead(200, { 'content-type': 'application/json' }).end('{"count":7}')
    }
    expect((await send(browser, 'key-1')).text).toBe('{"count":7}')
    expect((await send(browser, 'key-1')).text).toBe('{"count":7}')
    expect(made).toBe(2)
  })
})

describe('a key', () => {
  it.each([
    ['body', { body: { title: 'Two' } }],
    ['version', { headers: { 'if-match': '"2"' } }],
    ['query', { path: '/test/notes/1?part=2' }],
  ])('with another %s is refused, and changes nothing', async (_name, other) => {
    const browser = await gatehouse().signedIn()
    const usual = { method: 'PATCH', path: '/test/notes/1' } as const
    await send(browser, 'key-1', usual)
    const answer = await send(browser, 'key-1', { ...usual, ...other })
    expectProblem(answer, 422, 'idempotency_key_reused')
    expect(made).toBe(1)
    expect((await send(browser, 'key-1', usual)).headers['idempotent-replayed']).toBe('true')
  })

  it('of a change that is made now is refused for another one', async () => {
    const browser = await gatehouse().signedIn()
    const { answer } = held()
    const first = send(browser, 'key-1')
    await until(() => made > 0)
    const other = await send(browser, 'key-1', { body: { title: 'Two' } })
    expectProblem(other, 422, 'idempotency_key_reused')
    answer()
    expect((await first).status).toBe(200)
  })

  it.each([
    '""',
    'a b',
    '"a',
    'a"',
    `"${'x'.repeat(129)}"`,
    '"a", "b"',
    '"a";p=1',
    String.raw`"\a"`,
  ])('of another form is refused: %s', async (key) => {
    const { errors } = expectProblem(
      await send(await gatehouse().signedIn(), key),
      400,
      'invalid_request',
    )
    expect(errors?.map(({ path }) => path)).toEqual(['/headers/idempotency-key'])
    expect(made).toBe(0)
  })

  it.each([`"${'x'.repeat(128)}"`, '" a=b, c; "', String.raw`"\"\\"`])('may be %s', async (key) => {
    const browser = await gatehouse().signedIn()
    await send(browser, key)
    await send(browser, key)
    expect(made).toBe(1)
  })

  it('of another user’s session finds nothing, and without a session nothing is kept', async () => {
    await send(await gatehouse().signedIn(), 'key-1')
    expect((await send(gatehouse().browser(), 'key-1')).status).toBe(401)
    expect((await send(gatehouse().browser(), 'key-1')).status).toBe(401)
    expect(made).toBe(1)
  })
})

describe('what is kept', () => {
  const kept = () => gatehouse().app.keptAnswers.size

  it('is bounded for each session, in number and size: the oldest goes', async () => {
    const browser = await gatehouse().signedIn()
    const other = await gatehouse().signedIn()
    await send(other, 'key-1')
    const before = kept()
    for (let at = 0; at < keptLimits.answersPerSession + 3; at += 1)
      await send(browser, `many-${at}`)
    expect(kept() - before).toBe(keptLimits.answersPerSession)
    work = async () => ({ count: made, text: 'x'.repeat(keptLimits.bytesPerAnswer - 2100) })
    for (let at = 0; at < 10; at += 1) await send(browser, `large-${at}`)
    expect(kept() - before).toBeLessThanOrEqual(
      keptLimits.bytesPerSession / keptLimits.bytesPerAnswer,
    )
    made = 0
    await send(browser, 'large-9')
    await send(other, 'key-1')
    expect(made).toBe(0)
    await send(browser, 'large-0')
    expect(made).toBe(1)
  })

  it('is bounded for all sessions', async () => {
    const usual = keptLimits.bytes
    const browser = await gatehouse().signedIn()
    await send(browser, 'key-1')
    keptLimits.bytes = 3 * 2100
    const other = await gatehouse().signedIn()
    for (let at = 0; at < 5; at += 1) await send(other, `many-${at}`)
    keptLimits.bytes = usual
    expect(kept()).toBe(3)
    await send(browser, 'key-1')
    expect(made).toBe(7)
  })

  it('is no answer whose headers are more than its size', async () => {
    const keptAnswers = new KeptAnswers(() => 0)
    const link = (bytes: number) => ['x'.repeat(bytes / 2), 'y'.repeat(bytes / 2)]
    for (const [name, bytes] of [
      ['fits', keptLimits.bytesPerAnswer / 2],
      ['too large', keptLimits.bytesPerAnswer],
    ] as const) {
      const change = { session: 's', name, fingerprint: '' }
      const running = await keptAnswers.claim(change, () => true)
      if ('status' in running) throw new Error('It was not made yet')
      running.end({ status: 200, headers: { link: link(bytes) }, payload: null })
    }
    expect(keptAnswers.size).toBe(1)
  })

  it('is no answer of more than its size', async () => {
    const browser = await gatehouse().signedIn()
    work = async () => {
      await sleep(100)
      return { count: made, text: 'x'.repeat(keptLimits.bytesPerAnswer) }
    }
    await send(browser, 'key-1')
    await send(browser, 'key-1')
    expect(made).toBe(2)
    // Who waits for it has it all the same.
    await Promise.all([send(browser, 'key-2'), send(browser, 'key-2')])
    expect(made).toBe(3)
  })
})
