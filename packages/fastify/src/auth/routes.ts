/** The routes under /auth, `/api/session` and `/api/sessions`. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { productEndpoints as endpoints } from '@gatehouse/contract/endpoints'
import { auth } from '@gatehouse/contract/paths'
import type { Session as SessionStatus } from '@gatehouse/contract/session'
import {
  deviceProofRequired,
  ProblemError,
  sessionsUnavailable,
  signInRequired,
} from '../errors.ts'
import type { Session } from '../session/cache.ts'
import { sessionCookie } from '../session/cookie.ts'
import { absoluteEnd, sessionEnd } from '../session/record.ts'
import { StoreError } from '../store/store.ts'
import { inSpan } from '../telemetry/spans.ts'
import { handleCallback } from './callback/callback.ts'
import { CallbackQuery } from './callback/checks.ts'
import type { AuthContext } from './context.ts'
import { offerBinding } from './device.ts'
import {
  adminConsent,
  AdminConsentQuery,
  isAdminConsent,
  redirectToAdminConsent,
} from './pages/admin-consent.ts'
import { sendInvalidLink, signInProblem } from './pages/problem.ts'
import { safeReturnTo } from './redirects.ts'
import { sessionOf, storeErrorAsProblem } from './request.ts'
import { signIn, SignInQuery } from './sign-in/sign-in.ts'
import { frontChannelLogout, FrontChannelQuery, signOut } from './sign-out.ts'

const byNavigation = { config: { allowFrom: 'navigation' } } as const
const byAnyone = { config: { allowFrom: 'anyone' } } as const

export async function authRoutes(plain: FastifyInstance, context: AuthContext): Promise<void> {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  const limited = { onRequest: app.limitByAddress }
  const limitedLogout = { onRequest: app.limitLogoutByAddress }
  app.get(
    auth.signIn,
    {
      ...byNavigation,
      ...limited,
      schema: { querystring: SignInQuery },
      errorHandler: pageForInvalidQuery(context, 'invalid_link', ({ returnTo }) => returnTo),
    },
    (request, reply) =>
      inSpan('sign-in start', () => signIn(context, request, reply, request.query)),
  )
  app.get(
    auth.redirect,
    {
      ...byNavigation,
      onRequest: app.limitCallbackByAddress,
      schema: { querystring: CallbackQuery },
      errorHandler: pageForInvalidQuery(context, 'failed', ({ state }) =>
        typeof state === 'string' ? context.transactions.openState(state)?.returnTo : undefined,
      ),
    },
    (request, reply) =>
      isAdminConsent(request.query)
        ? redirectToAdminConsent(reply, request.query)
        : inSpan('sign-in callback', () => handleCallback(context, request, reply, request.query)),
  )
  app.get(
    auth.adminConsent,
    {
      ...byNavigation,
      ...limited,
      schema: { querystring: AdminConsentQuery },
      errorHandler: pageForInvalidQuery(context, 'failed', () => undefined),
    },
    (request, reply) => adminConsent(context, request, reply, request.query),
  )
  app.get(
    auth.frontChannelLogout,
    { ...byAnyone, ...limitedLogout, schema: { querystring: FrontChannelQuery } },
    (request, reply) =>
      storeErrorAsProblem(frontChannelLogout(context, request, reply, request.query)),
  )
  app.post(
    auth.signOut,
    { schema: { response: { 200: Type.Object({ location: Type.String() }) } } },
    (request, reply) => storeErrorAsProblem(signOut(context, request, reply)),
  )
  const { path, query, answer } = endpoints['GET /api/sign-in-problem']
  app.get(
    path,
    { ...limited, schema: { querystring: query, response: { 200: answer } } },
    (request) => signInProblem(context, request.query),
  )
  sessionRoutes(plain, context)
}

/**
 * A navigation gets a page, not JSON, if its query is refused.
 *
 * @param returnToOf finds where it was going in the refused query; any value
 */
function pageForInvalidQuery(
  { publicUrl }: AuthContext,
  code: 'invalid_link' | 'failed',
  returnToOf: (query: Record<string, unknown>) => unknown,
) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    if (!error.validation) throw error
    // The message names the parameter and the rule, never the value that came.
    const fields = { event: 'sign_in_link_refused', rule: error.message }
    request.log.warn(fields, 'A sign-in link was refused')
    const returnTo = safeReturnTo(returnToOf({ ...(request.query as object) }), publicUrl)
    void sendInvalidLink(request, reply, { code, returnTo })
  }
}

