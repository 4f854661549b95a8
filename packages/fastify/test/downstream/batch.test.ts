/** Several requests in one, each with its own outcome. */
import { expectProblem } from '@gatehouse/test-support/expect-problem'
import { useTestApp } from '@gatehouse/test-support/use-test-app'
import { people } from '@gatehouse/tenant/testing'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { BatchOutcome } from '../../src/downstream/batch.ts'
import { ProblemError } from '../../src/index.ts'
import { json } from '../support/upstream.ts'
import { useOrders } from '../support/use-orders.ts'

const Me = Type.Object({ id: Type.String(), displayName: Type.String() })
const Users = Type.Object({ value: Type.Array(Type.Object({ id: Type.String() })) })

/** Outcomes as JSON has them. */
function readable(outcomes: Record<string, BatchOutcome>) {
  return Object.fromEntries(
    Object.entries(outcomes).map(([name, outcome]) => [
      name,
      outcome.ok
        ? { status: outcome.status, body: outcome.body }
        : {
            code: outcome.error.code,
            wait: outcome.error.retryAfterS,
            reason: outcome.error.reason,
          },
    ]),
  )
}

const { upstream, route, signedIn, gatehouse: orders } = await useOrders()

interface Part {
  id: string
  method: string
  url: string
  body?: unknown
  headers: Record<string, string>
  dependsOn?: string[]
}

/** Answers each part by its address. */
function answersParts(answer: (part: Part, round: number) => object | undefined): void {
  upstream.answers((response, { body }, count) => {
    const { requests } = JSON.parse(body) as { requests: Part[] }
    const responses = requests
      .flatMap((part) => {
        const own = answer(part, count)
        return own ? [{ id: part.id, headers: {}, ...own }] : []
      })
      .toReversed()
    json(response, { responses })
  })
}

describe('a batch, on the local tenant', () => {
  const gatehouse = useTestApp({
    extend: (app: FastifyInstance) => {
      app.get('/test/batch', { onRequest: app.requireSignIn }, async (request) => {
        const outcomes = await request.batch('graph', {
          Me: { path: '/me', query: { $select: 'id,displayName' }, answer: Me },
          me: { path: '/users', query: { $top: '2' }, answer: Users },
          nobody: { path: '/users/00000000-0000-0000-0000-0000000000ff' },
          shape: { path: '/me', query: { $select: 'id' }, answer: Users },
        })
        expectTypeOf(outcomes.Me).toEqualTypeOf<BatchOutcome<{ id: string; displayName: string }>>()
        return readable(outcomes)
      })
    },
  })

  it('has the outcome of each request by its name, and is one call', async () => {
    const browser = gatehouse().browser()
    await browser.signIn()
    const user = people(gatehouse().tenant).first
    const answer = (await browser.get('/test/batch')).json()
    expect(answer).toMatchObject({
      Me: { status: 200, body: { id: user.id, displayName: user.displayName } },
      me: { status: 200, body: { value: [{}, {}] } },
      nobody: { code: 'not_found' },
      shape: { code: 'upstream_failed' },
    })
    expect(gatehouse().tenant.journal.count('batch')).toBe(1)
  })
})

