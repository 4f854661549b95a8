/**
 * Cross-origin requests of pages (CORS), as Entra and Graph answer them: everything public and Graph for every origin,
 * the token endpoint only for what was sent to a single-page application.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#redirect-uris-for-single-page-apps-spas
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { EntraError } from '../errors.ts'

/** Headers of Graph's answers that a page may read. */
const exposed = [
  'ETag',
  'Location',
  'Preference-Applied',
  'Content-Range',
  'request-id',
  'client-request-id',
  'ReadWriteConsistencyToken',
  'Retry-After',
  'SdkVersion',
  'WWW-Authenticate',
  'x-ms-client-gcc-tenant',
].join(', ')

/**
 * Lets pages of every origin call the routes of this scope, which are Graph's: no request carries a cookie that counts.
 *
 * @param paths whose preflights it answers; default: all below the scope's prefix
 */
export function allowGraphFromPages(
  scope: FastifyInstance,
  paths: readonly string[] = ['/', '/*'],
): void {
  scope.addHook('onRequest', async (_request, reply) => {
    // To every client: recorded answers to clients that are no page have them too.
    reply.headers({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': exposed,
    })
  })
  for (const path of paths) {
    scope.options(path, async (request, reply) =>
      sendPreflight(request, reply, 'GET, POST, PATCH, PUT, DELETE, HEAD, OPTIONS'),
    )
  }
}

/** For documents that every page may read, such as discovery. Entra sends these headers to all clients. */
export function allowAllOrigins(reply: FastifyReply): void {
  reply.headers({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, OPTIONS',
  })
}

/** Answers the preflights of one path. */
export function answerPreflight(scope: FastifyInstance, path: string, methods: string): void {
  scope.options(path, async (request, reply) => sendPreflight(request, reply, methods))
}

function sendPreflight(
  request: FastifyRequest,
  reply: FastifyReply,
  methods: string,
): FastifyReply {
  const asked = request.headers['access-control-request-headers']
  return reply
    .code(200)
    .headers({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': methods,
      'access-control-max-age': '3600',
      ...(asked === undefined ? {} : { 'access-control-allow-headers': asked }),
    })
    .send()
}

/** What a grant was given to, as far as the origin of its redemption depends on it. */
interface Redemption {
  /** The code or refresh token went to a redirect URI of the platform `spa`. */
  isSpa: boolean
}

/**
 * Tokens of single-page applications are redeemed by pages, all others never. Microsoft's page on the code flow says
 * so, and the numbers are those of the page on error codes.
 *
 * @throws EntraError 9002326 for an `Origin` with anything else, 9002327 without one
 */
export function requireOrigin({ headers }: FastifyRequest, { isSpa }: Redemption): void {
  const { origin } = headers
  if (origin === undefined) {
    if (isSpa) throw new EntraError(9002327)
    return
  }
  if (!isSpa) {
    throw new EntraError(9002326, {
      message: `Only a single-page application may redeem tokens from a page. The request is from the origin '${origin}'.`,
    })
  }
}

/** Lets a page read the token endpoint's answer, its refusals included: an application has to be able to show them. */
export function allowTokenAnswer(request: FastifyRequest, reply: FastifyReply): void {
  if (request.headers.origin === undefined) return
  reply.headers({
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'x-ms-request-id, client-request-id, x-ms-clitelem',
  })
}