/** `/api/session`: whether a user is signed in, and until when. It answers signed-out requests as well. */
function sessionRoutes(app: FastifyInstance, context: AuthContext): void {
  const { device, jar, requestSessions, sessions } = context
  const status = endpoints['GET /api/session']
  const extend = endpoints['POST /api/session/extend']

  app.get(status.path, { schema: { response: { 200: status.answer } } }, async (request, reply) => {
    const session = await storeErrorAsProblem(requestSessions.openWithinLimit(request))
    // A cookie that opens nothing is cleared here and not on every 401: a late answer must not clear
    // the cookie of a newer sign-in.
    if (!session && jar.isSent(request.headers.cookie, sessionCookie)) {
      jar.clear(reply, sessionCookie)
    }
    if (!session) return signedOutStatus(context, request)
    const deviceOffer = offerBinding(context, request, reply, session)
    const proof = requestSessions.proofOf(request, session)
    if (proof !== 'given') {
      device.clearProof(request, reply)
      return signedOutStatus(context, request, proof)
    }
    return { ...sessionStatus(context, session), ...(deviceOffer && { deviceOffer }) }
  })

  app.post(extend.path, { schema: { response: { 200: extend.answer } } }, async (request) => {
    const session = await storeErrorAsProblem(requestSessions.openWithinLimit(request))
    if (!session) throw signInRequired()
    const proof = requestSessions.proofOf(request, session)
    if (proof !== 'given') throw deviceProofRequired(proof)
    const extended = await storeErrorAsProblem(sessions.extend(session))
    if (!extended) throw signInRequired()
    return sessionStatus(context, session)
  })
}

function signedOutStatus(
  { development, developer, requestSessions, now }: AuthContext,
  request: FastifyRequest,
  deviceProof?: 'missing' | 'unsupported',
): SessionStatus {
  // A cookie that this app did not seal says nothing: anyone can plant one.
  const ended = !deviceProof && requestSessions.idOf(request) !== undefined
  const why = { ...(ended && { ended }), ...(deviceProof && { deviceProof }) }
  const facts = { ...why, development, ...(developer && { developer }) }
  return { signedIn: false, ...facts, now: iso(now()) }
}

/** Asking does not extend the session, so a page may poll. */
function sessionStatus(
  { localTenant, development, developer, lifetimes, now }: AuthContext,
  session: Session,
): SessionStatus {
  const { name, username, objectId, tenantId, roles } = session.user
  return {
    signedIn: true,
    user: { name, username, objectId, roles },
    tenantId,
    localTenant,
    development,
    ...(developer && { developer }),
    deviceBound: session.boundKey !== undefined,
    startedAt: iso(session.startedAt),
    idleSeconds: lifetimes.idleMs / 1000,
    expiresAt: iso(sessionEnd(session, lifetimes)),
    absoluteExpiresAt: iso(absoluteEnd(session, lifetimes)),
    now: iso(now()),
  }
}

/** `/api/sessions`: where the user is signed in. Each user sees and ends their own sessions only. */
export async function userSessionRoutes(
  plain: FastifyInstance,
  { lifetimes, sessions, userSessions }: AuthContext,
): Promise<void> {
  const app = plain.withTypeProvider<TypeBoxTypeProvider>()
  app.addHook('onRequest', app.requireSignIn)
  app.setErrorHandler((error) => {
    throw error instanceof StoreError ? sessionsUnavailable(error) : error
  })

  const { path, answer } = endpoints['GET /api/sessions']
  app.get(path, { schema: { response: { 200: answer } } }, async (request) => {
    const { user, secrets } = sessionOf(request)
    const list = await userSessions.list(user)
    return {
      sessions: list.map(
        ({ publicIds, id, device, address, methods, theftSuspectedAt, ...own }) => ({
          id: publicIds[0] ?? '',
          device,
          ...(address && { address }),
          ...(methods && { methods }),
          startedAt: iso(own.startedAt),
          lastSeenAt: iso(own.seenAt),
          expiresAt: iso(sessionEnd(own, lifetimes)),
          current: id === secrets.id,
          deviceBound: own.deviceBound === true,
          ...(theftSuspectedAt !== undefined && {
            ended: { reason: 'theft_suspected' as const, at: iso(theftSuspectedAt) },
          }),
        }),
      ),
    }
  })

  app.delete(endpoints['DELETE /api/sessions'].path, async (request, reply) => {
    const { user, secrets } = sessionOf(request)
    const count = await userSessions.endAll(user, secrets.id)
    request.log.info({ event: 'other_sessions_ended', count }, 'Other sessions ended')
    return reply.code(204).send()
  })

  const one = endpoints['DELETE /api/sessions/:id']
  app.delete(one.path, { schema: { params: one.params } }, async (request, reply) => {
    const { id: publicId } = request.params
    const own = await userSessions.list(sessionOf(request).user)
    const found = own.find(({ publicIds }) => publicIds.includes(publicId))
    if (!found) throw new ProblemError('not_found', 'You have no such session.')
    await sessions.end(found.id)
    request.log.info({ event: 'session_ended' }, 'A session was ended from another one')
    return reply.code(204).send()
  })
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
