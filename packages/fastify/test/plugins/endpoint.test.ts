import { defineEndpoints, type EndpointSchemas } from '@gatehouse/contract/endpoint'
import type { Problem } from '@gatehouse/contract/problem'
import { handle, requireVersion, serverOptions } from '@gatehouse/fastify'
import { findProjectRoot, loadConfig } from '@gatehouse/fastify/config'
import Fastify, { type FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { errorHandler } from '../../src/plugins/error-handler.ts'

const Note = Type.Object({ id: Type.String(), title: Type.String() })
const NoteChange = Type.Object({
  title: Type.String({ minLength: 1, maxLength: 20 }),
  stars: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 })),
  due: Type.Optional(Type.Union([Type.String({ format: 'date' }), Type.Null()])),
  /** A conversion would make a number of "5". */
  size: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
  tags: Type.Optional(Type.Array(Type.Object({ name: Type.String() }), { maxItems: 2 })),
})

const endpoints = defineEndpoints({
  'GET /notes': { query: Type.Object({ top: Type.Optional(Type.Integer()) }), answer: Note },
  'GET /tags': {
    query: Type.Object({
      tag: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { maxItems: 2 })),
      year: Type.Optional(Type.Array(Type.Integer())),
    }),
    answer: Type.Object({ got: Type.Unknown() }),
  },
  'GET /notes/:id': { answer: Note },
  'POST /notes/:status': { answer: Note },
  'GET /years/:year': {
    params: Type.Object({ year: Type.Integer({ minimum: 1 }) }),
    answer: Type.Object({ year: Type.Integer() }),
  },
  'PUT /notes/:id': { body: NoteChange, answer: Type.Object({ got: Type.Unknown() }) },
  'PATCH /notes/:id': { body: Type.Partial(NoteChange), answer: Note },
  'DELETE /notes/:id': {},
  'PUT /anything': { body: Type.Unknown(), answer: Type.Object({ got: Type.Unknown() }) },
  'PUT /shapes': {
    body: Type.Object({
      place: Type.Optional(
        Type.Tuple([Type.Number(), Type.Object({ unit: Type.String() }, { title: 'Unit' })]),
      ),
      people: Type.Optional(Type.Record(Type.String(), Type.Object({ role: Type.String() }))),
      both: Type.Optional(
        Type.Intersect([
          Type.Object({ a: Type.String() }),
          Type.Object({ deep: Type.Object({ b: Type.Optional(Type.String()) }) }),
          Type.Union([Type.Object({ c: Type.String() }), Type.Object({ d: Type.Number() })]),
        ]),
      ),
      open: Type.Optional(
        Type.Intersect([Type.Object({ a: Type.String() })], { unevaluatedProperties: true }),
      ),
      tree: Type.Optional(
        Type.Cyclic(
          { Node: Type.Object({ name: Type.String(), below: Type.Array(Type.Ref('Node')) }) },
          'Node',
        ),
      ),
    }),
    answer: Type.Object({ got: Type.Unknown() }),
  },
})

const root = findProjectRoot(import.meta.dirname)
const app: FastifyInstance = Fastify(serverOptions(loadConfig({ LOG_LEVEL: 'silent' }, root)))
await app.register(errorHandler, { apiNames: new Map() })
const note = { id: '1', title: 'One', secret: 'not described' }
const reached: string[] = []
handle(app, endpoints['GET /notes'], async ({ query }) => {
  expectTypeOf(query).toEqualTypeOf<{ top?: number }>()
  return { ...note, title: String(query.top) }
})
handle(app, endpoints['GET /tags'], async ({ query }) => ({ got: query }))
handle(app, endpoints['GET /notes/:id'], async ({ params }) => {
  expectTypeOf(params).toEqualTypeOf<Record<'id', string>>()
  return { ...note, id: params.id }
})
handle(app, endpoints['POST /notes/:status'], async ({ params }, reply) => {
  reply.code(Number(params.status))
  return note
})
handle(app, endpoints['GET /years/:year'], async ({ params }) => ({ year: params.year }))
handle(app, endpoints['PUT /notes/:id'], async ({ body }) => {
  reached.push('PUT')
  return { got: body }
})
handle(
  app,
  endpoints['PATCH /notes/:id'],
  { onRequest: async (_request, reply) => void reply.header('x-option', 'kept') },
  async (request) => {
    requireVersion(request, '7')
    return note
  },
)
handle(app, endpoints['DELETE /notes/:id'], async () => undefined)
handle(app, endpoints['PUT /anything'], async ({ body }) => ({ got: body }))
handle(app, endpoints['PUT /shapes'], async ({ body }) => ({ got: body }))

