/** Sends the answer of an authorization request to the application: in the query, the fragment or a form. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import { formPostPage, sendPage } from '../../pages/layout.ts'
import { asLocation, withPath } from '../../registry/redirect-uri.ts'
import { issuerOf, type TenantState } from '../../tenant-state.ts'
import { describe, type Problem, type Trace } from '../errors.ts'
import type { Target } from './request.ts'

interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
}

export type Answer = Record<string, string | undefined>

export function sendError(
  tenant: TenantState,
  target: Target,
  problem: Problem,
  trace: Trace,
  exchange: Exchange,
): FastifyReply {
  return sendAnswer(tenant, target, exchange, {
    error: authorizeError(problem),
    error_description: describe(problem, trace),
    error_uri: `${tenant.origin}/error?code=${problem.code}`,
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

export function sendAnswer(
  tenant: TenantState,
  target: Target,
  { request, reply }: Exchange,
  answer: Answer,
): FastifyReply {
  const fault = tenant.faults.consume('authorize', ['authorizeResponse'], request)
  const iss = tenant.issParameter ? issuerOf(tenant) : undefined
  const patched: Record<string, string | null | undefined> = { ...answer, iss, ...fault?.patch }
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(patched)) {
    if (value !== undefined && value !== null) parameters.set(name, value)
  }
  if (target.responseMode === 'form_post') {
    // It has nothing to see or to press, and a silent request is in a frame.
    const page = {
      ...formPostPage(target.redirectUri, [...parameters]),
      isFrameable: target.isSilent,
    }
    return sendPage(reply, page)
  }
  return reply.redirect(withParameters(target, parameters), 302)
}

/** An address without a path gets one: https://learn.microsoft.com/entra/identity-platform/reply-url */
function withParameters({ redirectUri, responseMode }: Target, parameters: URLSearchParams) {
  const address = asLocation(withPath(redirectUri))
  if (responseMode === 'fragment') return `${address}#${parameters.toString()}`
  return `${address}${address.includes('?') ? '&' : '?'}${parameters.toString()}`
}
