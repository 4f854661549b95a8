/** The headers of every answer: fixed, short and set together, so that they cost very little. */
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/**
 * Two years. Without `includeSubDomains` and `preload`: they would bind every other host under this name, which
 * may be the organisation's own. A proxy that speaks for all of them can add these.
 */
const strictTransport = 'max-age=63072000'

/**
 * Only for https (RFC 6797 §7.2), and never for this machine: browsers keep it for the name, and every program
 * that has a page on `localhost` would be asked for https, on any port.
 */
function sendsStrictTransport(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl)
  const isThisMachine = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])\.?$/.test(hostname)
  return protocol === 'https:' && !isThisMachine
}

function securityHeaders(
  app: FastifyInstance,
  { publicUrl }: { publicUrl: string },
  done: () => void,
): void {
  const everywhere = fixedHeaders(publicUrl)
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
export function fixedHeaders(publicUrl: string): Record<string, string> {
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
    ...(sendsStrictTransport(publicUrl) && { 'strict-transport-security': strictTransport }),
  }
}

/**
 * The headers that say what a page may load and do.
 *
 * @param scriptHashes CSP sources of the inline scripts in the built index.html
 */
export function documentHeaders(scriptHashes: readonly string[]): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src 'self'${scriptHashes.map((hash) => ` '${hash}'`).join('')}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  }
}

export default fp(securityHeaders, { name: 'security-headers' })
