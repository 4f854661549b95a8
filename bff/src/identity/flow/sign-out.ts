import type { FastifyReply, FastifyRequest } from 'fastify'
import { pages } from '@gatehouse/shared/paths'
import { sessionCookie } from '../session/cookies.ts'
import type { FlowContext } from './context.ts'

/**
 * `POST /auth/sign-out`: the record is deleted first, and its tokens with it; then the cookie; then
 * the page is told where Entra ends its own session (OpenID Connect RP-Initiated Logout §2).
 * Somebody who is signed out already gets the same answer.
 */
export async function signOut(
  flow: FlowContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ location: string }> {
  const session = await flow.openSession(request)
  const record = session && (await flow.sessions.record(session))
  if (session) {
    await flow.sessions.end(session.secrets.id)
    const { tenantId: tid, objectId: oid } = session.user
    request.log.info({ event: 'sign_out', who: flow.whoIs({ tid, oid }) }, 'Signed out')
  }
  flow.jar.clear(reply, sessionCookie)
  // Not "cookies": that would sign people out of other apps on this host.
  reply.header('clear-site-data', '"cache", "storage"')
  return { location: await endSessionUrl(flow, record?.claims['login_hint']) }
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
