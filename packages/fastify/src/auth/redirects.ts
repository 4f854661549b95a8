/** Where the flow sends a browser: to Entra, or to a page of this app. */
import { isPagePath } from '@gatehouse/contract/paths'
import type { FastifyReply } from 'fastify'
import { publicAddress } from '../base-path.ts'

/** Where a sign-in ends if it names no page. */
export const fallback = '/'
/** Fits into a sealed state, and is longer than any address that a person would share. */
const maxLength = 1024

/**
 * Reduces the address that a link asks for to path, query and hash of this app, percent-encoded. A sign-in never
 * lands on another site (CWE-601), nor on another app of this host: the path is without the one of `publicUrl`, which
 * is added to it, and dots in it are resolved here.
 *
 * It is parsed as browsers parse it (WHATWG URL), so `//evil`, `/\evil` and `https:evil` are seen as the
 * other hosts that a browser would see. Anything but a page of this app becomes `/`. Never throws.
 *
 * @param value the `returnTo` parameter, decoded once
 * @param publicUrl the configured address; its origin counts
 */
export function safeReturnTo(value: unknown, publicUrl: string): string {
  if (typeof value !== 'string' || !value.startsWith('/') || value.length > maxLength) {
    return fallback
  }
  const { origin } = new URL(publicUrl)
  if (!URL.canParse(value, origin)) return fallback
  const url = new URL(value, origin)
  if (url.origin !== origin || url.username || url.password) return fallback
  // A backslash counts double in the JSON of the state, and the size of the state is bounded.
  const path = `${url.pathname}${url.search}${url.hash}`.replaceAll('\\', '%5C')
  // `/.//evil` is of this origin as a URL, and of another host once it is written as a path.
  if (path.startsWith('//') || path.length > maxLength) return fallback
  return isPagePath(url.pathname) ? path : fallback
}

/**
 * 303, never 307: the browser must arrive with a GET (RFC 9700 §4.12).
 *
 * @param location a path of this app, or the address of another site
 */
export function redirect303(reply: FastifyReply, location: string): FastifyReply {
  const address = publicAddress(reply.server.basePath, location)
  return reply.header('referrer-policy', 'no-referrer').redirect(address, 303)
}