describe('a batch', () => {
  it('sends paths, bodies and dependencies in Graph’s form', async () => {
    const browser = await signedIn()
    answersParts(() => ({ status: 204 }))
    route.does(async (request) =>
      readable(
        await request.batch('orders', {
          first: { method: 'POST', path: '/a', body: { x: 1 }, headers: { prefer: 'y' } },
          second: { path: '/b', query: { $top: '1' }, dependsOn: ['first'] },
        }),
      ),
    )
    expect((await browser.get('/test/call')).json()).toEqual({
      value: { first: { status: 204 }, second: { status: 204 } },
    })
    const [call] = upstream.calls
    expect([call?.method, call?.path]).toEqual(['POST', '/v2/$batch'])
    expect(JSON.parse(call?.body ?? '')).toEqual({
      requests: [
        {
          id: '1',
          method: 'POST',
          url: '/a',
          headers: { prefer: 'y', 'content-type': 'application/json' },
          body: { x: 1 },
        },
        { id: '2', method: 'GET', url: '/b?$top=1', headers: {}, dependsOn: ['1'] },
      ],
    })
  })

  it('has a problem for each part that failed, as callApi has', async () => {
    const browser = await signedIn()
    const failures: Record<string, object | undefined> = {
      '/throttled': { status: 429, headers: { 'Retry-After': '7' } },
      '/busy': { status: 503 },
      '/late': { status: 504 },
      '/dependent': { status: 424, body: { error: { code: 'FailedDependency' } } },
      '/denied': { status: 403, body: { error: { code: 'Authorization_RequestDenied' } } },
      '/moved': { status: 302, headers: { Location: 'https://evil.test/' } },
      '/silent': undefined,
      '/good': { status: 200, body: { a: 1 } },
    }
    answersParts(({ url }) => failures[url])
    route.does(async (request) => {
      const requests = Object.keys(failures).map((path) => [path.slice(1), { path }] as const)
      return readable(await request.batch('orders', Object.fromEntries(requests)))
    })
    expect((await browser.get('/test/call')).json()).toEqual({
      value: {
        throttled: { code: 'too_many_requests', wait: 7 },
        busy: { code: 'unavailable', wait: 10 },
        late: { code: 'upstream_timeout' },
        dependent: { code: 'upstream_failed' },
        denied: { code: 'forbidden' },
        moved: { code: 'upstream_failed' },
        silent: { code: 'upstream_failed' },
        good: { status: 200, body: { a: 1 } },
      },
    })
    // Nothing is sent again: what was throttled has to wait.
    expect(upstream.calls).toHaveLength(1)
  })

  it('takes a part whose headers are those of the answer before it was put into JSON', async () => {
    const browser = await signedIn()
    const headers = { 'Content-Encoding': 'gzip', 'Content-Type': 'text/plain', ETag: '"1"' }
    answersParts(() => ({ status: 200, headers, body: { a: 1 } }))
    route.does(async (request) => readable(await request.batch('orders', { one: { path: '/a' } })))
    expect((await browser.get('/test/call')).json()).toEqual({
      value: { one: { status: 200, body: { a: 1 } } },
    })
  })

  it('of reads is sent once more with a new token, if a part rejects the first', async () => {
    const browser = await signedIn()
    answersParts(({ url }, round) =>
      url === '/b' && round === 1 ? { status: 401 } : { status: 200, body: 1 },
    )
    route.does(async (request) =>
      readable(await request.batch('orders', { a: { path: '/a' }, b: { path: '/b' } })),
    )
    expect((await browser.get('/test/call')).json()).toMatchObject({
      value: { a: { status: 200 }, b: { status: 200 } },
    })
    expect(upstream.calls).toHaveLength(2)
  })

  it('of changes is never sent again: its rejected part has to be', async () => {
    const browser = await signedIn()
    answersParts(({ url }) => ({ status: url === '/b' ? 401 : 204 }))
    route.does(async (request) =>
      readable(
        await request.batch('orders', {
          a: { method: 'DELETE', path: '/a' },
          b: { path: '/b' },
        }),
      ),
    )
    expect((await browser.get('/test/call')).json()).toEqual({
      value: { a: { status: 204 }, b: { code: 'unavailable', wait: 1 } },
    })
    expect(upstream.calls).toHaveLength(1)
  })

  it('fails as a whole if the API refuses it or answers something else', async () => {
    const browser = await signedIn()
    route.does((request) => request.batch('orders', { a: { path: '/a' } }))
    upstream.answers((response) => json(response, {}, 429))
    expectProblem(await browser.get('/test/call'), 429, 'too_many_requests')
    for (const other of [
      {},
      { responses: [{ id: 1 }] },
      { responses: [{ id: '1', status: 'x' }] },
    ]) {
      upstream.answers((response) => json(response, other))
      const problem = expectProblem(await browser.get('/test/call'), 502, 'upstream_failed')
      expect(problem.api).toBe('orders')
    }
    const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    upstream.answers((response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(`{"responses":[{"id":"1","status":200,"body":${nested}}]}`),
    )
    expectProblem(await browser.get('/test/call'), 502, 'upstream_failed')
  })

  const many = Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`a${at}`, { path: '/a' }]))
  it.each<[string, Parameters<FastifyRequest['batch']>[1]]>([
    ['without requests', {}],
    ['of 21 requests', many],
    ['with a path that leaves the API', { a: { path: '/../beta/me' } }],
    [
      'with a dependency that comes later',
      { a: { path: '/a', dependsOn: ['b'] }, b: { path: '/b' } },
    ],
    ['with a header of its own', { a: { path: '/a', headers: { cookie: 'x' } as object } }],
  ])('is a mistake in the route %s', async (_what, requests) => {
    const browser = await signedIn()
    upstream.answers((response) => json(response, { responses: [] }))
    route.does((request) => request.batch('orders', requests))
    expectProblem(await browser.get('/test/call'), 500, 'internal')
    expect(upstream.calls).toEqual([])
    expect(orders().logs.at(-1)).not.toContain(ProblemError.name)
  })
})
