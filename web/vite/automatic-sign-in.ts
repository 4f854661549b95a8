import { type IncomingHttpHeaders, request } from 'node:http'
import type { Plugin } from 'vite'

/** A page is not kept waiting by a back end that hangs, ms. */
const timeout = 2_000

/**
 * With `signIn.automatic`, the back end answers the first page of a browser session with a redirect to a
 * silent sign-in. In development Vite serves the pages, so it asks the back end about each one that a
 * person opens. Only that redirect is passed on; after any other answer, and after none, Vite serves the page.
 *
 * @param backEnd the origin where the back end listens
 */
export function automaticSignIn(backEnd: string): Plugin {
  return {
    name: 'automatic-sign-in',
    apply: 'serve',
    // The returned function runs behind Vite's own middlewares: what comes here ends at the page, and
    // has an allowed host.
    configureServer: (server) => () => {
      server.middlewares.use((asked, response, next) => {
        const { method, headers, originalUrl: path = '/' } = asked
        if (method !== 'GET' || headers['sec-fetch-dest'] !== 'document') return next()
        const options = { path, headers: aboutTheVisitor(headers), timeout, agent: false }
        const asking = request(backEnd, options, (answer) => {
          answer.resume()
          const { location, 'set-cookie': cookies = [] } = answer.headers
          if (answer.statusCode !== 303 || location === undefined) return next()
          response
            .writeHead(303, { location, 'set-cookie': cookies, 'cache-control': 'no-store' })
            .end()
        })
        asking.on('timeout', () => asking.destroy(new Error('timeout')))
        asking.on('error', () => next())
        asking.end()
      })
    },
  }
}

/** Without what says how a body or the connection goes on: nothing but these lines is sent. */
function aboutTheVisitor(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const others = ['content-length', 'transfer-encoding', 'connection', 'upgrade', 'expect', 'te']
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !others.includes(name)))
}
