/** Graph's errors. https://learn.microsoft.com/graph/errors */

import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { GraphErrorFault } from '../faults/fault.ts'
import type { World } from '../world.ts'
import { graphAppId } from '../tokens/access-token.ts'

export class GraphError extends Error {
  override name = 'GraphError'
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

export function badRequest(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message)
}

/** What Graph's directory says of a body that it cannot take. */
export function badBody(message: string): GraphError {
  return new GraphError(400, 'Request_BadRequest', message)
}

export function invalidValue(property: string, type: string): GraphError {
  return badBody(`Invalid value specified for property '${property}' of resource '${type}'.`)
}

/** @param status 400 where a property is taken, 409 where the object is there already */
export function conflict(status: 400 | 409, message: string): GraphError {
  return new GraphError(status, 'Request_MultipleObjectsWithSameKeyValue', message)
}

export function unsupportedQuery(message: string): GraphError {
  return new GraphError(400, 'Request_UnsupportedQuery', message)
}

export function notFound(id: string): GraphError {
  return new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  )
}

export function invalidToken(world: World, message: string): GraphError {
  return new GraphError(401, 'InvalidAuthenticationToken', message, {
    'www-authenticate': challenge(world),
  })
}

export function faultError(world: World, fault: GraphErrorFault): GraphError {
  const { status, code, message = 'A fault that was set.', retryAfter, claims } = fault
  const claimed = claims === undefined ? {} : challengedClaims(claims)
  return new GraphError(status, code, message, {
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    ...(status === 401 ? { 'www-authenticate': challenge(world, claimed) } : {}),
  })
}

/** @param claims the JSON of what the next token has to carry */
export function insufficientClaims(world: World, claims: string, message: string): GraphError {
  return new GraphError(401, 'InvalidAuthenticationToken', message, {
    'www-authenticate': challenge(world, challengedClaims(claims)),
  })
}

function challengedClaims(claims: string) {
  return { error: 'insufficient_claims', claims: Buffer.from(claims).toString('base64') }
}

function challenge(world: World, more: Record<string, string> = {}): string {
  const parameters = {
    realm: '',
    authorization_uri: `${world.origin}/common/oauth2/authorize`,
    client_id: graphAppId,
    ...more,
  }
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`)
  return `Bearer ${pairs.join(', ')}`
}

export function sendGraphError(
  world: World,
  error: GraphError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { requestId, clientRequestId } = sendRequestIds(request, reply)
  return reply
    .code(error.status)
    .headers(error.headers)
    .send({
      error: {
        code: error.code,
        message: error.message,
        innerError: {
          date: new Date(world.now()).toISOString().slice(0, 19),
          'request-id': requestId,
          'client-request-id': clientRequestId,
        },
      },
    })
}

/** `request-id` is made here; `client-request-id` repeats the caller's. */
export function sendRequestIds(request: FastifyRequest, reply: FastifyReply) {
  const known = reply.getHeader('request-id')
  const requestId = typeof known === 'string' ? known : randomUUID()
  const asked = request.headers['client-request-id']
  const wellFormed = typeof asked === 'string' && /^[\w.-]{1,64}$/.test(asked)
  const clientRequestId = wellFormed ? asked : requestId
  reply.headers({ 'request-id': requestId, 'client-request-id': clientRequestId })
  return { requestId, clientRequestId }
}
