/**
 * The requests that this app accepts: not sent by another site, and not ambiguous.
 */
import { health } from '@gatehouse/contract/paths'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { ProblemError } from '../errors.ts'
import { isNavigation } from '../navigation.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Exceptions from the rule that only this page and deliberate clients may ask. `navigation`: only
     * links and redirects, also from other sites; no image, frame or prefetch. `anyone`: every request:
     * the page itself, its files, health checks, Entra's frame. `image`: an image of our own pages,
     * besides a fetch. `device`: the browser itself, which asks without any of the headers that pages send, and with
     * some that no page of another site can send.
     */
    allowFrom?: 'navigation' | 'anyone' | 'image' | 'device'
  }
}

const reads = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses requests that another site made the browser send (Fetch Metadata, W3C; OWASP ASVS 3.5).
 *
 * The API is for this page and for deliberate clients. A read is refused if the browser says that
 * another site asked, or that it was no fetch. A change needs proof that this page or a deliberate
 * client sent it: `Sec-Fetch-Site: same-origin`, our `Origin`, or `x-csrf: 1`, which no form and no
 * cross-site request without a preflight can carry. Clients other than browsers send none of these
 * headers and may read.
 */
function crossSite(app: FastifyInstance, { origin }: { origin: string }, done: () => void): void {
  app.addHook('onRequest', (request, _reply, next) => {
    if (isAllowed(request, origin)) return next()
    const why = whyRefused(request)
    request.log.warn({ event: 'cross_site_refused' }, why)
    next(new ProblemError('cross_site', why))
  })
  done()
}

/** For the author of a page or of a client, who has to be told what to send. */
function whyRefused({ method, headers }: FastifyRequest): string {
  const site = headers['sec-fetch-site']
  const isSilent = headers.origin === undefined && site === undefined
  if (isSilent && !reads.has(method)) {
    return 'A change needs the header x-csrf: 1, unless a page of this app sends it.'
  }
  // A link to a route for a fetch, or a fetch of one for links: the author of the page has to know what to change.
  return reads.has(method) && (site === 'same-origin' || site === 'none')
    ? 'This address does not take this kind of request: allowFrom in the config of its route is "navigation" for links, "image" for images, and nothing for a fetch.'
    : 'This request came from another site.'
}

function isAllowed(request: FastifyRequest, own: string): boolean {
  // A path without a route reveals and changes nothing.
  if (request.is404) return true
  const { allowFrom } = request.routeOptions.config
  if (!reads.has(request.method)) {
    return mayChange(request, own) || (allowFrom === 'device' && isFromBrowser(request, own))
  }
  if (allowFrom === 'anyone') return true
  if (allowFrom === 'navigation') return isNavigation(request.headers)
  return mayRead(request, allowFrom === 'image' ? ['empty', 'image'] : ['empty'])
}

function mayRead({ headers }: FastifyRequest, destinations: string[]): boolean {
  const site = headers['sec-fetch-site']
  const mode = headers['sec-fetch-mode']
  const destination = headers['sec-fetch-dest']
  return (
    (site === undefined || site === 'same-origin' || site === 'none') &&
    mode !== 'navigate' &&
    (destination === undefined || destinations.includes(destination))
  )
}

/** @param own scheme and host of the app: an Origin has no path */
function mayChange({ headers }: FastifyRequest, own: string): boolean {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  if (origin !== undefined && origin !== own) return false
  if (site !== undefined && site !== 'same-origin') return false
  return site === 'same-origin' || origin === own || headers['x-csrf'] === '1'
}

/**
 * Earlier versions of Chrome send neither Origin nor Fetch Metadata with proofs of a device's key. A page cannot
 * set `Sec-Secure-Session-Id` at all (Fetch, forbidden request-headers): it is the browser that asks, whatever it says
 * of the request that waits, and a refusal would make it forget the key. `Secure-Session-Response` alone can be sent
 * after a preflight, which nothing here answers.
 */
function isFromBrowser({ headers }: FastifyRequest, own: string): boolean {
  if (headers['sec-secure-session-id'] !== undefined) return true
  const { origin = own } = headers
  const site = headers['sec-fetch-site'] ?? 'same-origin'
  return (
    headers['secure-session-response'] !== undefined && origin === own && site === 'same-origin'
  )
}

export const crossSitePolicy = fp(crossSite, {
  name: 'cross-site',
  dependencies: ['error-handler'],
})

/**
 * Refuses requests that a proxy and this server could read differently (RFC 9112 §3.2): two Host headers,
 * or an address in absolute form.
 */
function refuseAmbiguous(app: FastifyInstance, _options: object, done: () => void): void {
  // Other expectations than `100-continue` may be ignored (RFC 9110 §10.1.1). Node would refuse them
  // without our headers.
  app.server.on('checkExpectation', (...exchange) => void app.server.emit('request', ...exchange))
  app.addHook('onRequest', (request, _reply, next) => {
    if (headBytes(request.raw) > maxHeadBytes) {
      const detail = 'The request’s headers are too large.'
      return next(new ProblemError('invalid_request', detail, { status: 431 }))
    }
    if (isUnambiguous(request)) return next()
    next(new ProblemError('invalid_request', 'The request does not say clearly what it asks for.'))
  })
  done()
}

/** Of the address and all headers. Node's own limit is higher, because its answer could not name a cookie. */
const maxHeadBytes = 16 * 1024
/** Node drops further headers silently, if its releases let so many come: it could be the second Host. */
const maxRawHeaders = 2 * 2000

function headBytes({ url = '', rawHeaders }: FastifyRequest['raw']): number {
  if (rawHeaders.length >= maxRawHeaders) return Infinity
  // A colon, a space and a line break for each pair.
  let bytes = url.length + rawHeaders.length * 2
  for (const part of rawHeaders) bytes += part.length
  return bytes
}

function isUnambiguous({ raw }: FastifyRequest): boolean {
  // Node keeps the first of two Hosts, and the router drops the host of an absolute address.
  if (raw.url?.charCodeAt(0) !== slash) return false
  const hosts = countHostHeaders(raw.rawHeaders)
  return hosts === 1 || (hosts === 0 && isOldProbe(raw))
}

const probes: ReadonlySet<string> = new Set(Object.values(health))

/** HAProxy and others ask in HTTP/1.0, which has no Host (RFC 1945). Every host gets the same answer here. */
function isOldProbe({ httpVersion, method, url }: FastifyRequest['raw']): boolean {
  return httpVersion === '1.0' && (method === 'GET' || method === 'HEAD') && probes.has(url ?? '')
}

const slash = 47

/** Names are at the even places. Few have four letters, so few are compared. */
function countHostHeaders(rawHeaders: readonly string[]): number {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
}

export const ambiguousRequests = fp(refuseAmbiguous, {
  name: 'ambiguous-requests',
  dependencies: ['security-headers'],
})
