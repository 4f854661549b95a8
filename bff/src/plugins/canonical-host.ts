/**
 * In development a person may open 127.0.0.1, where no cookie of localhost would come back. They
 * are sent to the configured origin before anything is set. The Host header is compared and never
 * copied; behind a proxy, where it may be an inner name, this plugin stays out of the way.
 */
import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import fp from 'fastify-plugin'

const loopback = /^(?:127\.0\.0\.1|\[::1\])(?::\d+)?$/

function canonicalHost(
  app: FastifyInstance,
  options: { publicUrl: string },
  done: () => void,
): void {
  const { publicUrl } = options
  if (new URL(publicUrl).hostname === 'localhost') {
    // Where people arrive: the pages and the flow. The API is asked by a page that is there already.
    app.addHook('onRoute', (route) => {
      if (!route.config?.reachedBy) return
      route.onRequest = [leadHome(publicUrl), ...[route.onRequest ?? []].flat()]
    })
  }
  done()
}

function leadHome(publicUrl: string): onRequestHookHandler {
  return (request, reply, next) => {
    if (!loopback.test(request.headers.host ?? '')) return next()
    const target = new URL(publicUrl)
    // Split by hand: parsed as a URL, a path such as `//evil` would be a host.
    const [path = '', ...query] = request.url.split('?')
    target.pathname = path
    target.search = query.join('?')
    void reply.redirect(target.href, 307)
  }
}

export default fp(canonicalHost, { name: 'canonical-host', dependencies: ['security-headers'] })
