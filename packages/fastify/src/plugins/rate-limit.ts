/**
 * Limits how often one address may start or finish sign-ins. The limit is for machines: a whole office
 * that shares an address stays far below it. Each process counts for itself.
 */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { tooManyRequests } from '../errors.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** A hook for routes that need no sign-in: counts by the client's network address. */
    limitByAddress: preHandlerAsyncHookHandler
    /** The same for Entra's callback, with a count of its own: a sign-in asks for both, and counts once. */
    limitCallbackByAddress: preHandlerAsyncHookHandler
    /** The same for keys of devices: each sign-in of some browsers registers one. */
    limitDeviceByAddress: preHandlerAsyncHookHandler
  }
}

const windowMs = 60_000
/** Addresses in memory, about 100 bytes each. The one that was unseen for longest is dropped. */
const maxCounted = 50_000

async function rateLimits(
  app: FastifyInstance,
  { perAddress }: { perAddress: number },
): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    cache: maxCounted,
    timeWindow: windowMs,
    // The problem sets Retry-After. Counters on every answer would help machines to stay below.
    addHeaders: silent,
    addHeadersOnExceeding: silent,
    errorResponseBuilder: (_request, { ttl }) =>
      tooManyRequests(Math.max(1, Math.ceil(ttl / 1000))),
    onExceeded: (request: FastifyRequest) =>
      request.log.warn({ event: 'rate_limited', by: 'address' }, 'Too many requests'),
  })
  app.decorate('limitByAddress', app.rateLimit({ max: perAddress }))
  app.decorate('limitCallbackByAddress', app.rateLimit({ max: perAddress }))
  app.decorate('limitDeviceByAddress', app.rateLimit({ max: perAddress }))
}

const silent = {
  'x-ratelimit-limit': false,
  'x-ratelimit-remaining': false,
  'x-ratelimit-reset': false,
  'retry-after': false,
}

export default fp(rateLimits, { name: 'rate-limits', dependencies: ['error-handler'] })
