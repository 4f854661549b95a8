/** Server-sent events of a route, and when they end. */
import { EventEmitter, on } from 'node:events'
import type { Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { startGatehouse } from '@gatehouse/test-support/gatehouse'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import type { Browser } from '@gatehouse/tenant/testing'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventStreamLimits } from '../../src/downstream/streams/server-events.ts'
import { openAnswer, readAll } from '../support/streaming.ts'

type Source = Parameters<FastifyReply['sse']>[0]

const usual = { ...eventStreamLimits }
const news = new EventEmitter()
let source: Source
let ends = 0

beforeEach(() => {
  ends = 0
  source = async function* ({ signal }) {
    try {
      for await (const [data] of on(news, 'news', { signal })) yield { data }
    } finally {
      ends += 1
    }
  }
})
afterEach(() => void Object.assign(eventStreamLimits, usual))

const minute = 60_000
const options = {
  config: { session: { idleMinutes: 10, absoluteMinutes: 60 } },
  extend: (app: FastifyInstance) => {
    app.get('/test/events', { onRequest: app.requireSignIn }, (_request, reply) =>
      reply.sse((context) => source(context)),
    )
  },
}
const gatehouse = useTestApp(options)

const accept = 'text/event-stream'
const open = (browser: Browser, headers: Record<string, string> = {}) =>
  openAnswer(gatehouse(), browser, '/test/events', { headers: { accept, ...headers } })

/** Reads until the text has a part. */
async function readUntil(body: Readable, part: string): Promise<string> {
  let text = ''
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    text += String(chunk)
    if (text.includes(part)) break
  }
  return text
}

describe('events of a route', () => {
  it('arrive one by one, with names and ids, after a time to wait before the next try', async () => {
    const browser = await gatehouse().signedIn()
    source = async function* () {
      yield { data: { a: 'line\nbreak' }, event: 'order', id: '41' }
      yield { data: null }
    }
    const { statusCode, headers, body } = await open(browser)
    expect(statusCode).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    const { bytes, isWhole } = await readAll(body)
    expect(isWhole).toBe(true)
    expect(bytes.toString()).toMatch(
      /^retry: [1-4]\d{3}\n\nevent: order\nid: 41\ndata: {"a":"line\\nbreak"}\n\ndata: null\n\n$/,
    )
  })

  it('begin at once, before there is any', async () => {
    const { body } = await open(await gatehouse().signedIn())
    expect(await readUntil(body, 'retry: ')).toMatch(/^retry: \d+\n\n$/)
    body.destroy()
  })

  it.each([
    ['41', '41'],
    ['a'.repeat(201), undefined],
    ['\u00e9', undefined],
  ])('go on where the browser left off: %j', async (sent, seen) => {
    const browser = await gatehouse().signedIn()
    source = async function* ({ lastEventId }) {
      yield { data: lastEventId ?? 'none' }
    }
    const { body } = await open(browser, { 'last-event-id': sent })
    expect((await readAll(body)).bytes.toString()).toContain(`data: "${seen ?? 'none'}"`)
  })

  it('have a heartbeat in between', async () => {
    const browser = await gatehouse().signedIn()
    eventStreamLimits.heartbeatMs = 20
    const { body } = await open(browser)
    expect(await readUntil(body, ':\n\n:\n\n')).toContain(':\n\n')
    body.destroy()
  })

  it.each([
    { data: undefined },
    { data: 1, event: 'a\ndata: 2' },
    { data: 1, id: 'a\nb' },
    { data: 1n },
  ])('that cannot be sent end the stream, and are in the log: %o', async (event) => {
    const browser = await gatehouse().signedIn()
    source = async function* () {
      yield event
    }
    const { bytes } = await readAll((await open(browser)).body)
    expect(bytes.toString()).not.toContain('data:')
    expect(gatehouse().logs.some((line) => line.includes('event_stream_failed'))).toBe(true)
  })

  it('wait for a browser that does not read', async () => {
    const browser = await gatehouse().signedIn()
    let made = 0
    source = async function* () {
      for (;;) {
        made += 1
        yield { data: 'x'.repeat(64 * 1024) }
        await new Promise(setImmediate)
      }
    }
    const { body } = await open(browser)
    let last = -1
    await expect
      .poll(() => {
        const stopped = made === last
        last = made
        return stopped
      })
      .toBe(true)
    expect(made).toBeLessThan(400)
    body.destroy()
  })

  it('are forgotten once they are sent, and not when their stream ends', async () => {
    const browser = await gatehouse().signedIn()
    const sent: WeakRef<object>[] = []
    source = async function* () {
      while (sent.length < 50) {
        const data = { number: sent.length }
        sent.push(new WeakRef(data))
        yield { data }
        await new Promise(setImmediate)
      }
      await new Promise(() => undefined)
    }
    const { body } = await open(browser)
    await readUntil(body, '{"number":49}')
    setFlagsFromString('--expose-gc')
    const collectGarbage: unknown = runInNewContext('gc')
    if (typeof collectGarbage !== 'function') throw new Error('There is no gc')
    collectGarbage()
    // The last ones may still be on their way.
    expect(sent.slice(0, 40).filter((event) => event.deref())).toEqual([])
    body.destroy()
  })

  it('are for the signed-in only', async () => {
    expectProblem(await gatehouse().browser().get('/test/events'), 401, 'sign_in_required')
    expect(ends).toBe(0)
  })

  it('are 429 from the ninth stream of a user on, and others are served', async () => {
    const browser = await gatehouse().signedIn()
    const streams = []
    for (let count = 0; count < eventStreamLimits.perUser; count += 1) {
      streams.push(await open(browser))
    }
    const refused = expectProblem(await browser.get('/test/events'), 429, 'too_many_requests')
    expect(refused.status).toBe(429)
    for (const { body } of streams) body.destroy()
    await expect.poll(() => ends).toBe(eventStreamLimits.perUser)
    const again = await open(browser)
    expect(again.statusCode).toBe(200)
    again.body.destroy()
  })

  it('are 503 if this process has as many as it takes', async () => {
    const browser = await gatehouse().signedIn()
    eventStreamLimits.inAll = 0
    const answer = await browser.get('/test/events')
    expectProblem(answer, 503, 'unavailable')
    expect(answer.headers['retry-after']).toBe('5')
  })
})

