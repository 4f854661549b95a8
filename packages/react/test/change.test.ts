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
      { path: '/query/top', message: 'is no integer' },
      { path: '/body', message: 'is no object' },
    ]
    answer = () =>
      new Response(JSON.stringify({ code: 'invalid_request', errors }), {
        status: 400,
        headers: { 'content-type': 'application/problem+json' },
      })
    const error = await send('POST /api/reports', { body: {} }).catch((thrown: unknown) => thrown)
    expect(fieldErrors(error)).toEqual({ title: 'is empty', 'items.0.a/b~': 'is missing' })
    expect(fieldErrors(new Error('x'))).toEqual({})
    expect(fieldErrors(new ApiProblem('internal', 500))).toEqual({})
    expect(fieldErrors(null)).toEqual({})
  })
})
