/** Routes for endpoints that are described once, for the page and for the back end. */
import type { Endpoint, EndpointAnswer, EndpointParams, Method } from '@gatehouse/contract/endpoint'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { ProblemError } from '../errors.ts'
import { endingChange, repeatAnswer } from './idempotency.ts'
import { answerSerializer, checkBody, closed, schemasOf } from './schemas.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The schema of the body, which `handle` checks by itself. For the OpenAPI document. */
    body?: TSchema
  }
}

type AnyEndpoint = Endpoint & { method: Method; path: string }

/** The request of an endpoint: `params`, `query` and `body` have the types of its schemas. */
export type EndpointRequest<E> = FastifyRequest<{
  Params: EndpointParams<E>
  Querystring: E extends { query: infer Schema extends TSchema } ? Static<Schema> : unknown
  Body: E extends { body: infer Schema extends TSchema } ? Static<Schema> : unknown
}>

/** Answers an endpoint. What it returns is sent as far as the schema names it; without a schema, the answer is 204. */
export type EndpointHandler<E> = (
  request: EndpointRequest<E>,
  reply: FastifyReply,
) => Answer<E> | Promise<Answer<E>>

type Answer<E> = E extends { answer: TSchema } ? EndpointAnswer<E> : void

/** Fastify's options of a route, such as `onRequest: app.requireRole('Editor')`; its schema is the endpoint's. */
export type EndpointOptions = Omit<RouteShorthandOptions, 'schema'>

/**
 * Adds the route of an endpoint:
 *
 *     handle(app, endpoints['GET /api/notes/:id'], async (request) => noteOf(request.params.id))
 *
 * A request that does not fit the schemas, or has more than they name, is answered with `invalid_request` (400) and its
 * `errors`, and never reaches the handler.
 *
 * @throws TypeError if a schema names a member that every object has, such as `toString`
 */
export function handle<const E extends AnyEndpoint>(
  app: FastifyInstance,
  endpoint: E,
  ...rest: [handler: EndpointHandler<E>] | [options: EndpointOptions, handler: EndpointHandler<E>]
): void {
  const [options, handler] = rest.length === 1 ? [{}, rest[0]] : rest
  const { method, path, body } = endpoint
  const answering = endpoint.answer ? handler : withoutContent(handler)
  // A body that is passed on as it arrives cannot be compared.
  const isOnce = method !== 'GET' && options.config?.upload === undefined
  app.route({
    ...options,
    ...(body && {
      preValidation: [checkBody(closed(body)), ...[options.preValidation ?? []].flat()],
    }),
    ...(isOnce && { preHandler: [...[options.preHandler ?? []].flat(), repeatAnswer] }),
    // The body is no part of Fastify's schema: Fastify would check it as well, and convert it first.
    config: { ...options.config, ...(body && { body: closed(body) }), idempotencyKey: isOnce },
    method,
    url: path,
    schema: schemasOf(endpoint),
    serializerCompiler: answerSerializer,
    handler: (isOnce ? endingChange(answering) : answering) as never,
  })
}

function withoutContent<E>(handler: EndpointHandler<E>) {
  return async (request: EndpointRequest<E>, reply: FastifyReply) => {
    await handler(request, reply)
    return reply.sent ? reply : reply.code(204).send()
  }
}

/**
 * Keeps a change from overwriting a newer one that its user has not seen (RFC 9110, section 13.1.1).
 *
 * @param version the current version of what is about to change: an ETag, or its text without quotes
 * @throws ProblemError `conflict`, 412, if the request's If-Match names other versions only
 * @throws ProblemError `invalid_request`, 428 (RFC 6585), if it has no If-Match; 400 if that names no version
 */
export function requireVersion({ headers }: FastifyRequest, version: string): void {
  const condition = headers['if-match']
  if (condition === undefined) {
    const detail = 'This change has to say which version it is based on, in If-Match.'
    throw new ProblemError('invalid_request', detail, { status: 428 })
  }
  const versions = versionsIn(condition)
  if (condition.trim() === '*' || versions.includes(opaque(version))) return
  if (versions.length === 0) {
    throw new ProblemError('invalid_request', 'If-Match needs a version in quotes, as "7" or *.')
  }
  const detail = 'Someone has changed this meanwhile.'
  throw new ProblemError('conflict', detail, { status: 412 })
}

/** Weak tags count as well: OData has no others. */
function versionsIn(condition: string): string[] {
  return [...condition.matchAll(/(?:W\/)?"([^"]*)"/g)].map(([, tag = '']) => tag)
}

function opaque(version: string): string {
  return /^(?:W\/)?"(.*)"$/s.exec(version)?.[1] ?? version
}
