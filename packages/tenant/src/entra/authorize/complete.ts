/** Completes an authorization request: asks for what is missing, then sends the code, or an error. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TenantUser } from '../../directory/directory.ts'
import { formPostPage, sendPage } from '../../pages/layout.ts'
import { issuerOf, type TenantState } from '../../tenant-state.ts'
import { clientInfo } from '../../tokens/id-token.ts'
import { contextClaims } from '../claims-request.ts'
import {
  combinedConsents,
  missingConsent,
  requireAssignment,
  scopesToAuthorize,
} from '../consent/permissions.ts'
import { describe, EntraError, type Problem, type Trace } from '../errors.ts'
import { needsAdmin } from '../scopes.ts'
import type { SignedInAccount } from './accounts.ts'
import { showConsent, showNeedApproval, showStepUp, type AuthorizeContext } from './context.ts'
import type { Target } from './request.ts'

/** @param consented whether the user has just pressed Accept */
export function completeAuthorize(
  context: AuthorizeContext,
  account: SignedInAccount,
  consented = false,
): FastifyReply {
  const { tenant, target } = context
  const user = tenant.directory.byId(account.userId)
  if (!user || tenant.directory.isDisabled(user.id)) throw new EntraError(50057)
  requireAssignment(tenant, target.client.clientId, user)
  const behind = combinedConsents(tenant, target.client.clientId, context.asked.scopes)
  const exchange = withScopesOf(context, user)
  return (
    askForProof(exchange, account, user) ??
    askForConsent(
      exchange,
      user,
      consented,
      behind.flatMap(({ scopes }) => scopes),
    ) ??
    issueCode(exchange, account, user)
  )
}

/** The request with the scopes that it comes to for this user: `.default` is replaced. */
export function withScopesOf(exchange: AuthorizeContext, { id }: TenantUser): AuthorizeContext {
  const { tenant, target, asked } = exchange
  const { clientId } = target.client
  const sought = { clientId, userId: id, scopes: asked.scopes, anew: asked.prompt === 'consent' }
  return { ...exchange, asked: { ...asked, scopes: scopesToAuthorize(tenant, sought) } }
}

/** For the authentication contexts that this browser's session does not satisfy yet. */
function askForProof(
  exchange: AuthorizeContext,
  account: SignedInAccount,
  user: TenantUser,
): FastifyReply | undefined {
  const { asked } = exchange
  const missing = asked.claims.contexts.filter((context) => !account.contexts.has(context))
  if (missing.length === 0) return undefined
  if (asked.prompt === 'none') throw new EntraError(50076, { claims: contextClaims(missing) })
  return showStepUp(exchange, user, missing)
}

function askForConsent(
  exchange: AuthorizeContext,
  user: TenantUser,
  consented: boolean,
  behind: readonly string[],
): FastifyReply | undefined {
  const { tenant, target, asked } = exchange
  const missing = missingConsent(tenant, user.id, target.client.clientId, asked.scopes)
  if (missing.length === 0 && (asked.prompt !== 'consent' || consented)) return undefined
  if (asked.prompt === 'none') throw new EntraError(65001)
  const all = [...new Set([...asked.scopes, ...behind])]
  const isForAdmin = missing.length > 0 && !canConsent(tenant, user, [...missing, ...behind])
  return isForAdmin
    ? showNeedApproval(exchange, user, [...new Set([...missing, ...behind])])
    : showConsent({ ...exchange, asked: { ...asked, scopes: all } }, user)
}

function issueCode(
  exchange: AuthorizeContext,
  account: SignedInAccount,
  user: TenantUser,
): FastifyReply {
  const { tenant, target, asked, request, reply } = exchange
  const { clientId } = target.client
  account.clientIds.add(clientId)
  const grant = {
    clientId,
    userId: user.id,
    scopes: asked.scopes,
    sid: account.sid,
    authenticatedAt: account.signedInAt,
    revocations: tenant.directory.revocations(user.id),
    contexts: asked.claims.contexts,
    redirectUri: target.redirectUri,
    nonce: asked.nonce,
    challenge: asked.challenge,
    handlesChallenges: asked.claims.handlesChallenges,
  }
  const code = tenant.codes.issue(grant, tenant.now())
  const info = asked.clientInfo ? clientInfo(tenant, user) : undefined
  return sendCode(
    tenant,
    target,
    { code, clientInfo: info, sessionState: account.sid },
    { request, reply },
  )
}

type Answer = Record<string, string | undefined>

function sendCode(
  tenant: TenantState,
  target: Target,
  answer: { code: string; clientInfo: string | undefined; sessionState: string },
  exchange: { request: FastifyRequest; reply: FastifyReply },
): FastifyReply {
  const { code, sessionState } = answer
  return send(tenant, target, exchange, {
    code,
    client_info: answer.clientInfo,
    state: target.state,
    session_state: sessionState,
  })
}

export function sendError(
  tenant: TenantState,
  target: Target,
  problem: Problem,
  trace: Trace,
  exchange: { request: FastifyRequest; reply: FastifyReply },
): FastifyReply {
  return send(tenant, target, exchange, {
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

function send(
  tenant: TenantState,
  target: Target,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
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
    const page = formPostPage(target.redirectUri, [...parameters])
    return sendPage(reply, page)
  }
  return reply.redirect(withParameters(target, parameters), 302)
}

function withParameters({ redirectUri, responseMode }: Target, parameters: URLSearchParams) {
  if (responseMode === 'fragment') return `${redirectUri}#${parameters.toString()}`
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${parameters.toString()}`
}

/** Whether the user can grant these permissions for themselves. */
export function canConsent(
  { policies, registry }: TenantState,
  user: TenantUser,
  scopes: readonly string[],
): boolean {
  if (user.isAdmin) return true
  return !policies.adminConsentOnly && !scopes.some((scope) => needsAdmin(scope, registry))
}
