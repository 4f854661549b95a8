/** Serves the app under the path of `publicUrl`, and nothing outside of it but the health checks. */
import type { IncomingMessage } from 'node:http'
import { health, withoutBasePath } from '@gatehouse/contract/paths'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { notFound } from '../errors.ts'

/** Stands for every address outside of the path. No route has it. */
const outside = '//outside-of-the-base-path'
const probes: ReadonlySet<string> = new Set(Object.values(health))

/**
 * Fastify's `rewriteUrl`: takes the base path off the address of a request, before a route is looked for. It compares
 * the address as it came, byte by byte: what only decoding or normalising would make equal is another address.
 */
export function stripBasePath(basePath: string) {
  return ({ url = '' }: IncomingMessage): string => {
    const path = withoutBasePath(basePath, url)
    if (path !== undefined) return path
    // Load balancers ask the instance, and may know no path. An address in absolute form is refused later.
    const isServed = probes.has(url.split('?', 1)[0] ?? '') || !url.startsWith('/')
    return isServed ? url : outside
  }
}

function serveUnderBasePath(
  app: FastifyInstance,
  { basePath }: { basePath: string },
  done: () => void,
): void {
  app.decorate('basePath', basePath)
  if (basePath !== '') refuseOthers(app, basePath)
  done()
}

/** A page of the app would not work elsewhere, and its API must have one address only. */
function refuseOthers(app: FastifyInstance, basePath: string): void {
  let hasWarned = false
  app.addHook('onRequest', (request, _reply, next) => {
    if (request.raw.url !== outside) return next()
    if (!hasWarned) {
      hasWarned = true
      request.log.warn({ event: 'base_path_missing', basePath }, missing)
    }
    next(notFound())
  })
}

const missing =
  'A request came without the path of publicUrl. If a proxy takes the path off, let it pass the path on'

export default fp(serveUnderBasePath, { name: 'base-path', dependencies: ['error-handler'] })
