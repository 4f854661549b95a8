/** Answers for a person whose browser is on an /auth address: a redirect to a page, or a page. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { pages } from '@gatehouse/shared/paths'
import type { SignInProblemCode } from '../entra/index.ts'

/** The address of the page that explains a sign-in that did not work: our word, our request id, Microsoft's number. */
export function problemPage(
  request: FastifyRequest,
  code: SignInProblemCode,
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

/**
 * 503 for a navigation: says so in the status line and in Retry-After, and moves the browser on to
 * the page that explains it.
 */
export function unavailable(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const page = problemPage(request, 'unavailable')
  return reply
    .code(503)
    .header('retry-after', '5')
    .header('refresh', `0; url=${page}`)
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign-in is not available</title>
<h1>Sign-in is not available</h1><p>Microsoft did not answer. <a href="${page.replaceAll('&', '&amp;')}">Continue</a></p></html>`,
    )
}
