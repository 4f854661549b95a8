/** The end of a sign-in: what is still missing is asked for, then the application gets its code. */

import type { FastifyReply } from 'fastify'
import type { TenantUser } from '../directory/user.ts'
import { contextClaims } from '../policies/claims-request.ts'
import { clientInfo } from '../tokens/client-info.ts'
import { showConsent, showNeedApproval, showStepUp } from './authorize-pages.ts'
import { sendCode } from './authorize-response.ts'
import type { SignedInAccount } from './browser-accounts.ts'
import { EntraError } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { mayConsent } from './may-consent.ts'

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
