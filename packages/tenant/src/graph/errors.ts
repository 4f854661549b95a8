/** Graph's errors. https://learn.microsoft.com/graph/errors */

import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../endpoint.ts'
import type { GraphErrorFault } from '../faults/fault.ts'
import { graphAppId } from '../registry/built-in.ts'
import type { TenantState } from '../tenant-state.ts'

export class GraphError extends ApiError {
  override name = 'GraphError'
  /** What is wrong with single properties, as Graph's directory says it. */
  details: readonly ErrorDetail[] = []
  /** A more specific code, in `innerError`. */
  innerCode: string | undefined

  withDetail(code: string, target: string): this {
    this.details = [{ code, message: this.message, target }]
    return this
  }

  withInnerCode(code: string): this {
    this.innerCode = code
    return this
  }
}

interface ErrorDetail {
  /** `ObjectConflict`, `InvalidValue`, … */
  code: string
  message: string
  /** The name of the property. */
  target: string
}

export function badRequest(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message)
}

/** The error of Graph's directory for an invalid body. */
export function badBody(message: string): GraphError {
  return new GraphError(400, 'Request_BadRequest', message)
}

export function invalidValue(property: string, type: string): GraphError {
  const message = `Invalid value specified for property '${property}' of resource '${type}'.`
  return badBody(message).withDetail('InvalidValue', property)
}

/** @param status 400 if a property's value is taken, 409 if the object exists already */
export function conflict(status: 400 | 409, message: string): GraphError {
  return new GraphError(status, 'Request_MultipleObjectsWithSameKeyValue', message)
}

/** The value of a property that has to be unique is taken. */
export function objectConflict(property: string): GraphError {
  const message = `Another object with the same value for property ${property} already exists.`
  return badBody(message).withDetail('ObjectConflict', property)
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

export function invalidToken(tenant: TenantState, message: string): GraphError {
  return new GraphError(401, 'InvalidAuthenticationToken', message, {
    'www-authenticate': challenge(tenant),
  })
}

export function faultError(tenant: TenantState, fault: GraphErrorFault): GraphError {
  const { status, code, message = 'A fault that was set.', retryAfter, claims } = fault
  const claimed = claims === undefined ? {} : challengedClaims(claims)
  return new GraphError(status, code, message, {
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    ...(status === 401 ? { 'www-authenticate': challenge(tenant, claimed) } : {}),
  })
}

/** @param claims JSON: the claims that the next token has to carry */
export function insufficientClaims(
  tenant: TenantState,
  claims: string,
  message: string,
): GraphError {
  return new GraphError(401, 'InvalidAuthenticationToken', message, {
    'www-authenticate': challenge(tenant, challengedClaims(claims)),
  })
}

function challengedClaims(claims: string) {
  return { error: 'insufficient_claims', claims: Buffer.from(claims).toString('base64') }
}

function challenge(tenant: TenantState, more: Record<string, string> = {}): string {
  const parameters = {
    realm: '',
    authorization_uri: `${tenant.origin}/common/oauth2/authorize`,
    client_id: graphAppId,
    ...more,
  }
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`)
  return `Bearer ${pairs.join(', ')}`
}

export function sendGraphError(
  tenant: TenantState,
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
        ...(error.details.length > 0 ? { details: error.details } : {}),
        innerError: {
          ...(error.innerCode === undefined ? {} : { code: error.innerCode }),
          date: new Date(tenant.now()).toISOString().slice(0, 19),
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
