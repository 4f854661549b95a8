/**
 * Redirect URIs: which may be registered on a platform, and when one of a request is a registered one.
 * https://learn.microsoft.com/entra/identity-platform/reply-url
 */

import { cloudOf } from '../entra/discovery/clouds.ts'

/** Of a redirect URI: a server's, a page's, or that of an application that can keep no secret. */
export type Platform = 'web' | 'spa' | 'publicClient'

const longest = 256

/** Characters that Microsoft's page excludes, and the wildcard, with which an address could be anyone's. */
const excluded = /[!$'(),;*#\\\s]/

/** Of a public client these would be opened by the tenant's own page. */
const unsafeSchemes = ['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:']

/**
 * `https`, or `http` on this machine; of a public client also a scheme of its own. No fragment, no wildcard, at most
 * 256 characters. `[::1]` is not supported, as Microsoft's page says.
 */
export function isAllowedRedirectUri(uri: string, platform: Platform): boolean {
  if (uri.length > longest || excluded.test(uri) || !URL.canParse(uri)) return false
  const { protocol, hostname, username, password } = new URL(uri)
  if (username !== '' || password !== '') return false
  if (protocol === 'http:') return hostname === 'localhost' || hostname === '127.0.0.1'
  if (protocol === 'https:') return true
  return platform === 'publicClient' && !unsafeSchemes.includes(protocol)
}

/** Of Microsoft's clouds, under any name of a tenant: an application with a browser of its own sees the answer there. */
const nativeClientPath = /^https?:\/\/[^/?#]+(\/[^/?#]+\/oauth2\/nativeclient)$/

/**
 * Compares as Entra does: character by character, but the port of a `localhost` address is ignored (RFC 8252 section
 * 7.3). That of `127.0.0.1` is not: Microsoft's page speaks of localhost alone.
 *
 * @param origin of the tenant, whose own page for native clients stands for that of Microsoft's cloud
 */
export function matchesRedirectUri(registered: string, uri: string, origin = ''): boolean {
  if (registered === uri) return true
  // Five digits may be no port.
  if (withoutLocalPort(registered) === withoutLocalPort(uri)) return URL.canParse(uri)
  const [, path] = nativeClientPath.exec(uri) ?? []
  if (path === undefined || !uri.startsWith(`${origin}/`)) return false
  const { login } = cloudOf(registered) ?? { login: [] }
  return login.some((host) => registered === `https://${host}${path}`)
}

function withoutLocalPort(uri: string): string {
  return uri.replace(/^(https?:\/\/localhost):\d{1,5}(?=[/?#]|$)/, '$1')
}

/** The address that an answer in its query or fragment goes to: without a path it gets `/`, as in Entra. */
export function withPath(uri: string): string {
  return uri.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#]+)(?=[?#]|$)/i, '$1/')
}

/** As a `Location` header can carry it: in ASCII, as browsers write it (RFC 3986, section 2.5). */
export function asLocation(uri: string): string {
  return uri.replaceAll(/[^\0-\x7f]+/g, (text) => encodeURI(text))
}
