/**
 * The description of the API, made of the schemas of its routes (OpenAPI 3.1): `GET /api/openapi.json`, and a page for
 * people at `/api/reference`. In development, or where `openApi` of the configuration says so.
 */
import swagger from '@fastify/swagger'
import { productEndpoints } from '@gatehouse/contract/endpoints'
import { api } from '@gatehouse/contract/paths'
import { Problem, problemMediaType } from '@gatehouse/contract/problem'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { createCookieJar, sessionCookie } from '../session/cookie.ts'
import { sendReference, type OpenApi } from './page.ts'

/** What needs no session. */
const publicPaths: readonly string[] = [
  api.session,
  api.signInProblem,
  api.doctor,
  api.development,
  api.openApi,
  api.reference,
]

async function openApi(app: FastifyInstance, { publicUrl }: { publicUrl: string }): Promise<void> {
  const cookie = createCookieJar(publicUrl).name(sessionCookie)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'API of this app',
        version: '1',
        description:
          'For the app’s own page, and for programs that have a session cookie. Every error is a problem (RFC 9457).',
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: cookie,
            description: 'The HttpOnly cookie that a sign-in sets.',
          },
          sameSite: {
            type: 'apiKey',
            in: 'header',
            name: 'x-csrf',
            description: 'Any value, such as 1, on every request that changes something.',
          },
        },
        schemas: { Problem },
      },
    },
    transform: ({ schema, url, route }) => ({ schema: describe(schema, url, route), url }),
  })
  const config = { allowFrom: 'anyone' } as const
  app.get(api.openApi, { config, schema: { hide: true } }, async (_request, reply) =>
    reply
      .type('application/json; charset=utf-8')
      .serializer((body: unknown) => JSON.stringify(body))
      .send(app.swagger()),
  )
  app.get(
    api.reference,
    { config: { allowFrom: 'navigation' }, schema: { hide: true } },
    (_request, reply) => sendReference(reply, app.swagger() as OpenApi, app.basePath),
  )
}

/** Pages, the sign-in flow and health checks are no part of the API. */
function describe(schema: FastifySchema = {}, url: string, route: RouteOptions): FastifySchema {
  const [method = ''] = [route.method].flat()
  if (!url.startsWith('/api/') || method === 'HEAD') return { ...schema, hide: true }
  const name = `${method} ${url}`
  const known = name in productEndpoints ? productEndpoints[name as ProductEndpoint] : undefined
  const { response = {} } = schema as { response?: Record<string, unknown> }
  const changes = method !== 'GET'
  const needs = {
    ...(!publicPaths.includes(url) && { session: [] }),
    ...(changes && { sameSite: [] }),
  }
  return {
    ...(known?.summary !== undefined && { summary: known.summary }),
    ...schema,
    ...(route.config?.body && { body: route.config.body }),
    ...(route.config?.idempotencyKey && { headers: idempotencyKey }),
    security: Object.keys(needs).length > 0 ? [needs] : [],
    response: {
      ...(Object.keys(response).length === 0 && { 204: { description: 'Done', type: 'null' } }),
      ...response,
      default: {
        description: 'A problem',
        content: { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

const idempotencyKey = {
  type: 'object',
  properties: {
    'idempotency-key': {
      type: 'string',
      description:
        'A new one in quotes for each change, such as a UUID. A repetition with the same one gets the first answer.',
      example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
    },
  },
} as const

type ProductEndpoint = keyof typeof productEndpoints

export default fp(openApi, { name: 'openapi', dependencies: ['error-handler'] })
