import type { Plugin } from 'vite'

/**
 * Serves the page under a path in development as the server does in production: the root element names the path, and
 * the path without a slash at its end is the home page.
 *
 * @param basePath such as `/people`; empty for none
 */
export function underBasePath(basePath: string): Plugin {
  return {
    name: 'base-path',
    apply: 'serve',
    configureServer(server) {
      if (basePath === '') return
      server.middlewares.use((request, _response, next) => {
        const { url = '' } = request
        if (url.split('?', 1)[0] === basePath)
          request.url = `${basePath}/${url.slice(basePath.length)}`
        next()
      })
    },
    transformIndexHtml: (html) =>
      basePath === '' ? html : html.replace('<html', `<html data-base-path="${basePath}"`),
  }
}
