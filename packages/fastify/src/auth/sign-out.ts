/** The end of a session: signed out in this app, or at Entra (front-channel logout). */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { basePathOf, pages } from '@gatehouse/contract/paths'
import { ProblemError, unavailable } from '../errors.ts'
import { sessionCookie } from '../session/cookie.ts'
import { StoreError } from '../store/store.ts'
import { matchesIssuer } from './callback/checks.ts'
import type { AuthContext } from './context.ts'
import { signOut as words } from './pages/words.ts'

/**
 * `POST /auth/sign-out`: deletes the record with its tokens, then the cookie, and then tells the page where
 * Entra ends its own session (OpenID Connect RP-Initiated Logout §2). A user who is signed out already
 * gets the same answer.
 *
 * If the store does not answer, the cookie is deleted all the same, and the answer says that the store
 * does not know yet. This process refuses the session from now on, and tells the store when it is back.
 *
 * @throws ProblemError `unavailable` in that case
 */
export async function signOut(
  context: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ location: string }> {
  const { jar, sessions, userLogId } = context
  jar.clear(reply, sessionCookie)
  context.device.clearProof(request, reply)
  context.automaticSignIn.onSignOut(reply)
  // No Clear-Site-Data: "cache" keeps the person waiting while Chrome goes through all that it has cached of
  // every site (1.5 s for 10,000 entries), "storage" takes the theme, and "cookies" signs the user out of
  // other apps on this host. No answer about a person is cached, and the page empties its storage itself.
  try {
    const session = await openOrEndLater(context, request)
    if (!session) return { location: await endSessionUrl(context, undefined) }
    const record = await sessions.record(session)
    // With those that this browser started in the same moment in other tabs: nobody would end them but their time.
    await sessions.endAll([session.secrets.id, ...(record?.supersedes ?? [])])
    request.log.info({ event: 'sign_out', userHash: userLogId(session.user) }, 'Signed out')
    // Whoever has the cookie may end the session, and learns nothing of its user without a proof of its device.
    const isProven = context.requestSessions.proofOf(request, session) === 'given'
    const hint = isProven ? record?.claims['login_hint'] : undefined
    return { location: await endSessionUrl(context, hint) }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    endLater(context, request)
    const fields = { err: error, event: 'sign_out_not_stored' }
    request.log.error(fields, 'A sign-out waits for the store')
    throw new ProblemError('unavailable', words.notStored, { cause: error, retryAfterS: 5 })
  }
}

/** Signing out works beyond the rate limit too, without a read from the store. */
async function openOrEndLater(context: AuthContext, request: FastifyRequest) {
  try {
    return await context.requestSessions.openWithinLimit(request)
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'too_many_requests') throw error
    endLater(context, request)
    return undefined
  }
}

function endLater({ requestSessions, sessions }: AuthContext, request: FastifyRequest): void {
  const id = requestSessions.idOf(request)
  if (id !== undefined) sessions.endLater(id)
}

/**
 * The address that ends Microsoft's session too. If it is not known, the app's own page, which says that
 * Microsoft's session may remain.
 */
async function endSessionUrl({ entra, publicUrl }: AuthContext, hint: unknown): Promise<string> {
  const metadata = await entra.discovery.metadata().catch(() => entra.discovery.known())
  if (!metadata?.end_session_endpoint) return `${basePathOf(publicUrl)}${pages.signedOut}?local=1`
  const url = new URL(metadata.end_session_endpoint)
  url.searchParams.set('post_logout_redirect_uri', `${publicUrl}${pages.signedOut}`)
  // The claim that is made for this, never the user name: addresses end up in logs and histories.
  if (typeof hint === 'string') url.searchParams.set('logout_hint', hint)
  return url.href
}

/**
 * Entra's session ids are GUIDs. Anything else is refused before the store is asked. Entra may add other
 * parameters; they are not read.
 */
export const FrontChannelQuery = Type.Object(
  {
    sid: Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }),
    iss: Type.Optional(Type.String({ maxLength: 300 })),
  },
  { maxProperties: 32 },
)

/**
 * `GET /auth/front-channel-logout` (OpenID Connect Front-Channel Logout §3): Entra loads it in a frame when
 * the user signs out there. It ends exactly the sessions of that Entra session. No cookie comes along:
 * SameSite keeps it out of frames of other sites.
 *
 * Entra names no issuer; a call that names one must name ours (§2). The answer is the same whether there
 * was such a session or not.
 *
 * @throws ProblemError `invalid_request` for another issuer, `unavailable` if ours is not known
 */
export async function frontChannelLogout(
  context: AuthContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { sid, iss }: Static<typeof FrontChannelQuery>,
): Promise<FastifyReply> {
  if (iss !== undefined && !matchesIssuer(iss, await issuerOf(context))) {
    throw new ProblemError('invalid_request', 'This call names another issuer.')
  }
  const count = await endEntraSession(context, sid)
  if (count > 0) {
    request.log.info({ event: 'front_channel_logout', count }, 'Sessions ended by Entra')
  }
  return reply
    .header('content-security-policy', `default-src 'none'; frame-ancestors ${context.authority}`)
    .header('cross-origin-resource-policy', 'cross-origin')
    .type('text/html; charset=utf-8')
    .send('')
}

/** Entra calls once, and does not read the answer. If the store fails now, it is told later. */
async function endEntraSession({ sessions, userSessions }: AuthContext, sid: string) {
  const end = () => userSessions.endEntraSession(sid)
  try {
    return await end()
  } catch (error) {
    if (error instanceof StoreError) sessions.finishLater(`entra-session ${sid}`, end)
    throw error
  }
}

async function issuerOf({ entra }: AuthContext): Promise<string> {
  const metadata = await entra.discovery.metadata().catch((error: unknown) => {
    throw unavailable(error)
  })
  return metadata.issuer
}
