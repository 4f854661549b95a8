/** Where the flow sends a browser: to Entra, or to a page of this app. */
import type { FastifyReply } from 'fastify'

/** Where a sign-in ends if it names no page. */
export const fallback = '/'
/** Fits into a sealed state, and is longer than any address that a person would share. */
const maxLength = 1024
/** Landing on these would start the flow again, or show JSON to a person. */
const notPages = /^\/(?:auth|api)(?:\/|$)/i

/**
 * Reduces the address that a link asks for to path, query and hash of this origin, percent-encoded. A
 * sign-in never lands on another site (CWE-601).
 *
 * It is parsed as browsers parse it (WHATWG URL), so `//evil`, `/\evil` and `https:evil` are seen as the
 * other hosts that a browser would see. Anything but a page of this app becomes `/`. Never throws.
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
  // A backslash counts double in the JSON of the state, and the size of the state is bounded.
  const path = `${url.pathname}${url.search}${url.hash}`.replaceAll('\\', '%5C')
  // `/.//evil` is of this origin as a URL, and of another host once it is written as a path.
  if (path.startsWith('//') || path.length > maxLength) return fallback
  return notPages.test(url.pathname) ? fallback : path
}

/** 303, never 307: the browser must arrive with a GET (RFC 9700 §4.12). */
export function redirect303(reply: FastifyReply, location: string): FastifyReply {
  return reply.header('referrer-policy', 'no-referrer').redirect(location, 303)
}
