/** HEAD: what an address would answer, without its content (RFC 9110, section 9.3.2). */

import type { FastifyInstance } from 'fastify'

/**
 * Each GET can be asked for its head, unless its route says `exposeHeadRoute: false`. Node leaves the body out. It has to
 * come before the routes.
 */
export function answerHeads(app: FastifyInstance): void {
  app.addHook('onRoute', function addHead(this: FastifyInstance, route) {
    if (route.method !== 'GET' || route.exposeHeadRoute === false) return
    // The root of a scope is asked for with a slash at its end, too.
    for (const path of route.routePath === '' ? ['', '/'] : [route.routePath]) {
      // Fastify takes `path`, which here has the prefix already, in place of a `url` that is empty.
      const address = { url: path, path }
      this.route({ ...route, ...address, method: 'HEAD', exposeHeadRoute: false })
    }
  })
}