const put = (payload: unknown, headers = {}) =>
  app.inject({
    method: 'PUT',
    url: '/notes/1',
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  })

describe('a described endpoint', () => {
  it('answers what its schema names, and nothing else', async () => {
    expect((await app.inject('/notes/x%2Fy')).json()).toEqual({ id: 'x/y', title: 'One' })
    expect((await app.inject('/notes?top=3')).json()).toEqual({ id: '1', title: '3' })
    expect((await app.inject('/years/2026')).json()).toEqual({ year: 2026 })
  })

  it.each([
    ['', {}],
    ['?tag=a', { tag: ['a'] }],
    ['?tag=a&tag=b', { tag: ['a', 'b'] }],
    ['?year=2026', { year: [2026] }],
  ])('takes a list in its query, of one value as well: %j', async (query, got) => {
    expect((await app.inject(`/tags${query}`)).json()).toEqual({ got })
  })

  it.each(['/tags?tag=', '/tags?tag=a&tag=b&tag=c', '/tags?year=x', '/notes?top=1&top=2'])(
    'refuses a list that does not fit, and one in place of a value: %s',
    async (address) => {
      expect((await app.inject(address)).statusCode).toBe(400)
    },
  )

  it.each([200, 201, 202, 203, 299])('answers no more with status %d', async (status) => {
    const answer = await app.inject({ method: 'POST', url: `/notes/${status}` })
    expect([answer.statusCode, answer.json()]).toEqual([status, { id: '1', title: 'One' }])
  })

  it('without an answer is 204', async () => {
    const answer = await app.inject({ method: 'DELETE', url: '/notes/1' })
    expect([answer.statusCode, answer.body]).toEqual([204, ''])
  })

  it('has Fastify’s options of a route', async () => {
    const answer = await app.inject({ method: 'PATCH', url: '/notes/1', payload: {} })
    expect(answer.headers['x-option']).toBe('kept')
  })

  it('gets the body as it came: nothing is converted', async () => {
    const body = { title: '5', stars: 5, due: null, size: '5', tags: [{ name: '' }] }
    expect((await put(body)).json()).toEqual({ got: body })
  })

  it('with another handler does not compile', () => {
    const wrong = () => {
      // @ts-expect-error the answer has another shape
      handle(app, endpoints['GET /notes'], async () => ({ name: 'x' }))
      // @ts-expect-error there is no such endpoint
      handle(app, endpoints['GET /note'], async () => note)
      // @ts-expect-error the schema is the endpoint's
      handle(app, endpoints['GET /notes'], { schema: {} }, async () => note)
    }
    expect(wrong).toBeTypeOf('function')
  })
})

describe('a body with other shapes than objects and lists', () => {
  const shapes = (payload: object) => app.inject({ method: 'PUT', url: '/shapes', payload })
  const right = {
    place: [1, { unit: 'm' }],
    people: { ada: { role: 'x' } },
    both: { a: 'x', deep: { b: 'y' }, c: 'z' },
    open: { a: 'x', more: 1 },
    tree: { name: 'x', below: [{ name: 'y', below: [] }] },
  }

  it('arrives if it fits', async () => {
    expect((await shapes(right)).json()).toEqual({ got: right })
  })

  it.each([
    { place: ['1', { unit: 'm' }] },
    { place: [1, 2] },
    { place: [1, { unit: 5 }] },
    { place: [1, { unit: 'm', admin: true }] },
    { place: [1] },
    { place: [1, { unit: 'm' }, 3] },
    { people: { ada: { role: 5 } } },
    { people: { ada: { role: 'x', admin: true } } },
    { both: { a: 'x', deep: {} } },
    { both: { a: 'x', deep: {}, d: '1' } },
    { both: { a: 'x', deep: {}, d: 1, admin: true } },
    { both: { a: 'x', deep: { admin: true }, d: 1 } },
    { tree: { name: 'x', below: [], admin: true } },
    { tree: { name: 'x', below: [{ name: 'y', below: [], admin: true }] } },
  ])('has no more and nothing else than its schema names: %j', async (wrong) => {
    expect((await shapes({ ...right, ...wrong })).statusCode).toBe(400)
  })
})

