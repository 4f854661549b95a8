/** `GET /auth/sign-in`: the start of every sign-in. It makes a transaction and answers 303 to Entra. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { EntraError } from '../entra/index.ts'
import { StoreError } from '../store/store.ts'
import type { AuthContext } from './context.ts'
import { problemPage, sendUnavailable } from './pages/problem.ts'
import { redirect303, safeReturnTo } from './redirects.ts'
import { codeChallenge } from './transaction.ts'

/**
 * These parameters and no others, each at most once. Anyone can write such a link, so nothing else of it
 * may reach Entra, the transaction or a decision.
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
 * Starts a sign-in: for a new user, or for a signed-in user who has to prove or grant more. A challenge
 * counts only in the session that it was made for; in any other it is a plain sign-in.
 */
export async function signIn(
  context: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  query: Static<typeof SignInQuery>,
): Promise<FastifyReply> {
  const returnTo = safeReturnTo(query.returnTo, context.publicUrl)
  try {
    const challenge = await findChallenge(context, request, query.challenge)
    return await startSignIn(context, request, reply, {
      returnTo,
      prompt: query.prompt,
      // A challenge is about the signed-in user: a link cannot turn it into a sign-in of another one.
      loginHint: usableHint(challenge?.loginHint ?? query.loginHint),
      domainHint: query.domainHint,
      scopes: challenge?.scopes,
      claims: challenge?.claims,
    })
  } catch (error) {
    return sendNotStarted(context, request, reply, { error, returnTo })
  }
}

/** The page for a sign-in that could not start. It leads back to where the user was going. */
export function sendNotStarted(
  { failures }: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { error, returnTo }: { error: unknown; returnTo: string },
): FastifyReply {
  request.log.error({ err: error, event: 'sign_in_not_started' }, 'A sign-in could not start')
  const page = { returnTo, failure: failures.seal() }
  if (error instanceof StoreError) {
    return sendUnavailable(request, reply, { ...page, code: 'app_unavailable' })
  }
  if (error instanceof EntraError && error.code === 'entra_unavailable') {
    const code = error.isUnreachable ? 'unreachable' : 'unavailable'
    return sendUnavailable(request, reply, { ...page, code })
  }
  return redirect303(reply, problemPage(request, { ...page, code: 'failed' }))
}

/**
 * The name of a guest in this directory, `ada_home.example#EXT#@…`, is no account that Microsoft's sign-in
 * page knows: with it as the hint, the guest cannot sign in.
 */
function usableHint(hint: string | undefined): string | undefined {
  return hint?.toLowerCase().includes('#ext#') ? undefined : hint
}

/** The challenge of that id, if the session of this browser has it. */
async function findChallenge(
  { requestSessions }: AuthContext,
  request: FastifyRequest,
  challengeId: string | undefined,
) {
  if (challengeId === undefined) return undefined
  const session = await requestSessions.open(request)
  const challenge = session?.challenges.find(({ id }) => id === challengeId)
  if (!session || !challenge) return undefined
  const { reason, claims, scopes } = challenge
  request.log.info({ event: 'interaction_begun', reason }, 'The user goes to Microsoft for more')
  return { claims, scopes, loginHint: session.user.username }
}

/** What one sign-in asks Entra for, beside the user's identity. */
interface SignInOptions {
  /** A page of this app; see `safeReturnTo`. */
  returnTo: string
  prompt?: 'select_account' | undefined
  loginHint?: string | undefined
  domainHint?: string | undefined
  /** Permissions to consent to, on top of the configured ones. */
  scopes?: readonly string[] | undefined
  /** A claims request, JSON. */
  claims?: string | undefined
  /** This app started it because Entra wanted a stronger proof. There is no second retry. */
  isStepUpRetry?: true | undefined
  /** It began by itself, because the first attempt was lost. There is no second restart. */
  isRestart?: true | undefined
  /** The attempt that was consumed, and whose answer did not arrive. */
  replaces?: string | undefined
}

/**
 * Makes a transaction and redirects to Entra (OpenID Connect Core §3.1.2.1). An earlier session stays as
 * it is until the new sign-in has succeeded.
 *
 * @throws EntraError before anything is set
 */
export async function startSignIn(
  context: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  options: SignInOptions,
): Promise<FastifyReply> {
  // Before the cookie: a tenant that does not answer must leave nothing behind.
  await context.entra.discovery.metadata()
  const { claims, prompt, loginHint, domainHint, scopes = [] } = options
  const { transaction, state } = context.transactions.start(request, reply, options)
  const url = await context.entra.authorizeUrl({
    state,
    nonce: transaction.nonce,
    codeChallenge: codeChallenge(transaction.verifier),
    scopes: [...new Set([...context.scopes, ...scopes])],
    ...(prompt && { prompt }),
    ...(loginHint && { loginHint }),
    ...(domainHint && { domainHint }),
    ...(claims && { claims }),
  })
  return redirect303(reply, url)
}
