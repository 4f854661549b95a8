import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { apiQuery } from '../src/api/use-api.ts'
import { ApiProblem } from '../src/api/call.ts'
import { fieldErrors, refetch, send, singleFlight } from '../src/api/change.ts'
import { endpointAddress } from '../src/api/endpoint-address.ts'
import { createQueryClient } from '../src/api/query.ts'
import './endpoints.ts'

const sent: { path: string; init: RequestInit }[] = []
let answer: () => Response
beforeEach(() => {
  sent.length = 0
  answer = () => Response.json({ title: 'x' })
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    sent.push({ path, init })
    return answer()
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('the address of an endpoint', () => {
  it.each<[string, Parameters<typeof endpointAddress>[1], string]>([
    ['/api/reports', undefined, '/api/reports'],
    ['/api/reports/:id', { params: { id: 'a b/c?d#e' } }, '/api/reports/a%20b%2Fc%3Fd%23e'],
    ['/api/:a/x/:b', { params: { a: 1, b: true } }, '/api/1/x/true'],
    ['/api/reports/:id', { params: { id: '...' } }, '/api/reports/...'],
    [
      '/api/reports',
      { query: { top: 5, search: 'ä&b', none: undefined, nothing: null, tag: ['a', 'b'] } },
      '/api/reports?top=5&search=%C3%A4%26b&tag=a&tag=b',
    ],
    ['/api/reports', { query: { search: undefined } }, '/api/reports'],
  ])('%s with %o', (path, parts, address) => {
    expect(endpointAddress(path, parts)).toBe(address)
  })

  it.each(['.', '..', '', '\uD800'])('is refused for the parameter %j', (id) => {
    const address = () => endpointAddress('/api/reports/:id', { params: { id } })
    expect(address).toThrow(expect.objectContaining({ code: 'not_found', status: 0 }) as Error)
  })

  it('is refused without a parameter', () => {
    expect(() => endpointAddress('/api/reports/:id')).toThrow(
      '/api/reports/:id needs the parameter id',
    )
  })
})

describe('a read', () => {
  it('is kept by path and input, and fetched from that address', async () => {
    const client = createQueryClient()
    await client.fetchQuery(apiQuery('/api/reports/:id', { params: { id: '1' } }))
    await client.fetchQuery(apiQuery('/api/reports/:id', { params: { id: '2' } }))
    expect(sent.map(({ path }) => path)).toEqual(['/api/reports/1', '/api/reports/2'])
    expect(sent[0]?.init.body).toBeUndefined()
  })
})

describe('a change', () => {
  it('sends its body as JSON, with the header that no other site can send', async () => {
    await send('PATCH /api/reports/:id', { params: { id: '7' }, body: { title: 'y' } })
    expect(sent).toMatchObject([
      {
        path: '/api/reports/7',
        init: {
          method: 'PATCH',
          body: '{"title":"y"}',
          headers: { 'x-csrf': '1', 'content-type': 'application/json' },
        },
      },
    ])
    expect(sent[0]?.init.headers).not.toHaveProperty('if-match')
  })

  it('without a body sends none', async () => {
    answer = () => new Response(null, { status: 204 })
    expect(await send('DELETE /api/reports/:id', { params: { id: '7' } })).toBeUndefined()
    expect(sent[0]?.init.body).toBeUndefined()
    expect(sent[0]?.init.headers).not.toHaveProperty('content-type')
  })

  it.each([
    ['7', '"7"'],
    ['"7"', '"7"'],
    ['W/"datetime\'2026\'"', 'W/"datetime\'2026\'"'],
  ])('names the version %s that it is based on', async (ifMatch, header) => {
    await send('PATCH /api/reports/:id', { params: { id: '7' }, body: {}, ifMatch })
    expect(sent[0]?.init.headers).toMatchObject({ 'if-match': header })
  })

  it('is made once at a time, and can be made again afterwards', async () => {
    const once = singleFlight<number>()
    let made = 0
    const work = async () => {
      made += 1
      await Promise.resolve()
      return made
    }
    expect(await Promise.all([once(work), once(work), once(work)])).toEqual([1, 1, 1])
    expect(await once(work)).toBe(2)
    const failing = () => Promise.reject(new Error('x'))
    await expect(once(failing)).rejects.toThrow('x')
    expect(await once(work)).toBe(3)
  })

  it('makes what it changed old: every answer of that path, and no other', async () => {
    const client = createQueryClient()
    const one = apiQuery('/api/reports/:id', { params: { id: '1' } })
    for (const query of [one, apiQuery('/api/reports')]) await client.fetchQuery(query)
    await refetch(client, ['/api/reports/:id'])
    const isOld = (key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated
    expect(isOld(one.queryKey)).toBe(true)
    expect(isOld(apiQuery('/api/reports').queryKey)).toBe(false)
  })

  it('that was refused says what is wrong with each field', async () => {
    const errors = [
      { path: '/body/title', message: 'is empty' },
      { path: '/body/title', message: 'a second one' },
      { path: '/body/items/0/a~1b~0', message: 'is missing' },
      { path: '/body/~01', message: 'is no text' },
      { path: '/query/top', message: 'is no integer' },
      { path: '/body', message: 'is no object' },
    ]
    answer = () =>
      new Response(JSON.stringify({ code: 'invalid_request', errors }), {
        status: 400,
        headers: { 'content-type': 'application/problem+json' },
      })
    const error = await send('POST /api/reports', { body: {} }).catch((thrown: unknown) => thrown)
    expect(fieldErrors(error)).toEqual({
      title: 'is empty',
      'items.0.a/b~': 'is missing',
      '~1': 'is no text',
    })
    expect(fieldErrors(new Error('x'))).toEqual({})
    expect(fieldErrors(new ApiProblem('internal', 500))).toEqual({})
    expect(fieldErrors(null)).toEqual({})
  })
})

describe('the key of a submission', () => {
  const entries = new Map<string, string>()
  const storage = {
    getItem: (name: string) => entries.get(name) ?? null,
    setItem: (name: string, value: string) => void entries.set(name, value),
    removeItem: (name: string) => void entries.delete(name),
  }
  beforeEach(() => {
    entries.clear()
    vi.stubGlobal('sessionStorage', storage)
  })

  const problem = (status: number, code: string, headers = {}) =>
    new Response(JSON.stringify({ code }), {
      status,
      headers: { 'content-type': 'application/problem+json', ...headers },
    })
  const save = (title: string, ifMatch = '1', id = '7', own = send) =>
    own('PATCH /api/reports/:id', { params: { id }, body: { title }, ifMatch }).catch(
      () => 'failed',
    )
  const keys = () =>
    sent.map(({ init }) => (init.headers as Record<string, string>)['idempotency-key'] ?? '')
  const distinct = () => new Set(keys()).size
  const lost = () => {
    throw new TypeError('Failed to fetch')
  }

  it('is new for each one, a text in quotes, and no part of a read', async () => {
    await save('a')
    await save('a')
    expect(distinct()).toBe(2)
    expect(keys()).toEqual([0, 1].map(() => expect.stringMatching(/^"[0-9a-f-]{36}"$/) as unknown))
    expect(entries.size).toBe(0)
    await createQueryClient().fetchQuery(apiQuery('/api/reports'))
    expect(sent[2]?.init.headers).not.toHaveProperty('idempotency-key')
  })

  it.each<[string, () => Response]>([
    ['no answer', lost],
    ['a failure', () => problem(503, 'unavailable')],
    ['an interaction', () => problem(401, 'interaction_required')],
    ['a limit', () => problem(429, 'too_many_requests', { 'retry-after': '5' })],
    [
      'a first attempt under way',
      () => problem(409, 'idempotency_key_in_use', { 'retry-after': '1' }),
    ],
    ['the page of a proxy', () => new Response('<html>', { status: 403 })],
    ['half an answer', () => new Response('{"title":')],
  ])('stays the same after %s, until there is an answer', async (_name, first) => {
    answer = first
    await save('a')
    await save('a')
    answer = () => Response.json({ title: 'a' })
    await save('a')
    expect([keys().length, distinct()]).toEqual([3, 1])
    await save('a')
    expect(distinct()).toBe(2)
  })

  it.each([
    [400, 'invalid_request'],
    [409, 'conflict'],
    [422, 'idempotency_key_reused'],
  ])('is a new one after a refusal: %d %s', async (status, code) => {
    answer = () => problem(status, code)
    await save('a')
    await save('a')
    expect(distinct()).toBe(2)
  })

  it('is a new one for anything else that is sent', async () => {
    answer = lost
    await save('a')
    await save('b')
    await save('a', '2')
    await save('a', '1', '8')
    expect(distinct()).toBe(4)
  })

  it('survives a reload, and nothing of what was sent is stored', async () => {
    answer = lost
    await save('secret')
    vi.resetModules()
    const reloaded = await import('../src/api/change.ts')
    answer = () => Response.json({ title: 'a' })
    await save('secret', '1', '7', reloaded.send)
    expect([keys().length, distinct()]).toEqual([2, 1])
    expect(entries.size).toBe(0)
    answer = lost
    await save('secret')
    expect(JSON.stringify([...entries])).not.toContain('secret')
  })

  it('is kept by a browser that blocks storage, too', async () => {
    vi.stubGlobal('sessionStorage', undefined)
    answer = lost
    await save('a')
    await save('a')
    expect([keys().length, distinct()]).toEqual([2, 1])
  })

  it('is another one for the same change at the same time', async () => {
    await Promise.all([save('a'), save('a')])
    expect(distinct()).toBe(2)
  })
})
