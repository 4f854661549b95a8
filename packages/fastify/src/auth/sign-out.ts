import type { FastifyReply, FastifyRequest } from 'fastify'
import { pages } from '@gatehouse/contract/paths'
import { sessionCookie } from '../session/cookie.ts'
import { ProblemError } from '../errors.ts'
import { StoreError } from '../store/store.ts'
import type { FlowContext } from './context.ts'

/**
 * `POST /auth/sign-out`: the record is deleted first, and its tokens with it; then the cookie; then
 * the page is told where Entra ends its own session (OpenID Connect RP-Initiated Logout §2).
 * Somebody who is signed out already gets the same answer.
 *
 * If the store does not answer, the cookie goes all the same, and the answer says that the server could
 * not write it down: this process refuses the session from now on, and tells the store when it is back.
 *
 * @throws ProblemError `unavailable` in that case
 */
export async function signOut(
  flow: FlowContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ location: string }> {
  flow.jar.clear(reply, sessionCookie)
  // Not "cookies": that would sign people out of other apps on this host.
  reply.header('clear-site-data', '"cache", "storage"')
  try {
    const session = await openOrEndLater(flow, request)
    if (!session) return { location: await endSessionUrl(flow, undefined) }
    const record = await flow.sessions.record(session)
    await flow.sessions.end(session.secrets.id)
    const { tenantId: tid, objectId: oid } = session.user
    request.log.info({ event: 'sign_out', who: flow.whoIs({ tid, oid }) }, 'Signed out')
    return { location: await endSessionUrl(flow, record?.claims['login_hint']) }
  } catch (error) {
    throw error instanceof StoreError ? notWrittenDown(flow, request, error) : error
  }
}

/** Nobody is kept from signing out. One who asks too often does not make the store read each time. */
async function openOrEndLater(flow: FlowContext, request: FastifyRequest) {
  try {
    return await flow.openWithinLimit(request)
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'too_many_requests') throw error
    const id = flow.idOf(request)
    if (id !== undefined) flow.sessions.endLater(id)
    return undefined
  }
}

function notWrittenDown(
  flow: FlowContext,
  request: FastifyRequest,
  cause: StoreError,
): ProblemError {
  const id = flow.idOf(request)
  if (id !== undefined) flow.sessions.endLater(id)
  request.log.error({ err: cause, event: 'sign_out_not_stored' }, 'A sign-out waits for the store')
  const detail =
    'You are signed out in this browser. The server could not write it down yet: until it can, a copy of your cookie may still work.'
  return new ProblemError('unavailable', detail, { cause, retryAfterS: 5 })
}

/** Where Microsoft's session ends too; our own page, which says that it may remain, where that is unknown. */
async function endSessionUrl(flow: FlowContext, hint: unknown): Promise<string> {
  const { entra, publicUrl } = flow
  const metadata = await entra.discovery.metadata().catch(() => entra.discovery.known())
  if (!metadata?.end_session_endpoint) return `${pages.signedOut}?local=1`
  const url = new URL(metadata.end_session_endpoint)
  url.searchParams.set('post_logout_redirect_uri', `${publicUrl}${pages.signedOut}`)
  // The claim made for this, never the user name: the address ends up in logs and histories.
  if (typeof hint === 'string') url.searchParams.set('logout_hint', hint)
  return url.href
}
