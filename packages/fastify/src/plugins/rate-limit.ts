/**
 * Limits how often one address may start or finish sign-ins. The limit is for machines: a whole office
 * that shares an address stays far below it. Each process counts for itself.
 */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { LRUCache } from 'lru-cache'
import { tooManyRequests } from '../errors.ts'
import { newRateWindow, type RateWindow, retryAfterSeconds } from '../rate-window.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** A hook for routes that need no sign-in: counts by the client's network address. */
    limitByAddress: preHandlerAsyncHookHandler
    /** The same for Entra's callback, with a count of its own: a sign-in asks for both, and counts once. */
    limitCallbackByAddress: preHandlerAsyncHookHandler
    /**
     * The same for Entra's front-channel calls. Any website can make the browsers of its visitors send such calls, and must
     * not keep everybody at their address from signing in.
     */
    limitLogoutByAddress: preHandlerAsyncHookHandler
    /** The same for keys of devices: each sign-in of some browsers registers one. */
    limitDeviceByAddress: preHandlerAsyncHookHandler
  }
}

/** Addresses in memory, about 100 bytes each. The one that was unseen for longest is dropped. */
const maxCounted = 50_000

/**
 * In place of the plugin's own memory. That begins no new window while a clock that was set back is behind the beginning
 * of the last one: an hour back would refuse an office for an hour.
 */
class AddressCounts {
  /** Made when the first address comes: it takes its room at once, and the plugin makes one that counts nothing. */
  #windows: LRUCache<string, RateWindow> | undefined

  incr(
    address: string,
    done: (error: null, counted: { current: number; ttl: number }) => void,
    _windowMs: number,
    max: number,
  ): void {
    const windows = (this.#windows ??= new LRUCache({ max: maxCounted }))
    const window = windows.get(address) ?? newRateWindow()
    windows.set(address, window)
    const waitS = retryAfterSeconds(window, max, Date.now())
    done(null, { current: window.count, ttl: waitS * 1000 })
  }

  child(): AddressCounts {
    return new AddressCounts()
  }
}

async function rateLimits(
  app: FastifyInstance,
  { perAddress }: { perAddress: number },
): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    store: AddressCounts,
    // The problem sets Retry-After. Counters on every answer would help machines to stay below.
    addHeaders: silent,
    addHeadersOnExceeding: silent,
    errorResponseBuilder: (_request, { ttl }) => tooManyRequests(ttl / 1000),
    onExceeded: (request: FastifyRequest) =>
      request.log.warn({ event: 'rate_limited', by: 'address' }, 'Too many requests'),
  })
  app.decorate('limitByAddress', app.rateLimit({ max: perAddress }))
  app.decorate('limitCallbackByAddress', app.rateLimit({ max: perAddress }))
  app.decorate('limitLogoutByAddress', app.rateLimit({ max: perAddress }))
  app.decorate('limitDeviceByAddress', app.rateLimit({ max: perAddress }))
}

const silent = {
  'x-ratelimit-limit': false,
  'x-ratelimit-remaining': false,
  'x-ratelimit-reset': false,
  'retry-after': false,
}

export default fp(rateLimits, { name: 'rate-limits', dependencies: ['error-handler'] })
