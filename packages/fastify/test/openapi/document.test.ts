import { Validator } from '@seriousme/openapi-schema-validator'
import { defineEndpoints } from '@gatehouse/contract/endpoint'
import { handle } from '@gatehouse/fastify'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { useTestApp } from '@gatehouse/test-support/use-test-app'

const Note = Type.Object({
  title: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  kind: Type.Union([Type.Literal('draft', { description: 'Not <yet>' }), Type.Literal('final')]),
})

const endpoints = defineEndpoints({
  'GET /api/notes/:id': {
    summary: 'A note <b>&</b>',
    params: Type.Object({ id: Type.String({ minLength: 1 }) }),
    query: Type.Object({
      top: Type.Optional(Type.Integer({ default: 5 })),
    }),
    answer: Note,
  },
  'PUT /api/notes/:id': { body: Note, answer: Note },
  'DELETE /api/notes/:id': {},
})

const routes: string[] = []
function extend(app: FastifyInstance): void {
  for (const endpoint of Object.values(endpoints)) {
    handle(app, endpoint, async () => ({ title: null, kind: 'draft' }) as never)
  }
  app.get('/other', async () => 'not of the API')
  app.get('/api/<i>', { schema: { summary: 'x' } }, async () => 'a path of its own')
}

const gatehouse = useTestApp({ extend })
const deployed = useTestApp({ config: { publicUrl: 'https://app.example.com' } })
const deployedAndShown = useTestApp({
  config: { publicUrl: 'https://app.example.com/people', openApi: true },
})

interface Document {
  openapi: string
  servers: { url: string }[]
  components: { securitySchemes: Record<string, { name: string }> }
  paths: Record<string, Record<string, Record<string, unknown>>>
}

async function fetchDocument(): Promise<Document> {
  const answer = await gatehouse().browser().get('/api/openapi.json')
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
  return answer.json() as Document
}

/** The routes of the app, as its own router lists them. */
function routesOf(app: FastifyInstance): string[] {
  routes.length = 0
  const lines = app.printRoutes({ commonPrefix: false }).split('\n')
  let path: string[] = []
  for (const line of lines) {
    const [, indent = '', part = '', methods = ''] =
      /^([│ └├─]*)(\S*) \(([^)]+)\)/u.exec(line) ?? []
    if (methods === '') continue
    path = [...path.slice(0, indent.length / 4 - 1), part]
    for (const method of methods.split(', ')) routes.push(`${method} ${path.join('')}`)
  }
  return routes.filter((route) => / \/api\//.test(route) && !route.startsWith('HEAD'))
}

describe('the OpenAPI document', () => {
  it('is valid', async () => {
    const result = await new Validator().validate((await fetchDocument()) as never)
    expect(result).toMatchObject({ valid: true })
  })

  it('has every endpoint of the API that answers data, and nothing else', async () => {
    const { paths } = await fetchDocument()
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(
        (method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      ),
    )
    const own = ['GET /api/openapi.json', 'GET /api/reference']
    const expected = routesOf(gatehouse().app).filter((route) => !own.includes(route))
    expect(described.toSorted()).toEqual(expected.toSorted())
    expect(expected).toEqual(
      expect.arrayContaining(['GET /api/me', 'PUT /api/notes/:id', 'DELETE /api/sessions/:id']),
    )
  })

  it('says what goes in and out, what is needed, and what an error is', async () => {
    const { paths, components, servers } = await fetchDocument()
    expect(servers).toEqual([{ url: 'http://localhost:5173' }])
    expect(components.securitySchemes['session']).toMatchObject({ name: 'session-5173' })
    const notes = paths['/api/notes/{id}']
    expect(notes?.['get']).toMatchObject({
      summary: 'A note <b>&</b>',
      security: [{ session: [] }],
      parameters: expect.arrayContaining([
        expect.objectContaining({ name: 'id', in: 'path', required: true }),
        expect.objectContaining({ name: 'top', in: 'query', required: false }),
      ]) as unknown,
      responses: { default: { content: { 'application/problem+json': {} } } },
    })
    expect(Object.keys(notes?.['get']?.['responses'] ?? {})).toEqual(['2XX', 'default'])
    expect(notes?.['put']).toMatchObject({
      security: [{ session: [], sameSite: [] }],
      requestBody: { content: { 'application/json': { schema: { required: ['title', 'kind'] } } } },
    })
    expect(Object.keys(notes?.['delete']?.['responses'] ?? {})).toEqual(['204', 'default'])
    expect(paths['/api/session']?.['get']).toMatchObject({ security: [] })
  })

  it('has a page without a script', async () => {
    const { headers, text } = await gatehouse()
      .browser()
      .get('/api/reference', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' })
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(text).not.toContain('<script')
    expect(text).toContain('<h2>PUT /api/notes/{id}</h2>')
    expect(text).toContain('<h2>GET /api/&lt;i&gt;</h2>')
    expect(text).toContain('A note &lt;b&gt;&amp;&lt;/b&gt;')
    expect(text).toContain('Not &lt;yet&gt;')
  })

  it('is not there in a deployed app, unless the configuration says so', async () => {
    for (const path of ['/api/openapi.json', '/api/reference']) {
      expect((await deployed().browser().get(path)).status).toBe(404)
      expect((await deployedAndShown().browser().get(`/people${path}`)).status).toBe(200)
    }
    const { text } = await deployedAndShown().browser().get('/people/api/reference')
    expect(text).toContain('href="/people/api/openapi.json"')
    const answer = await deployedAndShown().browser().get('/people/api/openapi.json')
    const { servers, components } = answer.json() as Document
    expect(servers).toEqual([{ url: 'https://app.example.com/people' }])
    expect(components.securitySchemes['session']).toMatchObject({ name: '__Host-session~people' })
  })
})