describe('a body of many levels', () => {
  const headers = { 'content-type': 'application/json' }
  const send = (url: string, payload: string) =>
    app.inject({ method: 'PUT', url, headers, payload })
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

  it('arrives with a hundred of them', async () => {
    const answer = await send('/anything', nested(100))
    expect([answer.statusCode, answer.body]).toEqual([200, `{"got":${nested(100)}}`])
  })

  const tree = (levels: number) =>
    `{"tree":${'{"name":"","below":['.repeat(levels)}${']}'.repeat(levels)}}`

  it.each([
    ['/anything', nested(101)],
    ['/anything', nested(7000)],
    ['/anything', `{"a":${nested(7000)}}`],
    ['/shapes', tree(700)],
  ])('is refused with more, at %s (%#)', async (url, body) => {
    const answer = await send(url, body)
    expect([answer.statusCode, answer.json<Problem>().code]).toEqual([400, 'invalid_request'])
    expect(answer.json<Problem>().errors).toEqual([
      { path: '/body', message: 'is nested more than 100 levels deep' },
    ])
  })
})

describe('a request that does not fit', () => {
  it.each<[unknown, { path: string; message: string }[]]>([
    [{}, [{ path: '/body/title', message: 'is missing' }]],
    [{ title: '' }, [{ path: '/body/title', message: 'is empty' }]],
    [{ title: 5 }, [{ path: '/body/title', message: 'is no string' }]],
    [{ title: null }, [{ path: '/body/title', message: 'is no string' }]],
    [
      { title: 'x'.repeat(21), stars: '5', due: 'soon' },
      [
        { path: '/body/title', message: 'has more than 20 characters' },
        { path: '/body/stars', message: 'is no integer' },
        { path: '/body/due', message: 'is none of the values that are accepted' },
      ],
    ],
    [{ title: 'x', stars: 6 }, [{ path: '/body/stars', message: 'is more than 5' }]],
    [{ title: 'x', stars: 0 }, [{ path: '/body/stars', message: 'is less than 1' }]],
    [{ title: 'x', tags: [{}] }, [{ path: '/body/tags/0/name', message: 'is missing' }]],
    [
      { title: 'x', tags: [{ name: 'a', 'b/~': 1 }] },
      [{ path: '/body/tags/0/b~1~0', message: 'is not expected' }],
    ],
    [
      { title: 'x', tags: [{ name: '' }, { name: '' }, { name: '' }] },
      [{ path: '/body/tags', message: 'has more than 2 entries' }],
    ],
    [{ title: 'x', admin: true }, [{ path: '/body/admin', message: 'is not expected' }]],
    [[], [{ path: '/body', message: 'is no object' }]],
    ['null', [{ path: '/body', message: 'is no object' }]],
  ])('is refused with each field: %j', async (body, errors) => {
    reached.length = 0
    const answer = await put(body)
    const problem = answer.json<Problem>()
    expect([answer.statusCode, problem.code]).toEqual([400, 'invalid_request'])
    expect(problem.errors?.toSorted(byPath)).toEqual(errors.toSorted(byPath))
    expect(reached).toEqual([])
  })

  it('says of a member that no schema names that it is not expected', async () => {
    const { detail } = (await put({ title: 'x', admin: true })).json<Problem>()
    expect(detail).toBe('body: admin is not expected')
  })

  it('names the query and the parameters as well', async () => {
    const query = (await app.inject('/notes?top=many&page=2')).json<Problem>()
    expect(query.errors?.toSorted(byPath)).toEqual([
      { path: '/query/page', message: 'is not expected' },
      { path: '/query/top', message: 'is no integer' },
    ])
    expect((await app.inject('/years/0')).json<Problem>().errors).toEqual([
      { path: '/params/year', message: 'is less than 1' },
    ])
  })

  it('names twenty fields at most, and none of a thousand characters', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, place) => [`${place}-${'x'.repeat(100)}`, 1]),
    )
    const { errors = [] } = (await put({ title: 'x', ...many })).json<Problem>()
    expect(errors).toHaveLength(20)
    expect(Math.max(...errors.map(({ path }) => path.length))).toBeLessThan(80)
  })

  it('holds nothing that was sent but the names of fields', async () => {
    const secret = 'hunter2-'.repeat(4)
    expect((await put({ title: secret, stars: secret, due: secret })).body).not.toContain('hunter2')
  })

  it('is refused before the body is read if it is no JSON', async () => {
    const problem = (answer: Awaited<ReturnType<typeof put>>) => [
      answer.statusCode,
      answer.json<Problem>().code,
    ]
    expect(problem(await put('{'))).toEqual([400, 'invalid_request'])
    expect(problem(await put('title=x', { 'content-type': 'text/csv' }))).toEqual([
      415,
      'invalid_request',
    ])
    expect(problem(await put({ title: 'x'.repeat(20_000) }))).toEqual([413, 'invalid_request'])
  })
})

