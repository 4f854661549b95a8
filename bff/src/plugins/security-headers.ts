/** Headers that every answer carries; fixed, so that they cost an assignment each. */
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

export interface SecurityHeadersOptions {
  publicUrl: string
  /** The page's Content-Security-Policy may name hashes of inline scripts in the built index.html. */
  scriptHashes: readonly string[]
}

/** Two years, as the preload list asks; only where it is https (RFC 6797 §7.2). */
const strictTransport = 'max-age=63072000; includeSubDomains'

function securityHeaders(
  app: FastifyInstance,
  options: SecurityHeadersOptions,
  done: () => void,
): void {
  const everywhere = fixedHeaders(options)
  app.addHook('onRequest', (_request, reply, next) => {
    reply.headers(everywhere)
    next()
  })
  done()
}

/** The headers by name; for answers that no hook sees. */
export function fixedHeaders({ publicUrl, scriptHashes }: SecurityHeadersOptions) {
  return {
    'content-security-policy': policy(scriptHashes),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // Pages and assets say otherwise for themselves; an answer about a person is never kept.
    'cache-control': 'no-store',
    ...(publicUrl.startsWith('https:') && { 'strict-transport-security': strictTransport }),
  }
}

function policy(scriptHashes: readonly string[]): string {
  return [
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
  ].join('; ')
}

export default fp(securityHeaders, { name: 'security-headers' })
