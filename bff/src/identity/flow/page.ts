/** Answers for a person whose browser is on an /auth address: a redirect to a page, or a page. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { pages } from '@gatehouse/shared/paths'
import type { SignInProblemCode } from '../entra/index.ts'

/** The problem page knows one cause more: a link to /auth/sign-in that is not as the app writes it. */
type ProblemPageCode = SignInProblemCode | 'invalid_link'

/** The address of the page that explains a sign-in that did not work: our word, our request id, Microsoft's number. */
export function problemPage(
  request: FastifyRequest,
  code: ProblemPageCode,
  aadsts?: number,
): string {
  const query = new URLSearchParams({ code, id: request.id })
  if (aadsts !== undefined) query.set('aadsts', String(aadsts))
  return `${pages.signInProblem}?${query.toString()}`
}

/** 303, never 307: the browser must arrive with a GET (RFC 9700 §4.12). */
export function seeOther(reply: FastifyReply, location: string): FastifyReply {
  return reply.header('referrer-policy', 'no-referrer').redirect(location, 303)
}

/** 503 for a navigation, with Retry-After: Entra or the store does not answer. */
export function unavailable(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.code(503).header('retry-after', '5')
  const [title, text] = ['Sign-in is not available', 'Microsoft did not answer.']
  return showProblem(reply, problemPage(request, 'unavailable'), title, text)
}

/** 400 for a navigation: the address is not one that this app or Entra writes. */
export function invalidLink(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ProblemPageCode,
): FastifyReply {
  const [title, text] = ['This sign-in link does not work', 'It is not as this app writes it.']
  return showProblem(reply.code(400), problemPage(request, code), title, text)
}

/**
 * A failure that keeps its status: a program reads it, and a browser moves on to the page that explains
 * it. The words are for a browser that does not follow `Refresh`.
 */
function showProblem(reply: FastifyReply, page: string, title: string, text: string): FastifyReply {
  return reply
    .header('refresh', `0; url=${page}`)
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<h1>${title}</h1><p>${text} <a href="${page.replaceAll('&', '&amp;')}">Continue</a></p></html>`,
    )
}
