/**
 * Redirects people who opened another host of this app to `publicUrl`: www beside app, or 127.0.0.1 in
 * development. Cookies belong to one host, so a sign-in that starts at another one could not end.
 */
import type { IncomingHttpHeaders } from 'node:http'
import {
  auth,
  basePathOf,
  health,
  hostRedirected,
  isPagePath,
  isThisMachine,
  withoutBasePath,
} from '@gatehouse/contract/paths'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { isForPerson } from '../navigation.ts'

interface Visit {
  method?: string | undefined
  headers: IncomingHttpHeaders
  /** The host that the browser shows, as far as this server knows. */
  host: string
  /** Path and query, as they came: with the path of the public address. */
  url: string
}

type Decision = { action: 'redirect'; location: string } | { action: 'serve'; isRewritten: boolean }

/**
 * Decides whether a request is redirected to the public address. The host is compared and never copied. The
 * redirect adds a parameter: a request that has it and still names another host came through a proxy that
 * writes a Host of its own, as nginx does by default, and is served instead of redirected for ever.
 *
 * @param publicUrl the address that users open
 */
export function decideHost(publicUrl: string, { method, headers, host, url }: Visit): Decision {
  const served = { action: 'serve', isRewritten: false } as const
  if (!isDocument(method, headers) || !isOtherHost(publicUrl, host)) return served
  // Split as text: in a URL, a path such as `//evil` would be a host.
  const [path = '', ...rest] = url.split('?')
  const ownPath = withoutBasePath(basePathOf(publicUrl), path)
  if (ownPath === undefined || !isMoved(ownPath)) return served
  const query = rest.join('?')
  if (query.split('&').includes(hostRedirected)) return { action: 'serve', isRewritten: true }
  const target = new URL(publicUrl)
  target.pathname = path
  target.search = query ? `${query}&${hostRedirected}` : hostRedirected
  return { action: 'redirect', location: target.href }
}

/** A tab opens an address; no fetch, file or frame, and no program that asks for anything. */
function isDocument(method: string | undefined, headers: IncomingHttpHeaders): boolean {
  const destination = headers['sec-fetch-dest']
  return (
    (method === 'GET' || method === 'HEAD') &&
    isForPerson(headers) &&
    (destination === undefined || destination === 'document')
  )
}

const healthPaths: readonly string[] = Object.values(health)

/**
 * Pages, and the start of a sign-in. The API answers its callers itself, a health check may use any host, and
 * what Entra calls back is at the registered host already.
 */
function isMoved(path: string): boolean {
  return path === auth.signIn || (isPagePath(path) && !healthPaths.includes(path))
}

/**
 * Whether a host is another one that people may have opened. For a public address on this machine, those are
 * its other names on the same port. For any other, a name of this machine is what a proxy beside this process
 * has written.
 */
function isOtherHost(publicUrl: string, host: string): boolean {
  const own = new URL(publicUrl)
  // As the address of a page: without the default port, in lower case.
  const other = URL.parse(`${own.protocol}//${host}`)
  if (!other || other.host === own.host) return false
  const isLocal = isThisMachine(other.hostname)
  return own.hostname === 'localhost' ? isLocal && other.port === own.port : !isLocal
}

function canonicalHost(
  app: FastifyInstance,
  { publicUrl }: { publicUrl: string },
  done: () => void,
): void {
  const { host: own } = new URL(publicUrl)
  let hasWarned = false
  app.addHook('onRequest', (request, reply, next) => {
    // X-Forwarded-Host, if a proxy of TRUSTED_PROXIES sent it, else Host.
    const { host, method, headers, originalUrl: url } = request
    if (host === own) return next()
    const decision = decideHost(publicUrl, { method, headers, host, url })
    // 307, which no browser keeps: publicUrl may change.
    if (decision.action === 'redirect') return void reply.redirect(decision.location, 307)
    if (decision.isRewritten && !hasWarned) {
      hasWarned = true
      request.log.warn({ event: 'host_rewritten' }, rewritten)
    }
    next()
  })
  done()
}

const rewritten =
  'A proxy replaces the Host of requests: each page is redirected once. Let it pass the Host on'

export const canonicalHostRedirect = fp(canonicalHost, {
  name: 'canonical-host',
  dependencies: ['security-headers'],
})
