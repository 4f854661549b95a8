/**
 * Which addresses of an answer the page follows. If an attacker controls an answer, it can neither run a
 * script here nor lead to another site in place of this one.
 */
import { pages } from '@gatehouse/contract/paths'

/**
 * A path of this site unchanged, or undefined. It has to be printable ASCII, as the server sends it:
 * browsers drop tabs and line breaks from an address, so `/<tab>/evil.example` is another site.
 */
export function ownPath(address: unknown): string | undefined {
  if (typeof address !== 'string') return undefined
  return /^\/(?![/\\])[!-~]*$/.test(address) ? address : undefined
}

/** The server sends no longer one. */
const maxPageLength = 1024

/**
 * The page of this site that an address names, as path, query and hash; undefined for anything else. For the
 * `returnTo` of an address bar, which an attacker may have written: it can neither lead to another site
 * nor run a script, nor start the sign-in flow again.
 */
export function ownPage(address: unknown): string | undefined {
  const path = ownPath(address)
  if (path === undefined || path.length > maxPageLength) return undefined
  const here = 'https://here.invalid'
  if (!URL.canParse(path, here)) return undefined
  const { origin, pathname, search, hash } = new URL(path, here)
  // `/.//evil` is of this origin as a URL, and of another host once it is written as a path.
  if (origin !== here || pathname.startsWith('//')) return undefined
  return /^\/(?:auth|api)(?:\/|$)/i.test(pathname) ? undefined : pathname + search + hash
}

/**
 * Where a sign-out goes next: to Microsoft, to a local tenant, or to a page of this app. Any other address
 * becomes the signed-out page, which says that the session at Microsoft may remain.
 */
export function signOutAddress(location: unknown): string {
  if (typeof location === 'string' && isSafeSite(location)) return location
  return ownPath(location) ?? `${pages.signedOut}?local=1`
}

/** https, or plain http on this machine. The slashes are required: `https:evil` is a relative address. */
function isSafeSite(address: string): boolean {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}
