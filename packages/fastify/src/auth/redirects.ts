/** Where the flow sends a browser: a page of this app, Entra, or the page that explains a problem. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { pages } from '@gatehouse/contract/paths'
import { EntraError, type SignInProblemCode } from '../entra/index.ts'
import { StoreError } from '../store/store.ts'

const fallback = '/'
/** Fits into a sealed cookie, and is longer than any address that a person would share. */
const maxLength = 1024
/** Landing on these would start the flow again, or show JSON to a person. */
const notPages = /^\/(?:auth|api)(?:\/|$)/i

/**
 * The problem page knows two causes more: a link to /auth/sign-in that this app did not write, and a
 * session store that does not answer.
 */
type ProblemPageCode = SignInProblemCode | 'invalid_link' | 'store_unavailable'

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
  // A backslash counts double in the JSON of the cookie, and the size of the cookie is bounded.
  const path = `${url.pathname}${url.search}${url.hash}`.replaceAll('\\', '%5C')
  // `/.//evil` is of this origin as a URL, and of another host once it is written as a path.
  if (path.startsWith('//') || path.length > maxLength) return fallback
  return notPages.test(url.pathname) ? fallback : path
}

/** 303, never 307: the browser must arrive with a GET (RFC 9700 §4.12). */
export function redirect303(reply: FastifyReply, location: string): FastifyReply {
  return reply.header('referrer-policy', 'no-referrer').redirect(location, 303)
}

/** The page that explains a failed sign-in, with our code, our request id and Microsoft's number. */
export function problemPage(
  request: FastifyRequest,
  code: ProblemPageCode,
  aadsts?: number,
): string {
  const query = new URLSearchParams({ code, id: request.id })
  if (aadsts !== undefined) query.set('aadsts', String(aadsts))
  return `${pages.signInProblem}?${query.toString()}`
}

/** Whose failure it is, for a browser that does not follow `Refresh`. */
const unavailableBecause = {
  unavailable: 'Microsoft did not answer.',
  unreachable: 'This server cannot reach Microsoft.',
  store_unavailable: 'This app cannot reach its session store.',
}

/** 503 for a navigation, with Retry-After: Entra or the store does not answer. @param error the cause */
export function sendUnavailable(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  const ofEntra = error instanceof EntraError && error.isUnreachable ? 'unreachable' : 'unavailable'
  const code = error instanceof StoreError ? 'store_unavailable' : ofEntra
  reply.code(503).header('retry-after', '5')
  const title = 'Sign-in is not available'
  return sendProblemPage(reply, problemPage(request, code), title, unavailableBecause[code])
}

/** 400 for a navigation: neither this app nor Entra writes such an address. */
export function sendInvalidLink(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ProblemPageCode,
): FastifyReply {
  const [title, text] = ['This sign-in link does not work', 'It is not as this app writes it.']
  return sendProblemPage(reply.code(400), problemPage(request, code), title, text)
}

/**
 * A failure that keeps its status for programs, and leads a browser on to the page that explains it. The
 * text is for a browser that does not follow `Refresh`.
 */
function sendProblemPage(
  reply: FastifyReply,
  page: string,
  title: string,
  text: string,
): FastifyReply {
  return reply
    .header('refresh', `0; url=${page}`)
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<h1>${title}</h1><p>${text} <a href="${page.replaceAll('&', '&amp;')}">Continue</a></p></html>`,
    )
}
