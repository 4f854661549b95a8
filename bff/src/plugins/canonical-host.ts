/**
 * In development a person may open 127.0.0.1, where no cookie of localhost would come back. They
 * are sent to the configured origin before anything is set. The Host header is compared and never
 * copied; behind a proxy, where it may be an inner name, this plugin stays out of the way.
 */
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

const loopback = /^(?:127\.0\.0\.1|\[::1\])(?::\d+)?$/

function canonicalHost(
  app: FastifyInstance,
  options: { publicUrl: string },
  done: () => void,
): void {
  if (new URL(options.publicUrl).hostname === 'localhost') {
    app.addHook('onRequest', (request, reply, next) => {
      const navigates = request.method === 'GET' && request.headers['sec-fetch-mode'] === 'navigate'
      const isFlow = request.routeOptions.config.fromOtherSites === true
      if ((navigates || isFlow) && loopback.test(request.headers.host ?? '')) {
        const target = new URL(options.publicUrl)
        // Split by hand: parsed as a URL, a path such as `//evil` would be a host.
        const [path = '', ...query] = request.url.split('?')
        target.pathname = path
        target.search = query.join('?')
        void reply.redirect(target.href, 307)
        return
      }
      next()
    })
  }
  done()
}

export default fp(canonicalHost, { name: 'canonical-host', dependencies: ['security-headers'] })
