/** What is wrong with a configured address. Each function completes the sentence "<key> …". */
import { isIP } from 'node:net'

const loopbackHosts = new Set(['127.0.0.1', '[::1]', 'localhost'])

/**
 * Whether a URL is on this machine for this server, which may then use plain http. Fewer names than those of
 * `isThisMachine`, because the server resolves them itself: `x.localhost` may be another machine.
 */
export function isLoopback(url: URL): boolean {
  return loopbackHosts.has(url.hostname)
}

/** The control page of a tenant on this machine; undefined for Microsoft's. */
export function controlPageOf({ authority }: { authority: string }): string | undefined {
  // The configuration allows plain http on this machine only.
  return authority.startsWith('http:') ? `${authority}/_tenant` : undefined
}

/** @returns undefined for scheme and host of a server: https, or http on this machine */
export function originProblem(text: string): string | undefined {
  const url = URL.parse(text)
  if (!url) return 'is not an address (URL)'
  if (url.username || url.password) return 'must not hold credentials'
  if (url.pathname !== '/' || url.search || url.hash) {
    return 'must be scheme and host only; leave out path and query'
  }
  if (url.protocol === 'http:') {
    return isLoopback(url) ? undefined : 'must be https for any host but 127.0.0.1 or localhost'
  }
  return url.protocol === 'https:' ? undefined : 'must start with https://'
}

/** As for {@link originProblem}, and an address that Entra takes for a redirect URI. It may have a path. */
export function publicUrlProblem(text: string): string | undefined {
  const url = URL.parse(text)
  // Entra accepts http redirect URIs for the name localhost only; 127.0.0.1 needs a manifest edit.
  if (url?.protocol === 'http:' && isIP(url.hostname.replace(/^\[|\]$/g, ''))) {
    return 'must use the name localhost, not an IP address, with http'
  }
  if (!url || url.username || url.password) return originProblem(text)
  if (url.search || url.hash) return 'must not hold a query or a fragment'
  return originProblem(url.origin) ?? basePathProblem(text.trim(), url)
}

/** Two spellings of a path would be two apps for browsers and one for some proxies, so a path has one spelling. */
const basePathForm = /^(?:\/[a-z0-9][a-z0-9._-]*)+$/
/** It is a part of the names of cookies, and of the redirect URI, for which Entra takes 256 characters. */
const maxBasePath = 100
/** First segments of the app's own addresses: a proxy that takes the path off could not be told from one that does not. */
const ownSegments = new Set(['api', 'auth', 'assets', 'healthz', 'readyz'])

/** @param url the same address, parsed: `..` and backslashes are gone in it */
function basePathProblem(text: string, url: URL): string | undefined {
  if (url.pathname === '/') return undefined
  const path = url.pathname.replace(/\/$/, '')
  const [, written] = /^[a-z]+:\/\/[^/\\?#]*(.*)$/is.exec(text) ?? []
  if (!basePathForm.test(path) || written !== url.pathname) {
    return 'must have a path of lower-case letters, digits, ".", "_" and "-" only, such as /people or /apps/people'
  }
  if (path.length > maxBasePath) return `must have a path of at most ${maxBasePath} characters`
  const [, first = ''] = path.split('/')
  return ownSegments.has(first)
    ? `must not have a path that begins with /${first}, which the app uses itself`
    : undefined
}

/** As for {@link originProblem}, with a path if there is one. */
export function baseUrlProblem(text: string): string | undefined {
  const url = URL.parse(text)
  if (!url) return 'is not an address (URL)'
  if (url.search || url.hash || url.username || url.password) {
    return 'must not hold a query, a fragment or credentials'
  }
  return originProblem(url.origin)
}

/** An issuer may have a path, and is compared, never called. */
export function issuerProblem(text: string): string | undefined {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '') ? undefined : 'is not an address (URL)'
}
