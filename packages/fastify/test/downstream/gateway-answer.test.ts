import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { json, type Called } from '../support/upstream.ts'
import { useOrders } from '../support/use-orders.ts'

const { upstream, route, signedIn } = await useOrders()

const jsonType = { 'content-type': 'application/json' }
const hostile = {
  'set-cookie': ['__Host-gatehouse=x; Path=/', 'b=c'],
  location: 'https://evil.test/',
  'content-security-policy': "script-src 'unsafe-inline'",
  'www-authenticate': 'Basic realm="x"',
  'access-control-allow-origin': '*',
  'access-control-allow-credentials': 'true',
  'x-frame-options': 'ALLOWALL',
  'cache-control': 'public, max-age=31536000',
  etag: '"theirs"',
  refresh: '0; url=https://evil.test/',
  'clear-site-data': '"cookies"',
  'strict-transport-security': 'max-age=0',
  server: 'orders/1',
  'x-powered-by': 'orders',
}

describe('the answer of an API', () => {
  it.each([200, 201, 302, 400, 401, 403, 404, 429, 500, 503])(
    'passes on none of its headers: %d',
    async (status) => {
      route.does((request) => request.callApi('orders', '/things'))
      const browser = await signedIn()
      const usual = (await browser.get('/api/session')).headers
      upstream.answers((response) =>
        response.writeHead(status, { ...jsonType, ...hostile }).end('{}'),
      )
      const { headers, setCookies } = await browser.get('/test/call')
      expect(setCookies).toEqual([])
      const text = JSON.stringify(headers)
      expect(text).not.toMatch(/evil|unsafe-inline|realm|theirs|orders|ALLOWALL|public|max-age=0/)
      const ours = new Set([...Object.keys(usual), 'retry-after'])
      expect(Object.keys(headers).filter((name) => !ours.has(name))).toEqual([])
      expect(headers['content-security-policy']).toBe(usual['content-security-policy'])
    },
  )

  it.each([301, 302, 303, 307, 308])('is never followed as a redirect: %d', async (status) => {
    const browser = await signedIn()
    for (const method of ['GET', 'POST'] as const) {
      for (const location of ['/v2/others', `${upstream.url}/others`, 'http://169.254.169.254/']) {
        route.does((request) => request.callApi('orders', '/things', { method }))
        upstream.answers((response) => response.writeHead(status, { location }).end())
        const { detail } = expectProblem(await browser.get('/test/call'), 502, 'upstream_failed')
        expect(detail).not.toContain('others')
        expect(upstream.calls.map(({ path }) => path)).toEqual(['/v2/things'])
      }
    }
  })

  it.each([201, 202, 204])('is empty if %d has no content', async (status) => {
    const browser = await signedIn()
    route.does((request) => request.callApi('orders', '/things', { method: 'POST', body: {} }))
    upstream.answers((response) => response.writeHead(status).end())
    const answer = await browser.get('/test/call')
    expect([answer.status, answer.json()]).toEqual([200, {}])
  })

  it.each([
    ['application/json', '{"a":1}'],
    ['application/json; charset=utf-8', '{"a":1}'],
    ['Application/JSON;odata.metadata=minimal', ' {"a":1}\n'],
  ])('is passed on as JSON of the type %s', async (type, body) => {
    route.does((request) => request.callApi('orders', '/things'))
    const browser = await signedIn()
    upstream.answers((response) => response.writeHead(200, { 'content-type': type }).end(body))
    expect((await browser.get('/test/call')).json()).toEqual({ value: { a: 1 } } satisfies Called)
  })

  it.each<[string, Record<string, string>, string | Buffer]>([
    ['nothing', jsonType, ''],
    ['no type', {}, '{}'],
    ['HTML', { 'content-type': 'text/html' }, '<h1>'],
    ['JSON called text', { 'content-type': 'text/plain' }, '{}'],
    ['JSON called a sequence', { 'content-type': 'application/json-seq' }, '{}'],
    ['JSON called a patch', { 'content-type': 'application/json-patch+json' }, '[]'],
    ['half of it', jsonType, '{"a":'],
    ['two of it', jsonType, '{}{}'],
    ['a byte order mark', jsonType, '\ufeff{}'],
    ['another encoding', jsonType, Buffer.from('{"a":1}', 'utf16le')],
    ['brackets without an end', jsonType, '['.repeat(4_000_000)],
    ['more than 4 MB', jsonType, JSON.stringify('x'.repeat(4 * 1024 * 1024))],
  ])('is 502 if it is %s', async (_what, headers, body) => {
    route.does((request) => request.callApi('orders', '/things'))
    const browser = await signedIn()
    upstream.answers((response) => response.writeHead(200, headers).end(body))
    const { detail } = expectProblem(await browser.get('/test/call'), 502, 'upstream_failed')
    expect(detail).not.toMatch(/JSON at|position|<h1>/)
    upstream.answers((response) => json(response, { good: true }))
    expect((await browser.get('/test/call')).status).toBe(200)
  })

  it('is cut at 4 MB, even if it has no end', async () => {
    route.does((request) => request.callApi('orders', '/things'))
    const browser = await signedIn()
    let sent = 0
    upstream.answers((response) => {
      response.writeHead(200, jsonType)
      const chunk = Buffer.alloc(256 * 1024, ' ')
      const more = () => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length
        sent += chunk.length
      }
      response.on('drain', more)
      more()
    })
    expectProblem(await browser.get('/test/call'), 502, 'upstream_failed')
    // Bytes in socket buffers were sent, too.
    expect(sent).toBeLessThan(50_000_000)
    await expect.poll(() => upstream.underWay()).toBe(0)
  })

  it('of another type in two million places takes no memory to explain', async () => {
    const answer = Type.Object({ value: Type.Array(Type.String()) })
    route.does((request) => request.callApi('orders', '/things', { answer }))
    const browser = await signedIn()
    upstream.answers((response) => json(response, { value: Array(1_900_000).fill(1) }))
    const before = process.memoryUsage().heapUsed
    expectProblem(await browser.get('/test/call'), 502, 'upstream_failed')
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(250_000_000)
    upstream.answers((response) => json(response, { value: [...Array(1000).fill('a'), 1] }))
    expectProblem(await browser.get('/test/call'), 502, 'upstream_failed')
  })
})
