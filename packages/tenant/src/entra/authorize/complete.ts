/** The end of a sign-in: what is still missing is asked for, then the application gets its code. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TenantUser } from '../../directory/directory.ts'
import { contextClaims } from '../../policies.ts'
import { clientInfo } from '../../tokens/id-token.ts'
import { type Exchange, showConsent, showNeedApproval, showStepUp } from './context.ts'
import type { SignedInAccount } from './accounts.ts'
import { describe, EntraError, type Problem, type Trace } from '../errors.ts'
import { formPostPage, sendPage } from '../../pages/layout.ts'
import { issuerOf, type World } from '../../world.ts'
import type { Target } from './request.ts'
import { adminScopes } from '../grants.ts'

/** @param consented whether the person has just pressed Accept */
export function finish(
  exchange: Exchange,
  account: SignedInAccount,
  consented = false,
): FastifyReply {
  const user = exchange.world.directory.byId(account.userId)
  if (!user || exchange.world.directory.isDisabled(user.id)) throw new EntraError(50057)
  return (
    askForProof(exchange, account, user) ??
    askForConsent(exchange, user, consented) ??
    issueCode(exchange, account, user)
  )
}

/** For the authentication contexts that this browser's session does not satisfy yet. */
function askForProof(
  exchange: Exchange,
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
  exchange: Exchange,
  user: TenantUser,
  consented: boolean,
): FastifyReply | undefined {
  const { world, target, asked } = exchange
  const missing = world.consents.missing(user.id, target.client.clientId, asked.scopes)
  if (missing.length === 0 && (asked.prompt !== 'consent' || consented)) return undefined
  if (asked.prompt === 'none') throw new EntraError(65001)
  const needsAdmin = missing.length > 0 && !mayConsent(world, user, missing)
  return needsAdmin ? showNeedApproval(exchange, user, missing) : showConsent(exchange, user)
}

function issueCode(exchange: Exchange, account: SignedInAccount, user: TenantUser): FastifyReply {
  const { world, target, asked, request, reply } = exchange
  const { clientId } = target.client
  account.clientIds.add(clientId)
  const grant = {
    clientId,
    userId: user.id,
    scopes: asked.scopes,
    sid: account.sid,
    authenticatedAt: account.signedInAt,
    revocations: world.directory.revocations(user.id),
    contexts: asked.claims.contexts,
    redirectUri: target.redirectUri,
    nonce: asked.nonce,
    challenge: asked.challenge,
    handlesChallenges: asked.claims.handlesChallenges,
  }
  const code = world.codes.issue(grant, world.now())
  const info = asked.clientInfo ? clientInfo(world, user) : undefined
  return sendCode(
    world,
    target,
    { code, clientInfo: info, sessionState: account.sid },
    { request, reply },
  )
}

// Sends the answer of an authorization request to the application: a code, or an error.

type Answer = Record<string, string | undefined>

function sendCode(
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

/** Whether the user can grant these permissions for themselves. */
export function mayConsent(
  { policies }: World,
  user: TenantUser,
  scopes: readonly string[],
): boolean {
  if (user.isAdmin) return true
  return !policies.adminConsentOnly && !scopes.some((scope) => adminScopes.has(scope))
}
