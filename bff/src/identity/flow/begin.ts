/** The start of every sign-in: a transaction in a cookie of its own, and 303 to Entra. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FlowContext } from './context.ts'
import { seeOther } from './page.ts'
import { codeChallenge } from './transaction.ts'

/** What one sign-in asks Entra for beside who it is. */
export interface Ask {
  /** A page of ours. */
  returnTo: string
  prompt?: 'select_account' | undefined
  loginHint?: string | undefined
  domainHint?: string | undefined
  /** Permissions to consent to, on top of the configured ones. */
  scopes?: readonly string[] | undefined
  /** A claims request, JSON. */
  claims?: string | undefined
  /** It follows by itself on one that Entra wanted more for; there is no third. */
  again?: true | undefined
}

/**
 * OpenID Connect Core §3.1.2.1. A session that is there stays as it is until the new one has succeeded.
 *
 * @throws EntraError before anything is set
 */
export async function beginSignIn(
  flow: FlowContext,
  request: FastifyRequest,
  reply: FastifyReply,
  ask: Ask,
): Promise<FastifyReply> {
  // Before the cookie: a tenant that does not answer must leave nothing behind.
  await flow.entra.discovery.metadata()
  const { returnTo, claims, again, prompt, loginHint, domainHint, scopes = [] } = ask
  const transaction = flow.transactions.begin(request, reply, { returnTo, claims, again })
  const url = await flow.entra.authorizeUrl({
    state: transaction.state,
    nonce: transaction.nonce,
    codeChallenge: codeChallenge(transaction.verifier),
    scopes: [...new Set([...flow.scopes, ...scopes])],
    ...(prompt && { prompt }),
    ...(loginHint && { loginHint }),
    ...(domainHint && { domainHint }),
    ...(claims && { claims }),
  })
  return seeOther(reply, url)
}
