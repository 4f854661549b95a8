import { Type, type Static } from 'typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { EntraError } from '../entra/index.ts'
import { StoreError } from '../store/store.ts'
import { beginSignIn } from './begin.ts'
import type { FlowContext } from './context.ts'
import { problemPage, seeOther, unavailable } from './page.ts'
import { safeReturnTo } from './return-to.ts'

/**
 * `GET /auth/sign-in`. These parameters and no others, each at most once: anyone can write such a link,
 * so nothing else of it may reach Entra, the transaction or a decision.
 */
export const SignInQuery = Type.Object(
  {
    returnTo: Type.Optional(Type.String()),
    prompt: Type.Optional(Type.Literal('select_account')),
    loginHint: Type.Optional(Type.String({ maxLength: 320 })),
    domainHint: Type.Optional(Type.String({ maxLength: 255 })),
    challenge: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
)

/**
 * Starts a sign-in, for somebody new or for somebody who is signed in and has to prove or grant more.
 * A challenge counts only in the session that it was made for; anywhere else it is a plain sign-in.
 */
export async function signIn(
  flow: FlowContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const query = request.query as Static<typeof SignInQuery>
  try {
    const challenge = await findChallenge(flow, request, query.challenge)
    return await beginSignIn(flow, request, reply, {
      returnTo: safeReturnTo(query.returnTo, flow.publicUrl),
      prompt: query.prompt,
      // A challenge is about the person who is signed in: a link cannot make it another one's.
      loginHint: challenge?.loginHint ?? query.loginHint,
      domainHint: query.domainHint,
      scopes: challenge?.scopes,
      claims: challenge?.claims,
    })
  } catch (error) {
    request.log.error({ err: error, event: 'sign_in_not_started' }, 'A sign-in could not start')
    if (error instanceof StoreError) return unavailable(request, reply)
    if (error instanceof EntraError && error.code === 'entra_unavailable') {
      return unavailable(request, reply)
    }
    return seeOther(reply, problemPage(request, 'failed'))
  }
}

/** What the session of this browser was asked for under that name. */
async function findChallenge(flow: FlowContext, request: FastifyRequest, name: string | undefined) {
  if (name === undefined) return undefined
  const session = await flow.openSession(request)
  const challenge = session?.challenges.find(({ id }) => id === name)
  if (!session || !challenge) return undefined
  const { reason, claims, scopes } = challenge
  request.log.info({ event: 'interaction_begun', reason }, 'The user goes to Microsoft for more')
  return { claims, scopes, loginHint: session.user.username }
}
