import { decideHost } from '@gatehouse/fastify/canonical-host'
import type { Plugin } from 'vite'

/**
 * Redirects pages of another host to the public address, as the back end does: those that were opened as
 * http://127.0.0.1:5173, for instance. Entra ID accepts plain http for `localhost` only, and a browser keeps the
 * cookies of the names apart.
 *
 * @param publicUrl the origin that users open
 */
export function canonicalHost(publicUrl: string): Plugin {
  return {
    name: 'canonical-host',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const { method, headers, url = '/' } = request
        const decision = decideHost(publicUrl, { method, headers, host: headers.host ?? '', url })
        if (decision.action === 'serve') return next()
        const { location } = decision
        response.writeHead(307, { location, 'cache-control': 'no-store' }).end()
      })
    },
  }
}
