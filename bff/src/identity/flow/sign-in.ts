import { Type, type Static } from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { EntraError } from '../entra/index.ts'
import type { FlowContext } from './context.ts'
import { problemPage, seeOther, unavailable } from './page.ts'
import { safeReturnTo } from './return-to.ts'
import { codeChallenge } from './transaction.ts'

/** `GET /auth/sign-in`. A parameter that is there twice is refused; one that we do not know is not looked at. */
export const SignInQuery = Type.Object(
  {
    returnTo: Type.Optional(Type.String()),
    prompt: Type.Optional(Type.Literal('select_account')),
    loginHint: Type.Optional(Type.String({ maxLength: 320 })),
    domainHint: Type.Optional(Type.String({ maxLength: 255 })),
  },
  { maxProperties: 32 },
)

/**
 * Starts a sign-in: a transaction in a cookie of its own, and 303 to Entra (OpenID Connect Core
 * §3.1.2.1). A session that is there stays as it is until the new one has succeeded.
 */
export async function signIn(
  flow: FlowContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { returnTo, prompt, loginHint, domainHint } = request.query as Static<typeof SignInQuery>
  try {
    // Before the cookie: a tenant that does not answer must leave nothing behind.
    await flow.entra.discovery.metadata()
    const transaction = flow.transactions.begin(
      request,
      reply,
      safeReturnTo(returnTo, flow.publicUrl),
    )
    const url = await flow.entra.authorizeUrl({
      state: transaction.state,
      nonce: transaction.nonce,
      codeChallenge: codeChallenge(transaction.verifier),
      scopes: flow.scopes,
      ...(prompt && { prompt }),
      ...(loginHint && { loginHint }),
      ...(domainHint && { domainHint }),
    })
    return seeOther(reply, url)
  } catch (error) {
    request.log.error({ err: error, event: 'sign_in_not_started' }, 'A sign-in could not start')
    if (error instanceof EntraError && error.code === 'entra_unavailable') {
      return unavailable(request, reply)
    }
    return seeOther(reply, problemPage(request, 'failed'))
  }
}