describe('a schema', () => {
  const add = (schemas: EndpointSchemas) => {
    const list = defineEndpoints({ 'POST /inherited': schemas })
    handle(Fastify(), list['POST /inherited'], async () => undefined)
  }
  const named = (name: string) => Type.Object({ [name]: Type.Unknown(), title: Type.String() })

  it.each(['toString', 'valueOf', 'hasOwnProperty', '__defineGetter__'])(
    'with a member that every object has is refused: %s',
    (name) => {
      const inside = Type.Object({ list: Type.Array(Type.Union([named(name), Type.Null()])) })
      for (const schemas of [{ query: named(name) }, { body: inside }, { answer: inside }]) {
        expect(() => add(schemas)).toThrow(`A schema names the member "${name}"`)
      }
    },
  )

  it('may have a constructor, which has to be there, and nothing more', async () => {
    const own = Fastify(serverOptions(loadConfig({ LOG_LEVEL: 'silent' }, root)))
    await own.register(errorHandler, { apiNames: new Map() })
    const teams = defineEndpoints({ 'POST /teams': { body: named('constructor') } })
    handle(own, teams['POST /teams'], async () => undefined)
    const statusOf = async (payload: object) =>
      (await own.inject({ method: 'POST', url: '/teams', payload })).statusCode
    expect(await statusOf({ title: 'x', constructor: 'Ferrari' })).toBe(204)
    expect(await statusOf({ title: 'x' })).toBe(400)
    expect(await statusOf({ title: 'x', more: 1 })).toBe(400)
    expect(await statusOf({ title: 'x', constructor: 'Ferrari', more: 1 })).toBe(400)
  })
})

describe('a change of a version', () => {
  const patch = (ifMatch?: string) =>
    app.inject({
      method: 'PATCH',
      url: '/notes/1',
      payload: {},
      headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
    })

  it.each(['"7"', 'W/"7"', '"6", "7"', '"6" , W/"7"', '*', ' * '])(
    'is made for %s',
    async (tag) => {
      expect((await patch(tag)).statusCode).toBe(200)
    },
  )

  it.each(['"6"', 'W/"77"', '"7 "', '""', '"6", "8"'])('is a conflict for %j', async (tag) => {
    const answer = await patch(tag)
    expect([answer.statusCode, answer.json<Problem>().code]).toEqual([412, 'conflict'])
  })

  it.each(['7', '', '"7', "'7'"])('is refused for what names no version: %j', async (tag) => {
    const answer = await patch(tag)
    expect(answer.statusCode).toBe(400)
    expect(answer.json<Problem>().detail).toContain('in quotes')
  })

  it('is refused without a version', async () => {
    const answer = await patch()
    expect([answer.statusCode, answer.json<Problem>().code]).toEqual([428, 'invalid_request'])
  })
})

describe('a list of endpoints', () => {
  it.each<[string, EndpointSchemas]>([
    ['get /notes', {}],
    ['GET notes', {}],
    ['GET  /notes', {}],
    ['HEAD /notes', {}],
    ['GET /notes?x=1', {}],
    ['GET /notes', { body: Note }],
    ['GET /notes/:id', { params: Type.Object({ name: Type.String() }) }],
    ['GET /notes', { params: Type.Object({ id: Type.String() }) }],
  ])('refuses "%s" with a sentence', (name, schemas) => {
    expect(() => defineEndpoints({ [name]: schemas })).toThrow(
      new RegExp(`^"${name.replace('?', String.raw`\?`)}" (is no endpoint|has )`),
    )
  })

  it('cannot be changed', () => {
    expect(() => Object.assign(endpoints['GET /notes'], { path: '/x' })).toThrow(TypeError)
  })
})

function byPath(one: { path: string }, other: { path: string }): number {
  return one.path < other.path ? -1 : 1
}
