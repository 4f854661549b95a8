/** Files that an API keeps on other servers: their links are followed, and no token goes there. */
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { Type } from 'typebox'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { json, startUpstream } from '../support/upstream.ts'

const [api, files, stranger] = [await startUpstream(), await startUpstream(), await startUpstream()]
let link = ''
let start = 0
const Part = Type.Object({ nextExpectedRanges: Type.Array(Type.String()) })

const gatehouse = useTestApp({
  config: {
    downstreamApis: {
      drive: {
        baseUrl: `${api.url}/v1.0`,
        scopes: ['User.ReadBasic.All'],
        fileOrigins: [`${files.url}/`],
      },
    },
  },
  extend: (app: FastifyInstance) => {
    app.get('/test/file', { onRequest: app.requireSignIn }, (_request, reply) =>
      reply.streamFromApi('drive', '/me/drive/items/1/content', { headers: { prefer: 'x' } }),
    )
    const upload = { maxBytes: 1000, types: ['application/octet-stream'] }
    app.put('/test/part', { onRequest: app.requireSignIn, config: { upload } }, (request) =>
      request.uploadToApi('drive', link, { range: { start, total: 100 }, answer: Part }),
    )
  },
})
afterAll(() => Promise.all([api, files, stranger].map((one) => one.close())))
beforeEach(() => {
  start = 0
  link = `${files.url}/upload?guid=1&tempauth=a%2Bb`
  files.answers((response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('file'))
  stranger.answers((response) =>
    response.writeHead(200, { 'content-type': 'text/plain' }).end('no'),
  )
  api.answers((response) => response.writeHead(302, { location: `${files.url}/f?sig=a%2Bb` }).end())
})

async function put(body: string, headers: Record<string, string> = {}) {
  const type = { 'content-type': 'application/octet-stream', 'x-csrf': '1' }
  const browser = await gatehouse().signedIn()
  return browser.send('/test/part', { method: 'PUT', body, headers: { ...type, ...headers } })
}

describe('a file on another server', () => {
  it('is fetched by the API’s link, without a token', async () => {
    const answer = await (await gatehouse().signedIn()).get('/test/file')
    expect([answer.status, answer.text]).toEqual([200, 'file'])
    expect(api.calls[0]?.headers.authorization).toMatch(/^Bearer /)
    const [call] = files.calls
    expect(call?.path).toBe('/f?sig=a%2Bb')
    expect(Object.keys(call?.headers ?? {}).toSorted()).toEqual(['accept', 'connection', 'host'])
  })

  it.each([
    ['another server', () => `${stranger.url}/f`],
    ['a server whose name begins alike', () => `${files.url}0/f`],
    ['a name before the server', () => files.url.replace('http://', 'http://user@')],
    ['a path', () => '/v1.0/other'],
    ['a very long address', () => `${files.url}/${'a'.repeat(9000)}`],
    ['nothing', () => undefined],
  ])('is 502 if the link leads to %s', async (_what, location) => {
    const to = location()
    api.answers((response) =>
      response.writeHead(302, to === undefined ? {} : { location: to }).end(),
    )
    expectProblem(await (await gatehouse().signedIn()).get('/test/file'), 502, 'upstream_failed')
    expect([files.calls, stranger.calls]).toEqual([[], []])
  })

  it('is 502 if that server leads on to another', async () => {
    const location = `${files.url}/g`
    files.answers((response) => response.writeHead(302, { location }).end())
    expectProblem(await (await gatehouse().signedIn()).get('/test/file'), 502, 'upstream_failed')
    expect(files.calls).toHaveLength(1)
  })

  it('is forbidden if its link is not good any more: signing in does not help', async () => {
    files.answers((response) => json(response, {}, 401))
    expectProblem(await (await gatehouse().signedIn()).get('/test/file'), 403, 'forbidden')
    expect(api.calls).toHaveLength(1)
  })

  it('is fetched as well after the API has rejected the first token', async () => {
    api.answers((response, _call, count) =>
      count === 1
        ? json(response, {}, 401)
        : response.writeHead(302, { location: `${files.url}/f` }).end(),
    )
    const answer = await (await gatehouse().signedIn()).get('/test/file')
    expect([answer.status, answer.text]).toEqual([200, 'file'])
    expect(api.calls).toHaveLength(2)
  })

  it.each([401, 403])('asks nothing of the user, whatever it says with %d', async (status) => {
    const claims = Buffer.from('{"access_token":{"acrs":{"value":"c1"}}}').toString('base64')
    const challenge = `Bearer error="insufficient_claims", claims="${claims}"`
    files.answers((response) => response.writeHead(status, { 'www-authenticate': challenge }).end())
    expectProblem(await (await gatehouse().signedIn()).get('/test/file'), 403, 'forbidden')
    expect(api.calls).toHaveLength(1)
  })
})

describe('a part of a file in an upload session', () => {
  it('goes to the link of the session, with its place and without a token', async () => {
    start = 26
    files.answers((response) => json(response, { nextExpectedRanges: ['36-99'] }, 202))
    const answer = await put('0123456789')
    expect([answer.status, answer.json()]).toEqual([200, { nextExpectedRanges: ['36-99'] }])
    const [call] = files.calls
    expect(call).toMatchObject({
      method: 'PUT',
      path: '/upload?guid=1&tempauth=a%2Bb',
      body: '0123456789',
    })
    expect(call?.headers).toMatchObject({
      'content-range': 'bytes 26-35/100',
      'content-length': '10',
    })
    expect(call?.headers.authorization ?? call?.headers['traceparent']).toBeUndefined()
  })

  it.each([
    [95, '0123456789'],
    [-1, 'a'],
    [0.5, 'a'],
  ])('is within the file: from %d', async (from, body) => {
    start = from
    expectProblem(await put(body), 400, 'invalid_request')
    expect(files.calls).toEqual([])
  })

  it.each([() => `${stranger.url}/upload`, () => 'file:///etc/passwd', () => 'javascript:1'])(
    'goes nowhere else',
    async (other) => {
      link = other()
      expectProblem(await put('a'), 500, 'internal')
      expect(stranger.calls).toEqual([])
    },
  )

  it.each([
    [401, 403, 'forbidden'],
    [404, 404, 'not_found'],
    [416, 400, 'invalid_request'],
  ] as const)('has the problem of its status: %d', async (status, ours, code) => {
    files.answers((response) => json(response, {}, status))
    expect(expectProblem(await put('a'), ours, code).api).toBe('drive')
  })
})
