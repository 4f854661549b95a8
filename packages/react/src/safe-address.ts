/**
 * The addresses of this app, and which addresses of an answer the page follows. If an attacker controls an answer, it
 * can neither run a script here nor lead to another site, or to another app of this host, in place of this one.
 */
import { isPagePath, isThisMachine, pages, withoutBasePath } from '@gatehouse/contract/paths'

/**
 * The path under which the server serves this app, such as `/people`; empty if it has its host to itself. The server
 * writes it into the page.
 */
export const basePath: string =
  (typeof document !== 'undefined' && document.documentElement.dataset['basePath']) || ''

/**
 * The address of a path of this app, for an `href` or `src` of one's own: it begins with the path under which the app
 * is served. Links of the router, `call` and `useApi` take the path itself.
 */
export function appAddress(path: string): string {
  return basePath + path
}

/** The path of this app that the address bar shows, with query and hash. */
export function currentPath({ pathname, search, hash }: LocationParts): string {
  return withoutBasePath(basePath, pathname + search + hash) ?? pages.home
}

type LocationParts = { pathname: string; search: string; hash: string }

/**
 * An address of this app unchanged, as path, query and hash, or undefined. It begins with the path under which the app
 * is served, as the server sends it.
 */
export function ownAddress(address: unknown): string | undefined {
  const path = plainPath(address)
  if (path === undefined || !URL.canParse(path, here)) return undefined
  // Dots are resolved, as the browser does: `/people/../other` is another app.
  const { pathname } = new URL(path, here)
  return withoutBasePath(basePath, pathname) === undefined ? undefined : path
}

const here = 'https://here.invalid'

/**
 * A path of this site unchanged. It has to be printable ASCII: browsers drop tabs and line breaks from an address, so
 * `/<tab>/evil.example` is another site.
 */
function plainPath(address: unknown): string | undefined {
  if (typeof address !== 'string') return undefined
  return /^\/(?![/\\])[!-~]*$/.test(address) ? address : undefined
}

/** The server sends no longer one. */
const maxPageLength = 1024

/**
 * The page of this app that a path names, as path, query and hash; undefined for anything else. For the
 * `returnTo` of an address bar, which an attacker may have written: it can neither lead to another site
 * nor run a script, nor start the sign-in flow again.
 */
export function ownPage(address: unknown): string | undefined {
  const path = plainPath(address)
  if (path === undefined || path.length > maxPageLength) return undefined
  if (!URL.canParse(path, here)) return undefined
  const { origin, pathname, search, hash } = new URL(path, here)
  // `/.//evil` is of this origin as a URL, and of another host once it is written as a path.
  if (origin !== here || pathname.startsWith('//')) return undefined
  return isPagePath(pathname) ? pathname + search + hash : undefined
}

/**
 * Where a sign-out goes next: to Microsoft, to a local tenant, or to a page of this app. Any other address
 * becomes the signed-out page, which says that the session at Microsoft may remain.
 */
export function signOutAddress(location: unknown): string {
  if (typeof location === 'string' && isSafeSite(location)) return location
  return ownAddress(location) ?? appAddress(`${pages.signedOut}?local=1`)
}

/** https, or plain http on this machine. The slashes are required: `https:evil` is a relative address. */
function isSafeSite(address: string): boolean {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || isThisMachine(hostname)
}
