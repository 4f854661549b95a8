/** What is wrong with a configured address. Each function completes the sentence "<key> …". */
import { isIP } from 'node:net'

const loopbackHosts = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** Whether a URL is on this machine. */
export function isLoopback(url: URL): boolean {
  return loopbackHosts.has(url.hostname)
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

/** As for {@link originProblem}, and an address that Entra takes for a redirect URI. */
export function publicUrlProblem(text: string): string | undefined {
  const url = URL.parse(text)
  // Entra accepts http redirect URIs for the name localhost only; 127.0.0.1 needs a manifest edit.
  if (url?.protocol === 'http:' && isIP(url.hostname.replace(/^\[|\]$/g, ''))) {
    return 'must use the name localhost, not an IP address, with http'
  }
  return originProblem(text)
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
