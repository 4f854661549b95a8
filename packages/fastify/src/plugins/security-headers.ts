/** The headers of every answer: fixed, short and set together, so that they cost very little. */
import { isThisMachine } from '@gatehouse/contract/paths'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Config } from '../config/index.ts'

/** What the headers depend on. */
export type HeaderSettings = Pick<Config, 'publicUrl' | 'headers'>

/**
 * Only for https (RFC 6797 §7.2), and never for this machine: browsers keep it for the name, and every program
 * that has a page on `localhost` would be asked for https, on any port.
 */
function strictTransport({ publicUrl, headers }: HeaderSettings): string | undefined {
  const { protocol, hostname } = new URL(publicUrl)
  const { enabled, maxAge, includeSubDomains, preload } = headers.hsts
  if (!enabled || protocol !== 'https:' || isThisMachine(hostname)) return undefined
  return `max-age=${maxAge}${includeSubDomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`
}

function securityHeaders(app: FastifyInstance, settings: HeaderSettings, done: () => void): void {
  const everywhere = fixedHeaders(settings)
  app.addHook('onRequest', (request, reply, next) => {
    reply.headers(everywhere)
    // Connections persist by default (RFC 9112 §9.3): two headers less on every answer. One that this server is
    // going to close has to say so, or the client sends its next request on it.
    const { raw } = reply
    if (raw.shouldKeepAlive || request.headers.connection === 'close') {
      raw.removeHeader('connection')
    }
    next()
  })
  done()
}

/** The headers by name, also for answers that pass no hook. */
export function fixedHeaders(settings: HeaderSettings): Record<string, string> {
  const hsts = strictTransport(settings)
  return {
    // Only a page loads anything, and pages set their own policy.
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // One feature is enough: an answer without a script can use none. Pages list more.
    'permissions-policy': 'camera=()',
    // An answer about a person is never stored. Pages and assets set another value.
    'cache-control': 'no-store',
    ...(hsts !== undefined && { 'strict-transport-security': hsts }),
  }
}

export default fp(securityHeaders, { name: 'security-headers' })
