import type { Plugin } from 'vite'

/**
 * Redirects a page that was opened as http://127.0.0.1:5173 or http://[::1]:5173 to http://localhost:5173.
 * Entra ID accepts plain http for `localhost` only, and a browser keeps the cookies of the names apart.
 */
export function canonicalHost(): Plugin {
  return {
    name: 'canonical-host',
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

/** The same page on localhost; undefined if `host` is no loopback address in numbers. */
export function localhostUrl(host = '', path = '/'): string | undefined {
  const port = /^(?:127\.0\.0\.1|\[::1\])(:\d+)?$/.exec(host)
  return port ? `http://localhost${port[1] ?? ''}${path}` : undefined
}
