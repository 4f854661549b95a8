/** Sends the answer of an authorization request to the application: a code, or an error. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import { formPostPage } from '../pages/form-post.ts'
import { sendPage } from '../pages/send-page.ts'
import { issuerOf, type World } from '../world.ts'
import type { Target } from './authorize-request.ts'
import { describe, type Problem, type Trace } from './errors.ts'

type Answer = Record<string, string | undefined>

export function sendCode(
  world: World,
  target: Target,
  answer: { code: string; clientInfo: string | undefined; sessionState: string },
  exchange: { request: FastifyRequest; reply: FastifyReply },
): FastifyReply {
  const { code, clientInfo, sessionState } = answer
  return send(world, target, exchange, {
    code,
    client_info: clientInfo,
    state: target.state,
    session_state: sessionState,
  })
}

export function sendError(
  world: World,
  target: Target,
  problem: Problem,
  trace: Trace,
  exchange: { request: FastifyRequest; reply: FastifyReply },
): FastifyReply {
  return send(world, target, exchange, {
    error: authorizeError(problem),
    error_description: describe(problem, trace),
    error_uri: `${world.origin}/error?code=${problem.code}`,
    error_subcode: problem.subcode,
    suberror: problem.suberror,
    claims: problem.claims,
    state: target.state,
  })
}

/** `invalid_grant` is an error of the token endpoint alone (RFC 6749 section 4.1.2.1). */
function authorizeError({ code, error }: Problem): string {
  if (error !== 'invalid_grant') return error
  return code === 65001 ? 'consent_required' : 'access_denied'
}

function send(
  world: World,
  target: Target,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  answer: Answer,
): FastifyReply {
  const fault = world.faults.take('authorize', ['authorizeResponse'], request)
  const iss = world.issParameter ? issuerOf(world) : undefined
  const patched: Record<string, string | null | undefined> = { ...answer, iss, ...fault?.patch }
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(patched)) {
    if (value !== undefined && value !== null) parameters.set(name, value)
  }
  if (target.responseMode === 'form_post') {
    const page = formPostPage(target.redirectUri, [...parameters])
    return sendPage(reply, page)
  }
  return reply.redirect(withParameters(target, parameters), 302)
}

function withParameters({ redirectUri, responseMode }: Target, parameters: URLSearchParams) {
  if (responseMode === 'fragment') return `${redirectUri}#${parameters.toString()}`
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${parameters.toString()}`
}
