import { describe, expect, it } from 'vitest'
import { builtPath } from '../../src/downstream/index.ts'
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { json } from '../support/upstream.ts'
import { useOrders } from '../support/use-orders.ts'

const { upstream, route, signedIn, gatehouse } = await useOrders()

/** Headers that a browser, a proxy or an attacker may send. */
const fromOutside = {
  authorization: 'Bearer of-the-client',
  'x-forwarded-for': '10.0.0.1',
  forwarded: 'for=10.0.0.1',
  'x-forwarded-host': 'evil.test',
  'accept-language': 'de',
  'accept-encoding': 'gzip',
  'if-match': '"x"',
  prefer: 'return=minimal',
  consistencylevel: 'eventual',
  'user-agent': 'Mozilla/5.0',
  referer: 'http://localhost:5173/users',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'x-http-method-override': 'DELETE',
}

describe('the request to an API', () => {
  it('has the user’s own token and what the route sets, and of the client its trace alone', async () => {
    route.does((request) => request.callApi('orders', '/things'))
    const browser = await signedIn()
    upstream.answers((response) => json(response, []))
    expect((await browser.get('/test/call', fromOutside)).status).toBe(200)
    const [call] = upstream.calls
    expect(Object.keys(call?.headers ?? {}).toSorted()).toEqual([
      'accept',
      'authorization',
      'connection',
      'host',
      'traceparent',
    ])
    expect(call?.headers.accept).toBe('application/json')
    expect(call?.headers.authorization).toMatch(/^Bearer ey[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(call?.headers.host).toBe(new URL(upstream.url).host)
    // The trace goes on, and this request is the caller in it (W3C Trace Context §3.2).
    const [, traceId, caller] = call?.headers.traceparent?.toString().split('-') ?? []
    const [, clientTrace, client] = fromOutside.traceparent.split('-')
    expect(traceId).toBe(clientTrace)
    expect(caller).not.toBe(client)
    expect(call?.body).toBe('')
  })

  it('has the allowed headers if the route sends them', async () => {
    const headers = {
      'accept-language': 'fr',
      consistencylevel: 'eventual',
      'if-match': '"1"',
      prefer: 'respond-async',
    }
    route.does((request) => request.callApi('orders', '/things', { headers }))
    const browser = await signedIn()
    upstream.answers((response) => json(response, []))
    expect((await browser.get('/test/call', fromOutside)).status).toBe(200)
    expect(upstream.calls[0]?.headers).toMatchObject(headers)
  })

  it.each([
    'cookie',
    'authorization',
    'Authorization',
    'host',
    'x-forwarded-for',
    'transfer-encoding',
  ])('never has a header outside the list, even if a route sets it: %s', async (name) => {
    const headers: object = { [name]: 'x' }
    route.does((request) => request.callApi('orders', '/things', { headers }))
    const browser = await signedIn()
    upstream.answers((response) => json(response, []))
    expectProblem(await browser.get('/test/call'), 500, 'internal')
    expect(upstream.calls).toEqual([])
  })

  it('has its body as JSON, byte by byte', async () => {
    const body = { text: 'é漢😀"\\\n', none: null, list: [1, 2.5, true] }
    const browser = await signedIn()
    upstream.answers((response) => json(response, { id: 1 }, 201))
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      route.does((request) => request.callApi('orders', '/things', { method, body }))
      expect((await browser.get('/test/call')).json()).toEqual({ value: { id: 1 } })
    }
    expect(upstream.calls.map(({ method }) => method)).toEqual(['POST', 'PUT', 'PATCH', 'DELETE'])
    for (const call of upstream.calls) {
      expect(call.headers['content-type']).toBe('application/json')
      expect(call.headers['content-length']).toBe(String(Buffer.byteLength(JSON.stringify(body))))
      expect(JSON.parse(call.body)).toEqual(body)
    }
  })

  it('has a query whose values stay values', async () => {
    const query = { $filter: 'a&$top=9#x', 'x y': '../..', plus: '+ %20', lines: '\r\nX: y' }
    route.does((request) => request.callApi('orders', '/things', { query }))
    const browser = await signedIn()
    upstream.answers((response) => json(response, []))
    expect((await browser.get('/test/call')).status).toBe(200)
    const { pathname, searchParams } = new URL(upstream.calls[0]?.path ?? '', upstream.url)
    expect(pathname).toBe('/v2/things')
    expect(Object.fromEntries(searchParams)).toEqual(query)
  })

  it('is not sent if the route names an API that is not configured', async () => {
    route.does((request) => request.callApi('other', '/things'))
    expectProblem(await (await signedIn()).get('/test/call'), 500, 'internal')
    expect(gatehouse().logs.at(-1)).toContain('no API named')
  })
})

describe('a path that a route builds', () => {
  it.each([
    ['/things', '/things'],
    ['/users/$count', '/users/$count'],
    ["/things(key='a')/$value", "/things(key='a')/$value"],
    [`/things/${encodeURIComponent('a b?c#d&e')}`, '/things/a%20b%3Fc%23d%26e'],
    // What encodeURIComponent leaves as it is.
    [`/things/${encodeURIComponent("-_.!~*'()")}`, "/things/-_.!~*'()"],
    ['/things/...', '/things/...'],
    ['/.well-known/x', '/.well-known/x'],
    ['/things/%252e%252e', '/things/%252e%252e'],
  ])('is sent unchanged: %s', (path, sent) => {
    expect(builtPath(path, undefined)).toBe(sent)
  })

  it.each([
    '',
    '/',
    'things',
    'https://evil.test/',
    '//evil.test/things',
    '/things//more',
    '/things/',
    '/things?a=1',
    '/things#a',
    '/things/..',
    '/../things',
    '/./things',
    '/things/%2e%2E/more',
    '/things/.%2e',
    '/things/%2E',
    '/things%2f..%2fmore',
    '/things%5cmore',
    '/things\\more',
    '/things/%00',
    '/things/a b',
    '/things/\r\nHost: evil.test',
    '/things/é',
    '/things/<script>',
    `/things/${encodeURIComponent('../../beta')}`,
  ])('is refused, and no request is sent: %s', async (path) => {
    expect(() => builtPath(path, undefined)).toThrow('encodeURIComponent')
    route.does((request) => request.callApi('orders', path))
    const browser = await signedIn()
    upstream.answers((response) => json(response, []))
    expectProblem(await browser.get('/test/call'), 500, 'internal')
    expect(upstream.calls).toEqual([])
  })
})
