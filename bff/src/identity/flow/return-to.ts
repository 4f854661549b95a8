/** Where a sign-in may land: a page of this app, and nowhere else (CWE-601). */

const fallback = '/'
/** Fits a sealed cookie with room to spare, and any address that a person would share. */
const maxLength = 1024
/** Landing on these would start the flow again, or show JSON to a person. */
const notPages = /^\/(?:auth|api)(?:\/|$)/i

/**
 * Reduces what a link asked for to path, query and hash of this origin, percent-encoded.
 *
 * Parsed the way browsers parse (WHATWG URL), so that what they would read as another host, such
 * as `//evil`, `/\evil` or `https:evil`, is seen as one here too. Whatever is not a page of this
 * app becomes `/`; this function does not throw.
 *
 * @param value the `returnTo` parameter, decoded once
 * @param origin the configured public origin
 */
export function safeReturnTo(value: unknown, origin: string): string {
  if (typeof value !== 'string' || !value.startsWith('/') || value.length > maxLength) {
    return fallback
  }
  if (!URL.canParse(value, origin)) return fallback
  const url = new URL(value, origin)
  if (url.origin !== origin || url.username || url.password) return fallback
  // A backslash counts double in the JSON of the cookie, whose size is bounded.
  const path = `${url.pathname}${url.search}${url.hash}`.replaceAll('\\', '%5C')
  // `/.//evil` is of this origin as a URL, and another host again once it is written as a path.
  if (path.startsWith('//') || path.length > maxLength || notPages.test(url.pathname))
    return fallback
  return path
}
