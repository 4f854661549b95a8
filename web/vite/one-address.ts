import type { Plugin } from 'vite'

/**
 * Sends a page that was opened as http://127.0.0.1:5173 or http://[::1]:5173 to http://localhost:5173.
 * Entra ID accepts plain http for `localhost` alone, and a cookie of one name is not sent to the other.
 */
export function oneAddress(): Plugin {
  return {
    name: 'one-address',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const location = localhostUrl(request.headers.host, request.url)
        const isDocument = request.method === 'GET' && request.headers.accept?.includes('text/html')
        if (!location || !isDocument) return next()
        response.writeHead(307, { location, 'cache-control': 'no-store' }).end()
      })
    },
  }
}

/** The same page on localhost, or undefined if `host` is not a loopback address in figures. */
export function localhostUrl(host = '', path = '/'): string | undefined {
  const port = /^(?:127\.0\.0\.1|\[::1\])(:\d+)?$/.exec(host)
  return port ? `http://localhost${port[1] ?? ''}${path}` : undefined
}