describe('a stream of events ends', () => {
  it('when the browser leaves, and so does its source', async () => {
    const { body } = await open(await gatehouse().signedIn())
    await readUntil(body, 'retry')
    body.destroy()
    await expect.poll(() => ends).toBe(1)
    expect(news.listenerCount('news')).toBe(0)
  })

  it('when the user signs out', async () => {
    const browser = await gatehouse().signedIn()
    const { body } = await open(browser)
    const reading = readAll(body)
    await browser.post('/auth/sign-out')
    expect((await reading).isWhole).toBe(true)
    expect(ends).toBe(1)
    // Then the browser gives up: EventSource takes no 401 (HTML §9.2.3).
    expectProblem(await browser.get('/test/events', { accept }), 401, 'sign_in_required')
  })

  it('when the session is ended from another device', async () => {
    const [browser, other] = [await gatehouse().signedIn(), await gatehouse().signedIn()]
    const reading = readAll((await open(browser)).body)
    await other.send('/api/sessions', { method: 'DELETE', headers: { 'x-csrf': '1' } })
    expect((await reading).isWhole).toBe(true)
  })

  it('when the source does not listen', async () => {
    const browser = await gatehouse().signedIn()
    source = async function* () {
      await new Promise(() => undefined)
      yield { data: 0 }
    }
    const reading = readAll((await open(browser)).body)
    await browser.post('/auth/sign-out')
    expect((await reading).isWhole).toBe(true)
  })
})

describe('a source that was written by hand', () => {
  const endings: Record<string, () => unknown> = {
    'throws at once': () => {
      throw new Error('a mistake of the route')
    },
    'returns no promise': () => ({ done: true, value: undefined }),
  }

  it.each(Object.keys(endings))('ends its stream alone if its end %s', async (how) => {
    const rejections: unknown[] = []
    const note = (reason: unknown) => void rejections.push(reason)
    process.on('unhandledRejection', note)
    const iterator = {
      next: async () => ({ done: true, value: undefined }),
      return: endings[how],
    } as unknown as AsyncIterator<never>
    source = () => ({ [Symbol.asyncIterator]: () => iterator })
    const { body } = await open(await gatehouse().signedIn())
    expect((await readAll(body)).isWhole).toBe(true)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(rejections).toEqual([])
  })
})

describe('the idle time of a session', () => {
  it('runs on while a stream is open, whatever is sent and however often it is opened', async () => {
    const own = await startGatehouse(options)
    try {
      const browser = own.browser()
      await browser.signIn()
      eventStreamLimits.heartbeatMs = 20
      const opened = () => openAnswer(own, browser, '/test/events', { headers: { accept } })
      const { body } = await opened()
      own.advance(6 * minute)
      const second = await opened()
      await readUntil(second.body, ':\n\n')
      own.advance(5 * minute)
      const ended = await Promise.all([readAll(body), readAll(second.body)])
      expect(ended.map(({ isWhole }) => isWhole)).toEqual([true, true])
      expectProblem(await browser.get('/api/me'), 401, 'sign_in_required')
    } finally {
      await own.close()
    }
  })

  it('begins again with a request of the page, and the stream goes on', async () => {
    const own = await startGatehouse(options)
    try {
      const browser = own.browser()
      await browser.signIn()
      const { body } = await openAnswer(own, browser, '/test/events', { headers: { accept } })
      await readUntil(body, 'retry')
      own.advance(6 * minute)
      expect((await browser.get('/api/me')).status).toBe(200)
      own.advance(6 * minute)
      // Every stream was looked at once another one has ended.
      const other = own.browser()
      await other.signIn()
      const ending = await openAnswer(own, other, '/test/events', { headers: { accept } })
      await other.post('/auth/sign-out')
      await readAll(ending.body)
      news.emit('news', 'still here')
      expect(await readUntil(body, 'here')).toContain('data: "still here"')
      body.destroy()
    } finally {
      await own.close()
    }
  })
})

describe('the end of the process', () => {
  it('ends streams at once', async () => {
    // Longer than this test may take.
    const own = await startGatehouse({ ...options, env: { DRAIN_TIMEOUT: '60' } })
    const browser = own.browser()
    await browser.signIn()
    const reading = readAll(
      (await openAnswer(own, browser, '/test/events', { headers: { accept } })).body,
    )
    await own.close()
    expect((await reading).isWhole).toBe(true)
  })
})
