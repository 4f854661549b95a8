/**
 * Refuses what another site made the browser send (Fetch Metadata, W3C; OWASP ASVS 3.5).
 *
 * Reads: refused where the browser says that another site asked. Changes: need a proof that this
 * page or a deliberate client sent them: `Sec-Fetch-Site: same-origin`, our `Origin`, or `x-csrf: 1`,
 * which no form and no cross-site request without preflight can carry.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { ProblemError } from '../problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The marked exception: people arrive here by links and redirects from other sites. */
    fromOtherSites?: boolean
  }
}

const reads = new Set(['GET', 'HEAD', 'OPTIONS'])

function crossSite(
  app: FastifyInstance,
  { publicUrl }: { publicUrl: string },
  done: () => void,
): void {
  app.addHook('onRequest', (request, _reply, next) => {
    const isRead = reads.has(request.method)
    if (isRead && request.routeOptions.config.fromOtherSites) return next()
    if (isRead ? mayRead(request) : mayChange(request, publicUrl)) return next()
    request.log.warn({ event: 'cross_site_refused' }, 'A request of another site was refused')
    next(new ProblemError('cross_site', 'This request came from another site.'))
  })
  done()
}

function mayRead({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || site === 'none'
}

function mayChange({ headers }: FastifyRequest, publicUrl: string): boolean {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  if (origin !== undefined && origin !== publicUrl) return false
  if (site !== undefined && site !== 'same-origin') return false
  return site === 'same-origin' || origin === publicUrl || headers['x-csrf'] === '1'
}

export default fp(crossSite, { name: 'cross-site', dependencies: ['problems'] })
