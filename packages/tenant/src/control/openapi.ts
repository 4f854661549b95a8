/** The OpenAPI 3.1 document of the control API, made from the schemas of its routes: their JSON Schema is that of OpenAPI. */

import type { FastifyInstance, RouteOptions } from 'fastify'
import { Type, type TSchema } from 'typebox'
import { controlErrors, type ControlErrorCode } from './errors.ts'

/** What the document says about a route. */
interface Documented {
  summary: string
  tags: readonly string[]
  /** The errors of this route, besides those that every route has. */
  errors?: readonly ControlErrorCode[]
  /** The answer's status and schema; undefined: 204 without a body. */
  answer?: { status?: number; schema: TSchema; type?: string }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    documented?: Documented
  }
}

type Operation = Record<string, unknown>

/**
 * Collects the routes of a scope that are documented. It has to come before the routes.
 *
 * @param domain of the tenant, for the address of its server
 */
export function collectRoutes(app: FastifyInstance, domain: string): () => Record<string, unknown> {
  const paths: Record<string, Record<string, Operation>> = {}
  app.addHook('onRoute', (route) => {
    const documented = route.config?.documented
    if (!documented) return
    const path = route.url.replace(/:(\w+)/g, '{$1}')
    // HEAD follows from GET.
    for (const method of [route.method].flat().filter((one) => one !== 'HEAD')) {
      paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(route, documented) }
    }
  })
  return () => documentOf(paths, domain)
}

function documentOf(paths: object, domain: string): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Control API of the local tenant',
      version: '1',
      description:
        'Everything that the control page can do, as JSON. It answers this machine only, and no page of another site. ' +
        'The server says which tenant on the port is meant. Scenarios of requests, the journal, the clock, the keys, the state and a reset are those of all.',
    },
    servers: [
      { url: '/', description: 'The first tenant' },
      {
        url: '/_tenant/tenants/{tenant}',
        description: 'Any tenant; its paths may also be written without their own /_tenant',
        variables: {
          tenant: { default: domain, description: 'an id or a domain' },
        },
      },
    ],
    paths,
    components: {
      schemas: {
        Error: Type.Object(
          {
            error: Type.String({ description: 'a sentence' }),
            code: Type.Union(Object.keys(controlErrors).map((code) => Type.Literal(code))),
            problems: Type.Optional(
              Type.Array(Type.Object({ key: Type.String(), message: Type.String() })),
            ),
            neighbours: Type.Optional(Type.Array(Type.String())),
          },
          { description: catalogueText() },
        ),
      },
    },
  }
}

/** The catalogue as a list in Markdown. */
function catalogueText(): string {
  return Object.entries(controlErrors)
    .map(([code, { status, description }]) => `- \`${code}\` (${status}): ${description}`)
    .join('\n')
}

function operationOf(route: RouteOptions, documented: Documented): Operation {
  const { summary, tags } = documented
  const { body, querystring, params } = route.schema ?? {}
  return {
    summary,
    tags,
    operationId: operationId(route),
    parameters: [...parametersOf('path', params, route.url), ...parametersOf('query', querystring)],
    ...(body ? { requestBody: { content: { 'application/json': { schema: body } } } } : {}),
    responses: responsesOf(documented),
  }
}

/** `POST /_tenant/users/:user/revoke` is `post_users_user_revoke`. */
function operationId({ method, url }: RouteOptions): string {
  const words = url.split(/[/:._-]+/).filter((word) => word !== '' && word !== 'tenant')
  return [String(method).toLowerCase(), ...words].join('_')
}

function parametersOf(place: 'path' | 'query', schema: unknown, url = ''): Operation[] {
  const properties = Object.entries(
    (schema as { properties?: Record<string, TSchema> } | undefined)?.properties ?? {},
  )
  const inPath = [...url.matchAll(/:(\w+)/g)].map(([, name = '']): [string, TSchema] => [
    name,
    Type.String(),
  ])
  const all = place === 'path' && properties.length === 0 ? inPath : properties
  return all.map(([name, part]) => ({
    name,
    in: place,
    required: place === 'path',
    schema: part,
  }))
}

function responsesOf({ answer, errors = [] }: Documented): Operation {
  const codes: ControlErrorCode[] = ['invalid_request', 'not_own', ...errors]
  const failures = Object.groupBy(codes, (code) => controlErrors[code].status)
  const error = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } }
  return {
    ...(answer
      ? {
          [answer.status ?? 200]: {
            description: 'Done',
            content: { [answer.type ?? 'application/json']: { schema: answer.schema } },
          },
        }
      : { 204: { description: 'Done' } }),
    ...Object.fromEntries(
      Object.entries(failures).map(([status, some]) => [
        status,
        {
          description: some
            .map((code) => `\`${code}\`: ${controlErrors[code].description}`)
            .join(' '),
          content: error,
        },
      ]),
    ),
  }
}
